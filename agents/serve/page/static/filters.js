// The filters as a form, and those in force as chips. Both only change the address; the view follows it.

import { get } from "./api.js";
import { ACTS, FORMS, KINDS, LAST } from "./address.js";
import { debounced, el, fill } from "./dom.js";
import { choices } from "./fields.js";
import { icon } from "./icons.js";
import { absolute, compact, percent, said, t } from "./words.js";

const FEW_OUTLETS = 8;
// Names of speakers that were chosen or met, so that a chip says a name where the address holds an id.
const names = new Map();

/** What the speaker `id` is called; remembers `name` when it is given. */
export function named(id, name) {
  if (id && name) names.set(id, name);
  return names.get(id);
}

/** What the speaker `id` is called, once it is known: from the archive, if need be. The id itself when nobody knows. */
export async function nameOf(id) {
  if (!names.has(id)) {
    try {
      named(id, (await get(`/v1/speakers/${encodeURIComponent(id)}`)).speaker.name);
    } catch {
      /* a speaker who has left the archive */
    }
  }
  return names.get(id) ?? id;
}

/** `words`, the last of which may still be being written: the API takes a word for a whole one unless a * follows. */
export const begun = (words) => (/[\p{L}\p{N}]$/u.test(words) && !/["“”«»]/.test(words) ? `${words}*` : words);

/** Speakers in whose names are `words`, or a beginning of the last: `[{value: id, label: name, hint: kind}]`. */
export async function speakersFor(words) {
  const { speakers } = await get("/v1/speakers", { q: begun(words.trim()), limit: 8 });
  for (const one of speakers) named(one.id, one.name);
  return speakers.map((one) => ({ value: one.id, label: one.name, hint: t(`kind.${one.kind}`) }));
}

/**
 * The form: `{element, set(filter), open(), look(), knows(outlet)}`. `change(filter)` is called with each change.
 * On a narrow screen it opens as a dialog over the page. `look` reads anew which outlets there are to choose from.
 * `usual`: the `last` that holds where no time is chosen; any time, without it.
 */
export function filterForm(filter, change, { usual = "" } = {}) {
  let now = { ...filter };
  let outlets = [];
  let showOutlets;
  const emit = () => change({ ...now });
  const setters = [];

  function put(name, value) {
    if (value === "" || value === null || value?.length === 0) delete now[name];
    else now[name] = value;
    emit();
  }

  function pills(name, options, how) {
    const field = choices(name, options, { ...how, change: () => put(name, field.value) });
    setters.push(() => {
      field.value = now[name] ?? [];
    });
    return field.element;
  }

  const element = el(
    "form.filters",
    { onsubmit: (event) => event.preventDefault(), "aria-label": t("filters.label") },
    el(
      "header",
      {},
      el("h2", {}, t("filters.title")),
      el(
        "button.quiet",
        {
          type: "button",
          onclick: () => {
            now = {};
            refresh();
            emit();
          },
        },
        t("filters.clear"),
      ),
    ),
    el("fieldset", {}, el("legend", {}, t("filter.act")), pills("act", ACTS, { tinted: true })),
    el("fieldset", {}, el("legend", {}, t("filter.speaker")), speakerField()),
    el("fieldset", {}, el("legend", {}, t("filter.time")), timeFields()),
    el("fieldset", {}, el("legend", {}, t("filter.outlet")), outletBoxes()),
    el(
      "details",
      {},
      el("summary", {}, t("filters.more")),
      el("fieldset", {}, el("legend", {}, t("filter.kind")), pills("kind", KINDS, { icons: true })),
      el("fieldset", {}, el("legend", {}, t("filter.form")), pills("form", FORMS)),
      el("fieldset", {}, el("legend", {}, t("filter.confidence")), confidenceField()),
      el("fieldset", {}, el("legend", {}, t("filter.place")), onlyBox("headline", "true", "filter.headline")),
      el("fieldset", {}, el("legend", {}, t("filter.status")), onlyBox("status", "retracted", "status.retracted")),
    ),
  );

  function speakerField() {
    const options = el("datalist", { id: "speakers-known" });
    const found = new Map();
    const field = el("input", {
      type: "text",
      list: "speakers-known",
      "aria-label": t("filter.speaker"),
      placeholder: t("filter.speaker.placeholder"),
      autocomplete: "off",
      dir: "auto",
      oninput: debounced(suggest, 180),
      onchange: choose,
      onkeydown: (event) => {
        if (event.key === "Enter") choose();
      },
    });
    async function suggest() {
      if (found.has(field.value)) return void choose();
      if (field.value.trim().length < 2) return;
      try {
        const speakers = await speakersFor(field.value);
        for (const one of speakers) found.set(one.label, one.value);
        fill(
          options,
          speakers.map((one) => el("option", { value: one.label }, one.hint)),
        );
      } catch {
        /* without suggestions the words themselves are looked for */
      }
    }
    function choose() {
      const words = field.value.trim();
      if (!words) return;
      const id = found.get(words);
      field.value = "";
      if (id) {
        put("speaker_id", [...new Set([...(now.speaker_id ?? []), id])]);
      } else put("speaker", words);
    }
    return [field, options];
  }

  function timeFields() {
    const last = el(
      "select",
      { "aria-label": t("filter.time"), onchange: chosen },
      !usual && el("option", { value: "" }, t("last.any")),
      Object.keys(LAST).map((value) => el("option", { value }, t(`last.${value}`))),
      el("option", { value: "between" }, t("last.between")),
    );
    const moments = ["from", "to"].map((name) =>
      el("input", {
        type: "datetime-local",
        id: `filter-${name}`,
        onchange: (event) => {
          delete now.last;
          put(name, universal(event.target.value));
          refresh();
        },
      }),
    );
    setters.push(() => {
      last.value = now.from || now.to ? "between" : (now.last ?? usual);
      between.hidden = last.value !== "between";
      for (const [n, name] of ["from", "to"].entries()) moments[n].value = local(now[name]);
    });
    const between = el(
      "div.between",
      {},
      ["from", "to"].map((name, n) =>
        el("label", { for: `filter-${name}` }, el("span", {}, t(`filter.${name}`)), moments[n]),
      ),
    );
    function chosen() {
      between.hidden = last.value !== "between";
      if (last.value === "between") return void moments[0].focus();
      for (const name of ["from", "to"]) delete now[name];
      put("last", last.value);
      refresh();
    }
    return [last, between];
  }

  function outletBoxes() {
    const place = el("div.choices.outlets", {});
    let all = false;
    function show() {
      const chosen = now.outlet ?? [];
      const known = [
        ...outlets,
        ...chosen.filter((one) => !outlets.some(({ outlet }) => outlet === one)).map((outlet) => ({ outlet })),
      ];
      const shown = all ? known : known.filter(({ outlet }, n) => n < FEW_OUTLETS || chosen.includes(outlet));
      fill(
        place,
        shown.map(({ outlet, statements }) => {
          const box = el("input", {
            type: "checkbox",
            name: "outlet",
            value: outlet,
            onchange: () =>
              put(
                "outlet",
                box.checked ? [...(now.outlet ?? []), outlet] : (now.outlet ?? []).filter((one) => one !== outlet),
              ),
          });
          box.checked = chosen.includes(outlet);
          return el(
            "label.choice",
            {},
            box,
            el("span", { dir: "auto" }, outlet),
            statements && el("small", {}, compact(statements)),
          );
        }),
        known.length > shown.length &&
          el(
            "button.quiet",
            {
              type: "button",
              onclick: () => {
                all = true;
                show();
              },
            },
            t("filter.outlet.all", { n: known.length }),
          ),
      );
    }
    setters.push(show);
    showOutlets = show;
    return place;
  }

  async function look() {
    try {
      const answer = await get("/v1/outlets");
      // Made anew only for a reason: the reader may have the focus in it.
      if (JSON.stringify(answer.outlets) === JSON.stringify(outlets)) return;
      outlets = answer.outlets;
    } catch {
      return; // those in the address can still be taken off
    }
    const held = element.contains(document.activeElement) && document.activeElement.name === "outlet";
    const { value } = document.activeElement;
    showOutlets();
    if (held) element.querySelector(`[name=outlet][value="${CSS.escape(value)}"]`)?.focus({ preventScroll: true });
  }

  function confidenceField() {
    const told = el("output", { for: "min-confidence" });
    const field = el("input", {
      type: "range",
      id: "min-confidence",
      min: 0,
      max: 0.95,
      step: 0.05,
      "aria-label": t("filter.confidence"),
      oninput: () => {
        told.textContent = percent(field.value);
      },
      onchange: () => put("min_confidence", Number(field.value) ? field.value : ""),
    });
    setters.push(() => {
      field.value = now.min_confidence ?? 0;
      told.textContent = percent(field.value);
    });
    return el("div.range", {}, field, told);
  }

  function onlyBox(name, value, words) {
    const box = el("input", { type: "checkbox", name, onchange: () => put(name, box.checked ? value : "") });
    setters.push(() => {
      box.checked = now[name] === value;
    });
    return el("label.choice", {}, box, el("span", {}, t(words)));
  }

  function refresh() {
    for (const set of setters) set();
  }
  refresh();
  look();
  if (["kind", "form", "min_confidence", "headline", "status"].some((name) => name in now))
    element.querySelector("details").open = true;

  return {
    element,
    set(wanted) {
      now = { ...wanted };
      refresh();
    },
    open() {
      overPage(element);
    },
    look,
    knows: (outlet) => outlets.some((one) => one.outlet === outlet),
  };
}

/** Shows `element` in a dialog until it is closed, then puts it back where it was. */
function overPage(element) {
  const place = document.createComment("");
  element.before(place);
  const dialog = el(
    "dialog.sheet",
    {
      "aria-label": t("filters.label"),
      onclose: () => {
        place.replaceWith(element);
        dialog.remove();
      },
    },
    element,
    el("p.actions", {}, el("button.button", { type: "button", onclick: () => dialog.close() }, t("filters.show"))),
  );
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
}

/** The filters in force, each with a way to take it off. */
export function chips(filter, change) {
  const element = el("ul.chips", { "aria-label": t("filters.active") });
  for (const [name, value] of Object.entries(filter)) {
    for (const one of [value].flat()) {
      const label = el(
        "bdi",
        {},
        chipLabel(name, one, (text) => {
          label.textContent = text;
        }),
      );
      const without = Array.isArray(value) ? value.filter((other) => other !== one) : [];
      element.append(
        el(
          "li",
          {},
          el(
            "button.chip",
            {
              type: "button",
              onclick: () => {
                const rest = { ...filter, [name]: without };
                if (!without.length) delete rest[name];
                change(rest);
              },
            },
            el("span.chip-name", {}, t(`filter.${name}`)),
            label,
            icon("close"),
            el("span.sr", {}, t("filters.remove")),
          ),
        ),
      );
    }
  }
  return element.children.length ? element : null;
}

const OF_FEW_VALUES = ["act", "form", "kind", "last", "headline", "status"];

/** What a filter's value is called; one that an address written by hand has in vain stands there as it was written. */
function chipLabel(name, value, later) {
  const key = name === "headline" ? `yes.${value}` : `${name}.${value}`;
  if (OF_FEW_VALUES.includes(name) && said(key)) return t(key);
  if (name === "min_confidence") return Number.isNaN(Number(value)) ? value : percent(value);
  if (name === "from" || name === "to") return Number.isNaN(Date.parse(value)) ? value : absolute(value);
  if (name === "speaker_id" && !names.has(value)) nameOf(value).then(later);
  return names.get(value) ?? value;
}

/** A local date and time as everyone reads it alike: an address goes to colleagues in other time zones, too. */
function universal(time) {
  return time && new Date(time).toISOString();
}

/** A time as the fields for local date and time take it. */
function local(time) {
  const moment = time ? new Date(time) : null;
  if (!moment || Number.isNaN(moment.valueOf())) return "";
  return new Date(moment - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
