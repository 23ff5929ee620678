// A rule of alerts as a form: made new, of the filters in force, or changed; tried on the archive before it goes live.

import { ACTS, FORMS, KINDS } from "./address.js";
import { get, send } from "./api.js";
import { brief } from "./card.js";
import { confirmed, dialog } from "./dialog.js";
import { el, fill } from "./dom.js";
import { choices, wordList } from "./fields.js";
import { speakersFor } from "./filters.js";
import { icon } from "./icons.js";
import { inline, withKey } from "./notice.js";
import { doubts, speakerOf } from "./rules.js";
import { percent, t } from "./words.js";

const TRIAL_DAYS = 7;
const SHOWN = 3;
const ADDRESS = (name) => `/v1/rules/${encodeURIComponent(name)}`;

/** The rule with these changes, as the server keeps it now. Raises `Problem`. */
export const change = (rule, changes, headers) =>
  withKey(() => send("PUT", ADDRESS(rule.name), { ...rule, ...changes }, headers));

/** Removes the rule. Raises `Problem`. */
export const remove = (rule) => withKey(() => send("DELETE", ADDRESS(rule.name)));

/**
 * Opens the form. `rule`: what it begins with; one that has a name is changed, any other is made.
 * `saved(rule)` is called with the rule as the server keeps it.
 */
