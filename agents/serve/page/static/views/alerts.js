// What the rules matched, newest first, by rule.

import { get } from "../api.js";
import { card, time } from "../card.js";
import { el, fill } from "../dom.js";
import { icon } from "../icons.js";
import { empty, failed, waiting } from "../notice.js";
import { ruleItem } from "../rules.js";
import { byName, t } from "../words.js";

const REFRESH = 15_000;

export default function alerts({ frame }) {
  const wanted = new Set(new URLSearchParams(location.search).getAll("rule"));
  const known = new Set(wanted);
  const shown = new Map();
  let next = null;
  let timer;
  let rules = [];
  const side = el("aside.side.rules", { "aria-label": t("alerts.rules") });
  const list = el("div.list", {});
  const state = el("div.list-state", {}, waiting());
  const element = el(
    "div.columns.two.alerts-page",
    {},
    side,
    el(
      "section",
      { "aria-labelledby": "alerts-title" },
      el(
        "header.bar",
        {},
        el("h1", { id: "alerts-title", tabindex: "-1" }, t("place.alerts")),
        el("p.since", {}, t("alerts.hint")),
      ),
      list,
      state,
    ),
  );

  function ask(cursor) {
    const query = new URLSearchParams({ limit: 50 });
    for (const rule of wanted) query.append("rule", rule);
    if (cursor) query.set("cursor", cursor);
    return get("/v1/alerts", query);
  }

  async function read(cursor) {
    try {
      const [answer, { rules: known }] = await Promise.all([ask(cursor), get("/v1/rules")]);
      rules = known;
      next = answer.next;
      list.append(...fresh(answer.alerts));
      settle();
    } catch (problem) {
      fill(
        state,
        failed(problem, () => read(cursor)),
      );
    }
    clearTimeout(timer);
    timer = setTimeout(look, REFRESH);
  }

  /** New ones go on top; the cards keep what is being read in its place (the browser anchors the scroll). */
  async function look() {
    try {
      if (!document.hidden) {
        const added = fresh((await ask()).alerts);
        list.prepend(...added);
        if (added.length) {
          frame.announce(t("alerts.new", { n: added.length }));
          settle();
        }
      }
    } catch {
      /* it tries again by itself; what is shown stays */
    }
    timer = setTimeout(look, REFRESH);
  }

  function fresh(alerts) {
    return alerts
      .filter(({ alert_id: id }) => !shown.has(id))
      .map((alert) => {
        known.add(alert.rule);
        const made = card(alert.statement);
        made.prepend(
          el(
            "p.matched",
            {},
            icon("alerts"),
            el("strong", { dir: "auto" }, rules.find(({ name }) => name === alert.rule)?.description || alert.rule),
            time(alert.matched_at),
            alert.channels.map((channel) => el("span.channel", { dir: "auto" }, channel)),
          ),
        );
        shown.set(alert.alert_id, made);
        return made;
      });
  }

  function settle() {
    const all = [
      ...rules,
      ...[...known]
        .filter((name) => !rules.some((rule) => rule.name === name))
        .map((name) => ({ name, channels: [], enabled: false })),
    ];
    fill(
      side,
      el(
        "section.panel",
        {},
        el("h2", {}, t("alerts.rules")),
        all.length > 0
          ? el(
              "ul",
              {},
              all
                .sort((a, b) => byName(a.description || a.name, b.description || b.name))
                .map((rule) => ruleItem(rule, wanted.has(rule.name), () => choose(rule.name))),
            )
          : el("p.hint", {}, t("alerts.none")),
        el("p.hint", {}, t("alerts.how")),
      ),
    );
    if (!shown.size) fill(state, empty("empty.alerts"));
    else
      fill(
        state,
        next &&
          el("p.actions", {}, el("button.button", { type: "button", onclick: () => read(next) }, t("action.more"))),
      );
  }

  function choose(rule) {
    if (!wanted.delete(rule)) wanted.add(rule);
    const query = new URLSearchParams([...wanted].map((one) => ["rule", one]));
    history.replaceState(history.state, "", `/alerts${query.size ? `?${query}` : ""}`);
    shown.clear();
    fill(list);
    read();
  }

  read();
  return { element, title: t("place.alerts"), leave: () => clearTimeout(timer) };
}
