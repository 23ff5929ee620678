// Rules of alerts in words: what they look for, and how they tell of it.

import { el, fill } from "./dom.js";
import { named, nameOf } from "./filters.js";
import { icon } from "./icons.js";
import { byName, list, number, percent, relative, t } from "./words.js";

const MARKS = /["“”«»]/g;

/** The conditions of a rule that mean the same as `filter`; its times are left out, since a rule looks forward. */
export function conditions(filter) {
  // As the search reads it: "a phrase" in any quotation marks or a word, all of which must occur.
  const all = [...(filter.q ?? "").replace(MARKS, '"').matchAll(/"([^"]+)"|([^\s"]+)/g)].map(
    ([, phrase, word]) => phrase ?? word,
  );
  const speakers = [...(filter.speaker_id ?? []), ...(filter.speaker ? [filter.speaker.replace(MARKS, "")] : [])];
  const rule = { speakers, kinds: filter.kind, acts: filter.act, forms: filter.form, outlets: filter.outlet };
  if (all.length) rule.words = { all };
  if (filter.headline === "true") rule.headline = true;
  if (filter.min_confidence) rule.min_confidence = Number(filter.min_confidence);
  return Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== undefined && value?.length !== 0));
}

const ID = /^[a-z]+:\S+$|^[0-9a-f]{20}$/;

/** A speaker as rules have them, an id or a name, by name as soon as it is known. */
export function speakerOf(value) {
  const shown = el("bdi", {}, named(value) ?? value);
  if (ID.test(value))
    nameOf(value).then((name) => {
      shown.textContent = name;
    });
  return shown;
}

const several = (values) => values.map((value) => el("bdi", {}, value));

/** What a rule looks for and how it tells: `[[what, which], …]`, `which` as texts or elements. */
function inWords(rule) {
  const { any = [], all = [], none = [] } = rule.words ?? {};
  const { quiet, max_per_hour: most, digest } = rule;
  const told = [
    ["filter.speaker", (rule.speakers ?? []).map(speakerOf)],
    ["filter.kind", rule.kinds?.map((one) => t(`kind.${one}`))],
    ["filter.act", rule.acts?.map((one) => t(`act.${one}`))],
    ["filter.form", rule.forms?.map((one) => t(`form.${one}`))],
    ["filter.outlet", several(rule.outlets ?? [])],
    ["filter.words.all", several(all)],
    ["filter.words.any", several(any)],
    ["filter.words.none", several(none)],
    ["filter.min_confidence", rule.min_confidence ? [percent(rule.min_confidence)] : []],
    ["filter.headline", rule.headline ? [t("yes.true")] : []],
    ["rule.quiet", quiet ? [el("bdi", {}, t("rule.quiet.told", quiet))] : []],
    ["rule.most", most ? [number(most)] : []],
    ["rule.digest", digest ? [t("rule.digest.told", { n: digest })] : []],
    ["rule.retractions", rule.retractions ? [t("yes.true")] : []],
  ];
  return told.filter(([, values]) => values?.length);
}

/** `values`, texts or elements, as the language lists things of which `which` ("all" or "any") must hold. */
function listed(values, which) {
  const marks = values.map((_, n) => String.fromCodePoint(0xe000 + n)); // places for the elements, of the private use area
  return list(marks, which)
    .split(/([\ue000-\uf8ff])/)
    .map((part) => values[marks.indexOf(part)] ?? part);
}

/** What a rule looks for and how it tells, as a list of definitions. */
export const ruleInWords = (rule) =>
  el(
    "dl.conditions",
    {},
    inWords(rule).map(([what, values]) =>
      el("div", {}, el("dt", {}, t(what)), el("dd", {}, listed(values, what === "filter.words.all" ? "all" : "any"))),
    ),
  );

/** The channels, as `GET /v1/rules` has them: when each last took a message; of one that fails, since when and why. */
export function channelList({ channels, health }) {
  const known = new Map(health.map((one) => [one.channel, one]));
  const names = [...new Set([...(channels ?? []), ...known.keys()])].sort(byName);
  if (!names.length) return null;
  return [
    el("h2", {}, t("rule.channels")),
    el(
      "ul.channel-list",
      {},
      names.map((name) => {
        const { delivered_at: took, failing_since: since, reason, disabled } = known.get(name) ?? {};
        const last = took ? t("channel.took", { when: relative(took) }) : t("channel.untried");
        return el(
          "li",
          { "data-channel": name },
          el("span.channel", { dir: "auto" }, name),
          since
            ? el(
                "span.error",
                {},
                icon("warning"),
                t(disabled ? "channel.disabled" : "channel.fails", { when: relative(since) }),
                reason && el("bdi", { dir: "ltr" }, reason),
              )
            : el("span.hint", {}, last),
          since && took && el("span.hint", {}, last),
        );
      }),
    ),
  ];
}

/** What is to be said of those of `channels` that there are not; `known`: those there are, null where nobody knows. */
export function doubts(channels, known) {
  const missing = known ? channels.filter((one) => !known.includes(one)) : [];
  const words = () => ({ channels: list(missing), known: known.length ? list(known) : t("rule.channels.none") });
  return missing.length > 0 && [icon("warning"), t("rule.channels.unknown", words())];
}

const title = (rule) => rule.description || rule.name;

/**
 * A rule as it stands among the rules. `channels`: those there are; `pressed`: whether its alerts alone are shown;
 * `choose()`, `edit()`, `remove()`, `turn(on)`: what may be done. A rule of the file says where it is changed; of a rule that is gone there is the name.
 */
export function ruleItem(rule, { channels, pressed, choose, edit, remove, turn }) {
  const ours = rule.origin === "api";
  const at = `rule-${rule.name}`;
  const held = (what) => ({ "data-held": `${rule.name} ${what}` });
  const doubt = rule.enabled && doubts(rule.channels, channels);
  return el(
    `li.rule${rule.enabled ? "" : ".off"}`,
    { "data-rule": rule.name },
    el(
      "button.rule-name",
      { type: "button", "aria-pressed": String(pressed), title: t("rule.choose"), onclick: choose, ...held("choose") },
      icon(rule.enabled ? "alerts" : "pause"),
      el("strong", { dir: "auto", id: at }, title(rule)),
    ),
    ruleInWords(rule),
    rule.channels.length > 0 &&
      el(
        "p.channels",
        {},
        el("span.sr", {}, t("rule.channels")),
        rule.channels.map((one) => el("span.channel", { dir: "auto" }, one)),
      ),
    doubt && el("p.hint.doubt", {}, doubt),
    ours &&
      el(
        "p.rule-tools",
        {},
        el(
          "label.switch",
          {},
          el("input", {
            type: "checkbox",
            role: "switch",
            checked: rule.enabled,
            "aria-describedby": at,
            onchange: (event) => turn(event.target.checked),
            ...held("turn"),
          }),
          el("span", {}, t(rule.enabled ? "rule.on" : "rule.off")),
        ),
        el(
          "button.quiet",
          { type: "button", "aria-describedby": at, onclick: edit, ...held("edit") },
          icon("edit"),
          t("rule.edit"),
        ),
        el(
          "button.quiet.danger",
          { type: "button", "aria-describedby": at, onclick: remove, ...held("remove") },
          icon("remove"),
          t("rule.remove"),
        ),
      ),
    rule.origin === "file" &&
      el("p.hint", {}, !rule.enabled && el("strong", {}, t("rule.off"), ". "), t("rule.file")),
    rule.origin === undefined && el("p.hint", {}, t("rule.gone")),
  );
}
