// Who speaks: everyone the stream has heard, the most quoted first.

import { KINDS, speakerAddress } from "../address.js";
import { get } from "../api.js";
import { time } from "../card.js";
import { debounced, el, fill } from "../dom.js";
import { begun, named } from "../filters.js";
import { icon } from "../icons.js";
import { empty, failed, waiting } from "../notice.js";
import { t } from "../words.js";

export default function speakers({ filter, navigate }) {
  let now = filter;
  let next = null;
  let asked = 0;
  const rows = el("ol.people", {});
  const state = el("div.list-state", {});
  const go = debounced(() => navigate(address(), { replace: true }), 250);
  const field = el("input", {
    type: "search",
    id: "speaker-search",
    dir: "auto",
    placeholder: t("speakers.placeholder"),
    autocomplete: "off",
    oninput: go,
  });
  const kind = el(
    "select",
    { id: "speaker-kind", onchange: () => navigate(address()) },
    el("option", { value: "" }, t("speakers.any")),
    KINDS.map((value) => el("option", { value }, t(`kind.${value}`))),
  );
  const element = el(
    "div.page",
    {},
    el(
      "header.bar",
      {},
      el("h1", { tabindex: "-1" }, t("place.speakers")),
      el(
        "form.bar-tools",
        { role: "search", "aria-label": t("speakers.search"), onsubmit: (event) => event.preventDefault() },
        el("label.sr", { for: "speaker-search" }, t("speakers.search")),
        field,
        el("label.sr", { for: "speaker-kind" }, t("filter.kind")),
        kind,
      ),
    ),
    rows,
    state,
  );

  const address = () => {
    const query = new URLSearchParams();
    if (field.value.trim()) query.set("q", field.value.trim());
    if (kind.value) query.set("kind", kind.value);
    return `/speakers${query.size ? `?${query}` : ""}`;
  };

  async function read(cursor) {
    const mine = ++asked;
    const query = new URLSearchParams({ limit: 60 });
    if (now.q) query.set("q", begun(now.q));
    for (const one of now.kind ?? []) query.append("kind", one);
    if (cursor) query.set("cursor", cursor);
    else {
      fill(rows);
      fill(state, waiting());
    }
    try {
      const answer = await get("/v1/speakers", query);
      if (mine !== asked) return;
      next = answer.next;
      rows.append(...answer.speakers.map(row));
      if (!rows.children.length) fill(state, empty(now.q || now.kind ? "empty.found" : "empty.speakers"));
      else
        fill(
          state,
          next &&
            el("p.actions", {}, el("button.button", { type: "button", onclick: () => read(next) }, t("action.more"))),
        );
    } catch (problem) {
      if (mine === asked)
        fill(
          state,
          failed(problem, () => read(cursor)),
        );
    }
  }

  function row(one) {
    named(one.id, one.name);
    return el(
      "li",
      {},
      el(
        "a.person",
        { href: speakerAddress(one) },
        el("span.kind", {}, icon(one.kind ?? "anonymous")),
        el(
          "span.person-name",
          {},
          el("strong", { dir: "auto", lang: "ar" }, one.name),
          one.kind && el("small", {}, t(`kind.${one.kind}`)),
        ),
        el("span.person-count", {}, t("count.statements", { n: one.statements })),
        time(one.last_at),
      ),
    );
  }

  function update(wanted) {
    now = wanted;
    if (document.activeElement !== field) field.value = now.q ?? "";
    kind.value = now.kind?.[0] ?? "";
    read();
  }
  update(filter);
  return { element, title: t("place.speakers"), update };
}
