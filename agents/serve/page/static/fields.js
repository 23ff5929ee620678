// Fields that forms share: choices as a row of pills, and a list of words, each of which can be taken off again.

import { debounced, el, fill } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./words.js";

/**
 * Pills to choose some of `options` by, said in the words `<name>.<option>`: `{element, value}`.
 * `icons`: whether each has its own sign; `tinted`: the colour of its act; `change()` is called with each change.
 */
export function choices(name, options, { icons = false, tinted = false, change = () => {} } = {}) {
  const boxes = options.map((value) => el("input", { type: "checkbox", name, value, onchange: change }));
  return {
    element: el(
      "div.choices",
      {},
      boxes.map((box) =>
        el(
          `label.choice${tinted ? `.act-${box.value}` : ""}`,
          {},
          box,
          icons && icon(box.value),
          el("span", {}, t(`${name}.${box.value}`)),
        ),
      ),
    ),
    get value() {
      return boxes.filter((one) => one.checked).map((one) => one.value);
    },
    set value(chosen) {
      for (const box of boxes) box.checked = chosen.includes(box.value);
    },
  };
}

/**
 * A list of words under the label `label`: `{element, value, list(), focus()}`. Enter or a comma takes what is written
 * into the list, Backspace in the empty field takes the last one off. To read `value` takes what is written, too; `list`
 * leaves it.
 *
 * `hint`: words below it. `between`: what else separates two. `shown(value)`: how one is shown, when not as it is.
 * `suggest(words)`: a promise of `[{value, label, hint}]` to choose from, once `least` letters are written.
 * `change()` is called with each change.
 */
export function wordList({ id, label, hint, between = "", suggest, least = 2, shown, change = () => {}, ...more }) {
  const separators = new RegExp(`[,\u060c\n${between}]`);
  let values = [];
  const found = new Map();
  const list = el("ul", { "aria-label": label });
  const options = el("datalist", { id: `${id}-options` });
  const status = el("span.sr", { role: "status" });
  const field = el("input", {
    id,
    type: "text",
    autocomplete: "off",
    dir: "auto",
    list: suggest && options.id,
    "aria-describedby": hint && `${id}-hint`,
    ...more,
    onfocus: () => suggest && look(),
    oninput: write,
    onchange: () => take(field.value),
    onkeydown: (event) => {
      if (event.isComposing) return;
      if (event.key === "Enter" && field.value.trim()) {
        event.preventDefault();
        take(field.value);
      } else if (event.key === "Backspace" && !field.value && values.length) off(values.at(-1));
    },
  });
  const look = debounced(async () => {
    const words = field.value.trim();
    if (words.length < least) return;
    try {
      for (const one of await suggest(words)) found.set(one.label, one);
    } catch {
      return; // without suggestions the words themselves are taken
    }
    fill(
      options,
      [...found.values()].map((one) => el("option", { value: one.label }, one.hint)),
    );
  }, 180);

  function write({ inputType }) {
    // A suggestion that was chosen, not one whose beginning is being written.
    const chosen = inputType === undefined || inputType === "insertReplacementText";
    if (chosen && found.has(field.value)) take(field.value);
    else if (separators.test(field.value)) {
      const parts = field.value.split(separators);
      const rest = parts.pop();
      for (const part of parts) take(part);
      field.value = rest.trimStart();
    } else if (suggest) look();
  }

  function take(words) {
    for (const part of words.split(separators).map((one) => one.trim())) {
      const value = found.get(part)?.value ?? part;
      if (!value || values.includes(value)) continue;
      values.push(value);
      status.textContent = t("words.added", { words: part });
    }
    field.value = "";
    draw();
    change();
  }

  function off(value) {
    values = values.filter((one) => one !== value);
    status.textContent = t("words.removed", { words: value });
    draw();
    field.focus();
    change();
  }

  function draw() {
    list.hidden = values.length === 0;
    fill(
      list,
      values.map((value) =>
        el(
          "li",
          {},
          el(
            "button.chip",
            { type: "button", onclick: () => off(value) },
            el("bdi", {}, shown?.(value) ?? value),
            icon("close"),
            el("span.sr", {}, t("filters.remove")),
          ),
        ),
      ),
    );
  }

  draw();
  return {
    element: el(
      "div.word-list",
      {},
      el("label", { for: id }, label),
      el("div.word-field", {}, list, field, options),
      hint && el("p.hint", { id: `${id}-hint` }, hint),
      status,
    ),
    focus: () => field.focus(),
    list: () => [...values],
    get value() {
      if (field.value.trim()) take(field.value);
      return [...values];
    },
    set value(wanted) {
      values = [...wanted];
      draw();
    },
  };
}
