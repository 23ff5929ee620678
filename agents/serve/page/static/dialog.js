// Dialogs over the page: the browser's own, which keep the focus inside and give it back where it was.

import { el } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./words.js";

let opened = 0;

/**
 * Opens a dialog with a title and a way to close it; it is gone when it is closed. `kind`: its class.
 * `mayClose()`, asked when the reader means to leave it: whether it closes, or a promise of that.
 */
export function dialog(kind, title, content, mayClose = () => true) {
  const id = `dialog-${(opened += 1)}`;
  const leave = async () => {
    if (await mayClose()) box.close();
  };
  const box = el(
    `dialog.${kind}`,
    {
      "aria-labelledby": id,
      onclose: () => box.remove(),
      oncancel: (event) => {
        event.preventDefault();
        leave();
      },
      // Escape pressed twice would close it all the same (HTML's close watchers).
      onkeydown: (event) => {
        if (event.key !== "Escape" || event.isComposing) return;
        event.preventDefault();
        event.stopPropagation();
        leave();
      },
    },
    el(
      "header",
      {},
      el("h2", { id }, title),
      el("button.tool", { type: "button", "aria-label": t("action.close"), onclick: leave }, icon("close")),
    ),
    content,
  );
  document.body.append(box);
  box.showModal();
  return box;
}

/** Asks before something that cannot be taken back; whether the reader said yes. The safe answer has the focus. */
export function confirmed({ title, text, yes, no }) {
  return new Promise((answer) => {
    const box = el(
      "dialog.help.confirm",
      {
        role: "alertdialog",
        "aria-labelledby": "confirm-title",
        "aria-describedby": "confirm-text",
        onclose: () => {
          box.remove();
          answer(box.returnValue === "yes");
        },
      },
      el("h2", { id: "confirm-title" }, title),
      el("p", { id: "confirm-text" }, text),
      el(
        "p.actions",
        {},
        el("button.button", { type: "button", autofocus: true, onclick: () => box.close("no") }, no),
        el("button.button.danger", { type: "button", onclick: () => box.close("yes") }, yes),
      ),
    );
    document.body.append(box);
    box.showModal();
  });
}
