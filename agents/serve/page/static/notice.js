// What the page says when there is nothing to show, or something went wrong: what happened, and what to do.

import { accessKey } from "./api.js";
import { el } from "./dom.js";
import { icon } from "./icons.js";
import { said, t } from "./words.js";

/** Nothing here (yet). `key`: words `<key>` and `<key>.hint`. */
export function empty(key, ...actions) {
  return el(
    "div.notice",
    { "data-notice": key },
    el("span.guillemets", { "aria-hidden": "true" }, "«»"),
    el("h2", {}, t(key)),
    said(`${key}.hint`) && el("p", {}, t(`${key}.hint`)),
    actions.length > 0 && el("p.actions", {}, actions),
  );
}

/** A failure, told by its `Problem`, with a way to try again. A 401 asks for the key instead. */
export function failed(problem, retry) {
  if (!("status" in problem)) console.error(problem);
  const status = problem.status ?? "page";
  if (status === 401) return keyForm(retry);
  const key = said(`problem.${status}`) ? `problem.${status}` : status >= 500 ? "problem.500" : "problem.other";
  return el(
    "div.notice.failed",
    { role: "alert", "data-notice": key },
    icon(status === 0 ? "offline" : "warning"),
    el("h2", {}, t(key)),
    el("p", {}, t(`${key}.hint`)),
    problem.detail && el("p.detail", { dir: "auto" }, problem.detail),
    retry && el("p.actions", {}, el("button.button", { type: "button", onclick: retry }, t("action.retry"))),
  );
}

function keyForm(done) {
  const field = el("input", { type: "password", id: "access-key", autocomplete: "off", required: true, dir: "ltr" });
  return el(
    "form.notice",
    {
      "data-notice": "problem.401",
      onsubmit: (event) => {
        event.preventDefault();
        accessKey.set(field.value.trim());
        done?.();
      },
    },
    el("h2", {}, t("problem.401")),
    el("p", {}, t("problem.401.hint")),
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
