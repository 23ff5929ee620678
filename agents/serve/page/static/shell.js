// What stands round every view: the masthead, the places to go, the search, and how the connection is.

import { el, fill } from "./dom.js";
import { icon } from "./icons.js";
import { help } from "./keys.js";
import { keep } from "./memory.js";
import { language, relative, t } from "./words.js";

const PLACES = [
  ["live", "/"],
  ["speakers", "/speakers"],
  ["charts", "/charts"],
  ["feeds", "/feeds"],
  ["alerts", "/alerts"],
];
const THEMES = ["auto", "light", "dark"];

/** Builds the shell into the body. `search(words)` is called when the reader looks for something. */
export function shell({ search }) {
  const main = el("main", { id: "main", tabindex: "-1" });
  const status = el("p.connection", { role: "status" });
  const announcements = el("div.sr", { "aria-live": "polite", id: "announcements" });
  const toast = el("div.toast", { hidden: true });
  const places = PLACES.map(([name, href]) =>
    el("a.place", { href, "data-place": name }, icon(name), el("span", {}, t(`place.${name}`))),
  );
  const field = el("input", {
    type: "search",
    name: "q",
    id: "search",
    placeholder: t("search.placeholder"),
    autocomplete: "off",
    enterkeyhint: "search",
    "aria-keyshortcuts": "/",
    dir: "auto",
  });

  document.body.prepend(
    el(
      "a.skip",
      {
        href: "#main",
        onclick: (event) => {
          event.preventDefault();
          main.focus();
          main.scrollIntoView();
        },
      },
      t("skip"),
    ),
    el(
      "header.masthead",
      {},
      el(
        "div.masthead-in",
        {},
        el(
          "a.brand",
          { href: "/", "aria-label": t("brand.label") },
          el("span.guillemets", { "aria-hidden": "true" }, "«"),
          el("span", { lang: "ar" }, "تصريح"),
          el("span.guillemets", { "aria-hidden": "true" }, "»"),
        ),
        el("nav.places", { "aria-label": t("nav.label") }, places),
        el(
          "form.search",
          {
            role: "search",
            action: "/",
            "aria-label": t("search.label"),
            onsubmit: (event) => {
              event.preventDefault();
              search(field.value.trim());
            },
          },
          icon("search"),
          el("label.sr", { for: "search" }, t("search.label")),
          field,
        ),
        status,
        el(
          "div.tools",
          {},
          el(
            "button.tool.language",
            {
              type: "button",
              lang: language === "ar" ? "en" : "ar",
              onclick: () => speak(language === "ar" ? "en" : "ar"),
            },
            el("span.long", {}, t("language.other")),
            el("span.short", { "aria-hidden": "true" }, t("language.short")),
          ),
          themeButton(),
          el(
            "button.tool.help-button",
            {
              type: "button",
              "aria-label": t("help.open"),
              title: t("help.open"),
              "aria-keyshortcuts": "?",
              onclick: help,
            },
            icon("keys"),
          ),
        ),
      ),
    ),
    main,
    announcements,
    toast,
    el(
      "footer.colophon",
      {},
      el("p", {}, t("colophon")),
      el(
        "p",
        {},
        el("a", { href: "/openapi.json" }, "OpenAPI"),
        " · ",
        el("a", { href: "/asyncapi.json" }, "AsyncAPI"),
        " · ",
        el("a", { href: "/v1/feed.atom" }, "Atom"),
        " · ",
        el("a", { href: "/v1/feed.json" }, "JSON Feed"),
      ),
    ),
  );

  // Times told from now grow old together, and only where they can be seen.
  setInterval(() => {
    if (document.hidden) return;
    for (const one of document.querySelectorAll("time[data-relative]")) {
      const text = relative(one.dateTime);
      if (one.textContent !== text) one.textContent = text;
    }
  }, 20_000);

  let toasting;
  return {
    main,
    field,
    /** Marks the place the reader is in. */
    at(place) {
      for (const one of places) {
        if (one.dataset.place === place) one.setAttribute("aria-current", "page");
        else one.removeAttribute("aria-current");
      }
    },
    /** Says `text` to a screen reader when it has finished what it is saying. */
    announce(text) {
      announcements.textContent = text;
    },
    /** Shows `text` for a moment, and says it. */
    toast(text) {
      toast.textContent = text;
      toast.hidden = false;
      announcements.textContent = text;
      clearTimeout(toasting);
      toasting = setTimeout(() => {
        toast.hidden = true;
      }, 3000);
    },
    /** Shows how the stream is; null where none is followed. */
    connection(state, retry) {
      status.hidden = !state;
      if (status.dataset.state === state) return;
      if (!state) return void delete status.dataset.state; // the next to show one may have another `retry`
      status.dataset.state = state;
      fill(
        status,
        el("span.dot", { "aria-hidden": "true" }),
        el("span.state", { title: t(`connection.${state}.hint`) }, t(`connection.${state}`)),
        (state === "waiting" || state === "offline") &&
          retry &&
          el("button.quiet", { type: "button", onclick: retry }, t("action.retry")),
      );
    },
  };
}

function speak(chosen) {
  keep("language", chosen);
  const address = new URL(location.href);
  address.searchParams.delete("lang");
  if (address.href === location.href) location.reload();
  else location.replace(address);
}

function themeButton() {
  const root = document.documentElement;
  const signs = { auto: "auto", light: "sun", dark: "moon" };
  const button = el("button.tool.theme", { type: "button", onclick: turn });
  function show() {
    const now = root.dataset.theme ?? "auto";
    const label = t("theme.label", { theme: t(`theme.${now}`) });
    button.setAttribute("aria-label", label);
    button.title = label;
    fill(button, icon(signs[now]));
  }
  function turn() {
    const next = THEMES[(THEMES.indexOf(root.dataset.theme ?? "auto") + 1) % THEMES.length];
    if (next === "auto") delete root.dataset.theme;
    else root.dataset.theme = next;
    keep("theme", next);
    show();
  }
  show();
  return button;
}

/** Copies `text`, else the address of what is looked at. */
export async function share(toast, text = location.href) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    if (!copied(text)) return toast(t("share.failed"));
  }
  toast(t("share.done"));
}

/** Copies `text` as selected: a page that comes over plain HTTP from another machine is given no clipboard. */
function copied(text) {
  const field = el("textarea.sr", { readonly: true }, text);
  const held = document.activeElement;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  held?.focus({ preventScroll: true });
  return done;
}
