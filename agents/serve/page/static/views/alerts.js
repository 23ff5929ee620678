// The rules, and what they matched, newest first.

import { get } from "../api.js";
import { card, time } from "../card.js";
import { confirmed } from "../dialog.js";
import { el, fill } from "../dom.js";
import { icon } from "../icons.js";
import { empty, failed, trouble, unheard, waiting } from "../notice.js";
import { change, remove, ruleForm } from "../rule-form.js";
import { channelList, ruleItem } from "../rules.js";
import { byName, isolated, number, t } from "../words.js";

const REFRESH = 15_000;

export default function alerts({ frame }) {
  const wanted = new Set(new URLSearchParams(location.search).getAll("rule"));
  const known = new Set(wanted);
  const shown = new Map();
  let next = null;
  let timer;
  let reading; // which rules' alerts are shown: an answer to an earlier question comes too late
  let begun = false; // whether anything could be read so far
  let rules = [];
  let channels = null;
  const ruleList = el("div", {});
  const channelPanel = el("div.panel.channel-panel", { hidden: true });
  const side = el(
    "aside.side.rules",
    { "aria-label": t("alerts.rules") },
    channelPanel, // never folded away: of a channel that fails nobody hears otherwise
    el(
      "details.panel",
      { open: !matchMedia("(max-width: 1080px)").matches },
      el("summary", {}, el("h2", {}, t("alerts.rules")), el("span.count", {}), icon("fold")),
      el("button.button.new-rule", { type: "button", onclick: make }, icon("add"), t("rule.new")),
      ruleList,
    ),
  );
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
    const mine = (reading = {});
    try {
      const [answer, kept] = await Promise.all([ask(cursor), get("/v1/rules")]);
      if (mine !== reading) return;
      ({ rules, channels } = kept);
      faring(kept);
      next = answer.next;
      list.append(...fresh(answer.alerts));
      begun = true;
      frame.connection(null);
      settle();
    } catch (problem) {
      if (mine !== reading) return;
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
    const mine = reading;
    try {
      if (!document.hidden) {
        const [answer, kept] = await Promise.all([ask(), get("/v1/rules")]);
        if (mine !== reading) return;
        frame.connection(null);
        if (!answer.alerts.some(({ alert_id: id }) => shown.has(id))) {
          // There may be more between these and those shown: the list begins anew, with a way to go on.
          shown.clear();
          fill(list);
          next = answer.next;
        }
        faring(kept);
        const added = fresh(answer.alerts);
        list.prepend(...added);
        if (added.length) frame.announce(t("alerts.new", { n: added.length }));
        if (added.length || !begun || JSON.stringify([rules, channels]) !== JSON.stringify([kept.rules, kept.channels])) {
          begun = true;
          ({ rules, channels } = kept);
          settle();
        }
      }
    } catch (problem) {
      // It tries again by itself, and what is shown stays; but that it is old is said.
      if (mine === reading) frame.connection(unheard(problem), again);
    }
    if (mine === reading) timer = setTimeout(look, REFRESH);
  }

  function faring(kept) {
    const told = channelList(kept);
    channelPanel.hidden = !told;
    fill(channelPanel, told);
  }

  function again() {
    clearTimeout(timer);
    look();
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
        .map((name) => ({ name, channels: [], enabled: false })), // gone, but for its alerts
    ];
    side.querySelector(".count").textContent = rules.length ? number(rules.length) : "";
    // The list is made anew under the reader's hands: the focus stays on what it was on.
    const held = side.contains(document.activeElement) ? document.activeElement.dataset.held : null;
    fill(
      ruleList,
      all.length > 0
        ? el(
            "ul",
            {},
            all
              .sort((a, b) => byName(a.description || a.name, b.description || b.name))
              .map((rule) =>
                ruleItem(rule, {
                  channels,
                  pressed: wanted.has(rule.name),
                  choose: () => choose(rule.name),
                  edit: () => ruleForm(rule, (kept) => take(kept, "rule.changed")),
                  remove: () => takeAway(rule),
                  turn: (on) => turn(rule, on),
                }),
              ),
          )
        : el("p.hint", {}, t("alerts.none")),
      el("p.hint", {}, t("alerts.how")),
    );
    if (held) side.querySelector(`[data-held="${CSS.escape(held)}"]`)?.focus();
    if (!shown.size) fill(state, empty("empty.alerts"));
    else
      fill(
        state,
        next &&
          el("p.actions", {}, el("button.button", { type: "button", onclick: () => read(next) }, t("action.more"))),
      );
  }

  function make() {
    ruleForm({}, (kept) => take(kept, "rule.saved"));
  }

  /** The server has it; the archive follows in a moment, and `look` with it. */
  function take(rule, words) {
    rules = [...rules.filter(({ name }) => name !== rule.name), rule];
    settle();
    frame.toast(t(words));
  }

  async function turn(rule, on) {
    try {
      take(await change(rule, { enabled: on }), on ? "rule.resumed" : "rule.paused");
    } catch (problem) {
      settle(); // the switch goes back
      frame.toast(trouble(problem));
    }
  }

  async function takeAway(rule) {
    const title = isolated(rule.description || rule.name);
    const sure = await confirmed({
      title: t("rule.remove.title"),
      text: t("rule.remove.hint", { rule: title }),
      yes: t("rule.remove.yes"),
      no: t("rule.remove.no"),
    });
    if (!sure) return;
    try {
      await remove(rule);
      rules = rules.filter(({ name }) => name !== rule.name);
      settle();
      side.querySelector(".new-rule").focus();
      frame.toast(t("rule.removed", { rule: title }));
    } catch (problem) {
      frame.toast(trouble(problem));
    }
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
  return {
    element,
    title: t("place.alerts"),
    leave() {
      reading = null; // what is still under way begins nothing any more
      clearTimeout(timer);
    },
  };
}
