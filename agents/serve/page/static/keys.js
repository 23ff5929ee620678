// Single-key shortcuts, by the key's place on the board (`code`), so that they work under an Arabic layout too.
// They rest while the reader writes, and can be turned off for good (WCAG 2.1.4).

import { dialog } from "./dialog.js";
import { el } from "./dom.js";
import { keep, kept } from "./memory.js";
import { t } from "./words.js";

/** What there is to press, in the order of the help: [keys shown, words]. */
const SHORTCUTS = [
  [["J"], "keys.next"],
  [["K"], "keys.previous"],
  [["Enter"], "keys.open"],
  [["N"], "keys.new"],
  [["P"], "keys.pause"],
  [["F"], "keys.filters"],
  [["/"], "keys.search"],
  [["G", "L"], "keys.live"],
  [["G", "S"], "keys.speakers"],
  [["G", "C"], "keys.charts"],
  [["G", "F"], "keys.feeds"],
  [["G", "A"], "keys.alerts"],
  [["?"], "keys.help"],
  [["Esc"], "keys.close"],
];
const GO = { KeyL: "/", KeyS: "/speakers", KeyC: "/charts", KeyF: "/feeds", KeyA: "/alerts" };

let off = false;

/** Listens for the shortcuts. `actions`: `{navigate(address), search(), new(), pause(), filters()}`; a missing one rests. */
export function listen(actions) {
  off = kept("shortcuts") === "off";
  let going = 0;
  addEventListener("keydown", (event) => {
    if (off || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest?.("input, textarea, select, dialog, [contenteditable]")) return;
    const { code } = event;
    const went = performance.now() - going < 1500 && GO[code];
    going = code === "KeyG" ? performance.now() : 0;
    if (went) return done(event, () => actions.navigate(went));
    if (code === "Slash") return done(event, event.shiftKey ? help : actions.search);
    const act = {
      KeyJ: () => step(1),
      KeyK: () => step(-1),
      KeyN: actions.new,
      KeyP: actions.pause,
      KeyF: actions.filters,
    }[code];
    if (event.shiftKey || !act) {
      if (code === "Enter" && event.target.matches?.(".card"))
        done(event, () => event.target.querySelector(".words a").click());
      return undefined;
    }
    return done(event, act);
  });
}

function done(event, action) {
  event.preventDefault();
  action?.();
}

/** To the next or the previous card. */
function step(by) {
  const cards = [...document.querySelectorAll("main .view:not([hidden]) .card")];
  const at = cards.indexOf(document.activeElement.closest(".card"));
  const seen = cards.findIndex((one) => one.getBoundingClientRect().bottom > 120);
  const next = cards[at < 0 ? seen : at + by];
  next?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: "nearest" });
}

/** The shortcuts, in a dialog. */
export function help() {
  const on = el("input", {
    type: "checkbox",
    id: "shortcuts",
    onchange: () => {
      off = !on.checked;
      keep("shortcuts", off ? "off" : "on");
    },
  });
  on.checked = !off;
  const box = dialog("help", t("help.title"), [
    el(
      "dl",
      {},
      SHORTCUTS.map(([keys, words]) =>
        el(
          "div",
          {},
          el(
            "dt",
            {},
            keys.map((key) => el("kbd", { dir: "ltr" }, key)),
          ),
          el("dd", {}, t(words)),
        ),
      ),
    ),
    el("p", {}, on, " ", el("label", { for: "shortcuts" }, t("help.switch"))),
  ]);
  box.addEventListener("click", (event) => {
    if (event.target === box) box.close();
  });
}
