// What the page says when there is nothing to show, or something went wrong: what happened, and what to do.

import { accessKey } from "./api.js";
import { dialog } from "./dialog.js";
import { el } from "./dom.js";
import { icon } from "./icons.js";
import { said, t } from "./words.js";

/** Nothing here (yet). `key`: words `<key>` and `<key>.hint`. */
export function empty(key, ...actions) {
  return el(
    "div.notice",
    { "data-notice": key },
    el("span.guillemets", { "aria-hidden": "true" }, "« »"),
    el("h2", {}, t(key)),
    said(`${key}.hint`) && el("p", {}, t(`${key}.hint`)),
    actions.length > 0 && el("p.actions", {}, actions),
  );
}

/** The words for `problem`. */
function keyOf(problem) {
  if (!("status" in problem)) console.error(problem);
  const status = problem.status ?? "page";
  return said(`problem.${status}`) ? `problem.${status}` : status >= 500 ? "problem.500" : "problem.other";
}

/** A failure in a sentence. */
export const trouble = (problem) => problem.detail || `${t(keyOf(problem))}. ${t(`${keyOf(problem)}.hint`)}`;

/** How the connection is, after `problem`: whether it is worth trying again. */
export const unheard = ({ status }) => ([400, 401, 403].includes(status) ? "refused" : "waiting");

/** A failure told in a line or two, where there is something to try again already. */
export function inline(problem) {
  const key = keyOf(problem);
  return el(
    "div.error",
    {},
    el("p", {}, icon("warning"), el("strong", {}, t(key)), " ", !problem.detail && t(`${key}.hint`)),
    problem.detail && el("p", { dir: "auto" }, problem.detail),
  );
}

/** A failure, told by its `Problem`, with a way to try again. A 401 asks for the key instead. */
export function failed(problem, retry) {
  const key = keyOf(problem);
  if (problem.status === 401)
    return el("div.notice", { "data-notice": key }, el("h2", {}, t(key)), keyForm(key, retry));
  return el(
    "div.notice.failed",
    { role: "alert", "data-notice": key },
    icon(problem.status === 0 ? "offline" : "warning"),
    el("h2", {}, t(key)),
    el("p", {}, t(`${key}.hint`)),
    problem.detail && el("p.detail", { dir: "auto" }, problem.detail),
    retry && el("p.actions", {}, el("button.button", { type: "button", onclick: retry }, t("action.retry"))),
  );
}

/** What `action` answers; when it takes another key than the reader's, the reader is asked for it. Raises `Problem`. */
export async function withKey(action) {
  for (;;) {
    try {
      return await action();
    } catch (problem) {
      if (![401, 403].includes(problem.status) || !(await otherKey(problem))) throw problem;
    }
  }
}

function otherKey(problem) {
  return new Promise((answer) => {
    let given = false;
    const box = dialog("help.confirm", t(keyOf(problem)), [
      problem.status === 403 && el("p.detail", { dir: "auto" }, problem.detail),
      keyForm(`problem.${problem.status}`, () => {
        given = true;
        box.close();
      }),
    ]);
    box.addEventListener("close", () => answer(given));
    box.querySelector("input").focus();
  });
}

function keyForm(key, done) {
  const field = el("input", { type: "password", id: "access-key", autocomplete: "off", required: true, dir: "ltr" });
  return el(
    "form",
    {
      onsubmit: (event) => {
        event.preventDefault();
        accessKey.set(field.value.trim());
        done?.();
      },
    },
    el("p", {}, t(`${key}.hint`)),
    el(
      "p.actions",
      {},
      el("label.sr", { for: "access-key" }, t("key.label")),
      field,
      el("button.button", {}, t("action.enter")),
    ),
  );
}

/** A place held while something is on its way. */
export function waiting(count = 4) {
  return el(
    "div.skeletons",
    { "aria-hidden": "true" },
    Array.from({ length: count }, () => el("div.skeleton")),
  );
}
