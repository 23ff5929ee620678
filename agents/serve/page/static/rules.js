// Rules of alerts: those there are, and one made of the filters in force, tried on the archive before it goes live.

import { get, send } from "./api.js";
import { brief } from "./card.js";
import { el, fill } from "./dom.js";
import { named } from "./filters.js";
import { icon } from "./icons.js";
import { list, percent, t } from "./words.js";

const TRIAL_DAYS = 7;
const SHOWN = 3;

/** The conditions of a rule that mean the same as `filter`; its times are left out, since a rule looks forward. */
export function conditions(filter) {
  // As the search reads it: "a phrase" or a word, all of which must occur.
  const all = [...(filter.q ?? "").matchAll(/"([^"]+)"|(\S+)/g)].map(([, phrase, word]) => phrase ?? word);
  const speakers = [...(filter.speaker_id ?? []), ...(filter.speaker ? [filter.speaker.replaceAll('"', "")] : [])];
  const rule = { speakers, kinds: filter.kind, acts: filter.act, forms: filter.form, outlets: filter.outlet };
  if (all.length) rule.words = { all };
  if (filter.headline === "true") rule.headline = true;
  if (filter.min_confidence) rule.min_confidence = Number(filter.min_confidence);
  return Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== undefined && value?.length !== 0));
}

/** A rule's conditions in words: `[[what, which], …]`. */
function inWords(rule) {
  const { any = [], all = [], none = [] } = rule.words ?? {};
  const told = [
    ["speaker", rule.speakers],
    ["kind", rule.kinds?.map((one) => t(`kind.${one}`))],
    ["act", rule.acts?.map((one) => t(`act.${one}`))],
    ["form", rule.forms?.map((one) => t(`form.${one}`))],
    ["outlet", rule.outlets],
    ["words.all", all],
    ["words.any", any],
    ["words.none", none],
    ["min_confidence", rule.min_confidence ? [percent(rule.min_confidence)] : []],
    ["headline", rule.headline ? [t("yes.true")] : []],
  ];
  return told.filter(([, values]) => values?.length).map(([name, values]) => [t(`filter.${name}`), list(values)]);
}

const conditionList = (rule) =>
  el(
    "dl.conditions",
    {},
    inWords(rule).map(([what, which]) => el("div", {}, el("dt", {}, what), el("dd", {}, el("bdi", {}, which)))),
  );

/** A rule as it stands in the list of rules. `pressed`: whether its alerts alone are shown. */
export function ruleItem(rule, pressed, choose) {
  return el(
    `li.rule${rule.enabled ? "" : ".off"}`,
    {},
    el(
      "button.rule-name",
      { type: "button", "aria-pressed": String(pressed), onclick: choose },
      icon(rule.enabled ? "alerts" : "pause"),
      el("strong", { dir: "auto" }, rule.description || rule.name),
    ),
    conditionList(rule),
    el(
      "p.channels",
      {},
      el("span.sr", {}, t("rule.channels")),
      rule.channels.map((one) => el("span.channel", { dir: "auto" }, one)),
      !rule.enabled && el("span", {}, t("rule.off")),
      rule.origin === "file" && el("span", {}, t("rule.file")),
    ),
  );
}

/** Offers to be alerted of what `filter` shows. */
export function offerRule(filter, toast) {
  const wanted = conditions(filter);
  const said = el("div.rule-said", { role: "status" });
  const field = (id, more) => el("input", { id, type: "text", required: true, autocomplete: "off", ...more });
  const name = field("rule-name", { dir: "ltr", pattern: "[a-z0-9][a-z0-9\\-]{0,63}", placeholder: "minister-warns" });
  const description = field("rule-description", { required: false, dir: "auto" });
  const channels = field("rule-channels", { dir: "ltr", placeholder: "desk, duty-officer" });
  const rule = () => ({
    ...wanted,
    description: description.value.trim(),
    channels: channels.value.split(/[,\u060c\s]+/).filter(Boolean),
  });
  const any = Object.keys(wanted).length > 0;
  const form = el(
    "form.rule-form",
    { onsubmit: save },
    el(
      "header",
      {},
      el("h2", { id: "rule-title" }, t("rule.offer")),
      el(
        "button.tool",
        { type: "button", "aria-label": t("action.close"), onclick: () => dialog.close() },
        icon("close"),
      ),
    ),
    any
      ? conditionList({ ...wanted, speakers: wanted.speakers?.map((one) => named(one) ?? one) })
      : el("p.changed", {}, icon("warning"), t("rule.everything")),
    el("label", { for: "rule-description" }, t("rule.description")),
    description,
    el("label", { for: "rule-name" }, t("rule.name")),
    name,
    el("p.hint", {}, t("rule.name.hint")),
    el("label", { for: "rule-channels" }, t("rule.channels")),
    channels,
    el("p.hint", {}, t("rule.channels.hint")),
    said,
    el(
      "p.actions",
      {},
      el("button.button", { type: "button", onclick: attempt }, t("rule.try")),
      el("button.button.primary", {}, t("rule.save")),
    ),
  );
  const dialog = el(
    "dialog.help.rule-dialog",
    { "aria-labelledby": "rule-title", onclose: () => dialog.remove() },
    form,
  );

  async function attempt() {
    fill(said, t("rule.trying"));
    try {
      const tried = await send("POST", `/v1/rules/trial?days=${TRIAL_DAYS}`, { ...rule(), channels: ["trial"] });
      fill(
        said,
        el("p", {}, t("rule.tried", { n: tried.matched })),
        el("ol.brief", {}, tried.statements.slice(0, SHOWN).map(brief)),
      );
    } catch (problem) {
      explain(problem);
    }
  }

  async function save(event) {
    event.preventDefault();
    const address = `/v1/rules/${encodeURIComponent(name.value)}`;
    try {
      if (await taken(address)) return fill(said, el("p.error", {}, t("rule.taken")));
      await send("PUT", address, rule());
      dialog.close();
      toast(t("rule.saved"));
    } catch (problem) {
      explain(problem);
    }
    return undefined;
  }

  async function taken(address) {
    try {
      await get(address);
      return true;
    } catch (problem) {
      if (problem.status === 404) return false;
      throw problem;
    }
  }

  function explain(problem) {
    fill(
      said,
      el("p.error", { dir: "auto" }, problem.detail || t(problem.status === 0 ? "problem.0" : "problem.other")),
    );
  }

  document.body.append(dialog);
  dialog.showModal();
  description.focus();
}
