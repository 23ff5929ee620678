// A statement as a card: who, how, what; then where and when. The quotation marks are the form itself: a direct
// statement stands in «…», an indirect one without.

import { write, speakerAddress, statementAddress } from "./address.js";
import { el } from "./dom.js";
import { icon } from "./icons.js";
import { visited } from "./memory.js";
import { absolute, percent, relative, t } from "./words.js";

/** The card of `statement`. `address`: where it opens, when not at its own page. */
export function card(statement, { address = statementAddress(statement.statement_id) } = {}) {
  const { speaker, act, form } = statement;
  const retracted = statement.status === "retracted";
  return el(
    `article.card.act-${act}${retracted ? ".retracted" : ""}`,
    {
      "data-id": statement.statement_id,
      tabindex: "-1",
      "aria-label": t("card.label", { speaker: speaker.name ?? t("speaker.unknown"), act: t(`act.${act}`) }),
    },
    el(
      "header.card-head",
      {},
      el("span.kind", { title: speaker.kind && t(`kind.${speaker.kind}`) }, icon(speaker.kind ?? "anonymous")),
      el("div.who", {}, speakerName(speaker), verb(statement.cue), office(speaker)),
      Date.parse(statement.extracted_at) > visited &&
        el("span.fresh", { title: t("card.fresh") }, el("span.sr", {}, t("card.fresh"))),
      time(statement.published_at),
    ),
    retracted && el("p.retraction", {}, icon("warning"), t("card.retracted")),
    el("p.words", { lang: "ar", dir: "rtl" }, el(`a.form-${form}`, { href: address }, quoted(statement.content, form))),
    el(
      "footer.card-foot",
      {},
      badge(act),
      el("span.form", {}, t(`form.${form}`)),
      el("a.outlet", { href: `/${write({ outlet: [statement.outlet] })}`, dir: "auto" }, statement.outlet),
      statement.via && el("span.via", {}, t("card.via"), " ", el("bdi", {}, statement.via)),
      statement.headline && el("span.in-headline", {}, icon("headline"), t("card.headline")),
      confidence(statement.confidence),
    ),
  );
}

/** The statement in two lines, for a list beside something else. */
export function brief({ statement_id: id, speaker, cue, act, content, form }) {
  return el(
    `li.act-${act}`,
    {},
    el(
      "a",
      { href: statementAddress(id) },
      el("strong", { dir: "auto" }, speaker.name ?? t("speaker.unknown")),
      " ",
      verb(cue),
      el("span.words", { lang: "ar", dir: "rtl" }, quoted(content, form)),
    ),
  );
}

/** The words as their form has them: in quotation marks where all of them are the source's own. */
export function quoted(content, form) {
  return form === "direct" ? `«${content}»` : content;
}

/** The name, leading to the speaker's page. */
export function speakerName(speaker) {
  if (!speaker.name) return el("span.speaker.unknown", {}, t("speaker.unknown"));
  return el("a.speaker", { href: speakerAddress(speaker), dir: "auto", lang: "ar" }, speaker.name);
}

/** The reporting verb as written, without the conjunction that tied it to the sentence before. */
export function verb(cue) {
  if (!cue || cue.text === ":") return null;
  const [first, second] = cue.text;
  // A lemma's own first letter (وعدت of وعد) stands before its second, or before the alef of a participle (واعدا).
  const own = first === cue.lemma[0] && [cue.lemma[1], t("cue.participle")].includes(second);
  const bound = t("cue.conjunctions").includes(first) && !own;
  return el("span.verb", { lang: "ar", dir: "rtl" }, bound ? cue.text.slice(1) : cue.text);
}

/** What the text calls the speaker here, where that tells more than the name: mostly the office. */
export function office({ name, kind, mention }) {
  if (!mention) return null;
  const told = kind === "person" ? without(name, mention.text) : mention.text;
  if (!told || name?.includes(told)) return null;
  return el("span.office", {}, el("bdi", { lang: "ar" }, told));
}

/** `text` without the `name` in it, nor the comma or dash that set it off. */
function without(name, text) {
  const at = ` ${text}`.lastIndexOf(` ${name}`);
  if (at < 0) return text;
  const before = text.slice(0, at).replace(/[\s,\u060c\p{Pd}]+$/u, "");
  const after = text.slice(at + name.length);
  return before ? before + after : after.replace(/^[\s,\u060c\p{Pd}]+/u, "");
}

export const badge = (act) => el(`span.badge.act-${act}`, {}, t(`act.${act}`));

/** When, told from now and kept right by the clock of the shell; the full time for whoever points at it. */
export function time(when) {
  return el("time.when", { datetime: when, title: absolute(when), "data-relative": true }, relative(when));
}

/** How sure the extractor is, as three steps and in figures. */
export function confidence(value) {
  const step = value >= 0.85 ? "high" : value >= 0.6 ? "medium" : "low";
  return el(
    `span.confidence.${step}`,
    { title: t("confidence.title", { percent: percent(value) }) },
    el("span.bars", { "aria-hidden": "true" }, el("i"), el("i"), el("i")),
    el("span.sr", {}, t("confidence.title", { percent: percent(value) })),
  );
}