export function ruleForm(rule, saved) {
  const old = rule.name ? rule : null;
  const words = rule.words ?? {};
  let channels = null;

  const text = (id, more) => el("input", { id, type: "text", autocomplete: "off", ...more });
  const description = text("rule-description", { dir: "auto", value: rule.description, maxlength: 300 });
  const guess = free(rule, new Set());
  const name = text("rule-name", {
    dir: "ltr",
    value: guess,
    required: true,
    pattern: "[a-z0-9][a-z0-9\\-]{0,63}",
    "aria-describedby": "rule-name-hint",
    spellcheck: "false",
  });
  const fields = {
    speakers: wordList({
      id: "rule-speakers",
      label: t("filter.speaker"),
      hint: t("rule.speakers.hint"),
      suggest: speakersFor,
      shown: speakerOf,
    }),
    all: wordList({ id: "rule-all", label: t("filter.words.all"), hint: t("rule.words.hint") }),
    any: wordList({ id: "rule-any", label: t("filter.words.any") }),
    none: wordList({ id: "rule-none", label: t("filter.words.none") }),
    outlets: wordList({ id: "rule-outlets", label: t("filter.outlet"), suggest: outletsFor }),
    channels: wordList({
      id: "rule-channels",
      label: t("rule.channels"),
      hint: t("rule.channels.hint"),
      between: "\\s",
      suggest: async () => (channels ?? []).map((one) => ({ value: one, label: one })),
      least: 0,
      change: strange,
      dir: "ltr",
    }),
    acts: choices("act", ACTS, { tinted: true }),
    kinds: choices("kind", KINDS, { icons: true }),
    forms: choices("form", FORMS),
  };
  for (const [field, one] of Object.entries(fields)) one.value = rule[field] ?? words[field] ?? [];

  const certain = el("output", { for: "rule-confidence" }, percent(rule.min_confidence ?? 0));
  const confidence = el("input", {
    type: "range",
    id: "rule-confidence",
    min: 0,
    max: 1,
    step: 0.01,
    value: rule.min_confidence ?? 0,
    oninput: () => {
      certain.textContent = percent(confidence.value);
    },
  });
  const box = (id, checked) => el("input", { type: "checkbox", id, checked: Boolean(checked) });
  const headline = box("rule-headline", rule.headline);
  const retractions = box("rule-retractions", rule.retractions);
  const count = (id, value, more) => el("input", { type: "number", id, min: 1, value, dir: "ltr", ...more });
  const most = count("rule-most", rule.max_per_hour, { step: 1 });
  const digest = count("rule-digest", rule.digest, { min: 0.1, max: 1440, step: "any" });
  const zones = el("datalist", { id: "rule-zones" });
  const quiet = {
    from: el("input", { type: "time", id: "rule-from", value: rule.quiet?.from }),
    to: el("input", { type: "time", id: "rule-to", value: rule.quiet?.to }),
    zone: text("rule-zone", {
      dir: "ltr",
      list: "rule-zones",
      value: rule.quiet?.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    }),
  };
  quiet.zone.addEventListener(
    "focus",
    () =>
      fill(
        zones,
        Intl.supportedValuesOf("timeZone").map((zone) => el("option", { value: zone })),
      ),
    { once: true },
  );
  const doubt = el("p.hint.doubt", { role: "status" });
  const said = el("div.rule-said", { role: "status" });

  const labelled = (field, label) => el("div", {}, el("label", { for: field.id }, label), field);
  const group = (legend, field) => el("fieldset", {}, el("legend", {}, legend), field);
  const checkbox = (field, label) => el("label.check", {}, field, el("span", {}, label));
  const given = (...names) => names.some((one) => rule[one]?.length || rule[one] === true || rule[one] > 0);
  const form = el(
    "form.rule-form",
    { onsubmit: save },
    labelled(description, t("rule.description")),
    old
      ? el("p.hint", {}, t("rule.name"), ": ", el("code", { dir: "ltr" }, old.name))
      : el(
          "div",
          {},
          el("label", { for: name.id }, t("rule.name")),
          name,
          el("p.hint", { id: "rule-name-hint" }, t("rule.name.hint")),
        ),
    el(
      "section",
      {},
      el("h3", {}, t("rule.conditions")),
      el("p.hint", {}, t("rule.conditions.hint")),
      fields.speakers.element,
      group(t("filter.act"), fields.acts.element),
      fields.all.element,
      el(
        "details",
        {
          open:
            Boolean(words.any?.length || words.none?.length) ||
            given("outlets", "kinds", "forms", "min_confidence", "headline"),
        },
        el("summary", {}, t("rule.more")),
        fields.any.element,
        fields.none.element,
        fields.outlets.element,
        group(t("filter.kind"), fields.kinds.element),
        group(t("filter.form"), fields.forms.element),
        el(
          "div",
          {},
          el("label", { for: confidence.id }, t("filter.confidence")),
          el("div.range", {}, confidence, certain),
        ),
        checkbox(headline, t("filter.headline")),
      ),
    ),
    el(
      "section",
      {},
      el("h3", {}, t("rule.telling")),
      fields.channels.element,
      doubt,
      el(
        "details",
        { open: Boolean(rule.quiet) || given("max_per_hour", "digest", "retractions") },
        el("summary", {}, t("rule.often")),
        el("div.pair", {}, labelled(most, t("rule.most")), labelled(digest, t("rule.digest"))),
        group(
          t("rule.quiet"),
          el(
            "div.pair",
            {},
            labelled(quiet.from, t("rule.quiet.from")),
            labelled(quiet.to, t("rule.quiet.to")),
            labelled(quiet.zone, t("rule.quiet.zone")),
            zones,
          ),
        ),
        el("p.hint", {}, t("rule.quiet.hint")),
        checkbox(retractions, t("rule.retractions")),
      ),
    ),
    said,
    el(
      "p.actions",
      {},
      el("button.button", { type: "button", onclick: attempt }, t("rule.try")),
      el("button.button.primary", {}, t(old ? "rule.change" : "rule.save")),
    ),
  );

  /** The rule that the form says. */
  function told() {
    const lists = Object.fromEntries(Object.entries(fields).map(([field, one]) => [field, one.value]));
    const { all, any, none, ...rest } = lists;
    const between = quiet.from.value || quiet.to.value;
    return {
      ...rest,
      words: { all, any, none },
      description: description.value.trim(),
      enabled: old?.enabled ?? true,
      headline: headline.checked,
      retractions: retractions.checked,
      min_confidence: Number(confidence.value),
      max_per_hour: most.value ? Number(most.value) : null,
      digest: digest.value ? Number(digest.value) : null,
      quiet: between ? { from: quiet.from.value, to: quiet.to.value, zone: quiet.zone.value.trim() } : null,
    };
  }

  /** What is plainly missing, found before the server is asked; whether it is well. */
  function complete(rule, channels) {
    const wanted = ["speakers", "kinds", "acts", "forms", "outlets"].some((one) => rule[one].length);
    if (!wanted && !rule.words.all.length && !rule.words.any.length && !rule.headline && !rule.min_confidence)
      return complain(t("rule.everything"), fields.speakers);
    if (channels && !rule.channels.length) return complain(t("rule.nowhere"), fields.channels);
    if (rule.quiet && !(rule.quiet.from && rule.quiet.to))
      return complain(t("rule.quiet.half"), quiet.from.value ? quiet.to : quiet.from);
    return true;
  }

  function complain(text, field) {
    fill(said, el("p.error", {}, icon("warning"), text));
    (field.element ?? field).closest("details")?.setAttribute("open", "");
    field.focus();
    return false;
  }

  async function attempt() {
    const rule = told();
    if (!complete(rule, false)) return;
    fill(said, t("rule.trying"));
    try {
      const address = `/v1/rules/trial?days=${TRIAL_DAYS}`;
      const tried = await withKey(() => send("POST", address, rule));
      fill(
        said,
        el("p", {}, t("rule.tried", { n: tried.matched })),
        el("ol.brief", {}, tried.statements.slice(0, SHOWN).map(brief)),
      );
    } catch (problem) {
      fill(said, inline(problem));
    }
    said.scrollIntoView({ block: "nearest" });
  }

  async function save(event) {
    event.preventDefault();
    const rule = told();
    if (!complete(rule, true)) return;
    try {
      // What is made must not change what is there.
      const kept = await change({ name: old?.name ?? name.value }, rule, old ? {} : { "If-None-Match": "*" });
      frame.close();
      saved(kept);
    } catch (problem) {
      if (problem.status === 412) complain(t("rule.taken"), name);
      else fill(said, inline(problem));
      said.scrollIntoView({ block: "nearest" });
    }
  }

  async function outletsFor(words) {
    const { outlets } = await get("/v1/outlets");
    return outlets.filter(({ outlet }) => outlet.includes(words)).map(({ outlet: one }) => ({ value: one, label: one }));
  }

  /** A channel that there is not is most likely misspelt, and would be found out only by the first alert. */
  function strange() {
    fill(doubt, doubts(fields.channels.list(), channels));
  }

  // The browser cannot point at a field that is folded away.
  form.addEventListener("invalid", ({ target }) => target.closest("details")?.setAttribute("open", ""), true);

  const begun = JSON.stringify(told());
  const untouched = () => JSON.stringify(told()) === begun;
  const frame = dialog(
    "help.rule-dialog",
    t(old ? "rule.edit.title" : "rule.offer"),
    form,
    () =>
      untouched() ||
      confirmed({ title: t("rule.leave"), text: t("rule.leave.hint"), yes: t("rule.leave.yes"), no: t("rule.leave.no") }),
  );
  description.focus();
  get("/v1/rules").then(
    ({ rules, channels: known }) => {
      channels = known;
      strange();
      if (!old && name.value === guess) name.value = free(rule, new Set(rules.map((one) => one.name)));
    },
    () => {
      /* without them there are no suggestions */
    },
  );
}

/** A name for a rule like this that no rule has. */
function free(rule, taken) {
  const stem = rule.acts?.[0] ?? "rule";
  for (let n = 1; ; n += 1) if (!taken.has(`${stem}-${n}`)) return `${stem}-${n}`;
}
