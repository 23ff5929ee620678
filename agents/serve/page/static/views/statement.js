// A statement where it was found: the article's own text, with who spoke, the words that report, and what was said.

import { speakerAddress, statementAddress } from "../address.js";
import { get, outside } from "../api.js";
import { badge, brief, confidence, office, quoted, speakerName, time, verb } from "../card.js";
import { el, fill } from "../dom.js";
import { icon } from "../icons.js";
import { failed, waiting } from "../notice.js";
import { lines, marks, pieces } from "../spans.js";
import { absolute, percent, said, t } from "../words.js";

export default function statement({ params: [id], frame, share, title }) {
  const element = el("div.reading", {}, waiting(3));

  let shown = null;

  async function read() {
    const one = await get(`/v1/statements/${encodeURIComponent(id)}`);
    let found = null;
    try {
      found = await get(`/v1/articles/${encodeURIComponent(one.article_id)}`);
    } catch (problem) {
      if (problem.status !== 404) throw problem;
    }
    const told = JSON.stringify([one, found]);
    if (told !== shown) show(one, found);
    shown = told;
  }

  async function start() {
    try {
      await read();
    } catch (problem) {
      fill(element, failed(problem, start));
    }
  }

  /** Who comes back to the page sees what has become of the statement; without an answer, what was there stays. */
  function look() {
    if (!document.hidden && shown) read().catch(() => {});
  }

  function show(one, found) {
    const name = one.speaker.name ?? t("speaker.unknown");
    view.title = `${name}: ${apart(one, Array.from(one.content).slice(0, 60).join(""))}`;
    title(view.title);
    const fits = found !== null && matches(one, found.article.text);
    const others = (found?.statements ?? []).filter((other) => other.statement_id !== one.statement_id);
    fill(
      element,
      el(
        "nav.crumbs",
        { "aria-label": t("crumbs.label") },
        el("a", { href: "/", onclick: back }, icon("back"), t("statement.back")),
      ),
      hero(one, fits),
      el(
        "div.beside",
        {},
        el("article.source", { "aria-label": t("article.label") }, fits ? article(one, found) : fallback(one, found)),
        el(
          "aside.facts",
          { "aria-label": t("facts.label") },
          facts(one, found?.statements ?? []),
          otherStatements(others, one),
        ),
      ),
    );
    scrollTo({ top: 0, behavior: "instant" });
  }

  function back(event) {
    // Back to the place in the stream that was left, when that is where the reader came from.
    if (history.state === null && history.length > 1 && document.querySelector("main .columns[hidden]")) {
      event.preventDefault();
      history.back();
    }
  }

  /** To the words where the article has them, screens below in a long one. */
  function passage() {
    const mark = element.querySelector(".text mark.content");
    mark.tabIndex = -1;
    mark.focus({ preventScroll: true });
    mark.scrollIntoView({ block: "center" });
  }

  function hero(one, fits) {
    return el(
      `header.hero.act-${one.act}`,
      {},
      one.status === "retracted" && el("p.retraction", { role: "note" }, icon("warning"), t("statement.retracted")),
      el(
        "div.hero-who",
        {},
        el("span.kind", {}, icon(one.speaker.kind ?? "anonymous")),
        el("h1", { tabindex: "-1" }, speakerName(one.speaker), " ", verb(one.cue)),
        badge(one.act),
        office(one.speaker),
      ),
      el("blockquote.words", { lang: "ar", dir: "rtl", cite: one.url }, quoted(one.content, one.form)),
      el(
        "p.hero-foot",
        {},
        el("strong", { dir: "auto" }, one.outlet),
        time(one.published_at),
        el("span.absolute", {}, absolute(one.published_at)),
        el(
          "span.hero-tools",
          {},
          fits &&
            el("button.quiet", { type: "button", onclick: passage }, icon("fold"), t("statement.passage")),
          safeLink(one.url, el("span", {}, t("statement.source")), icon("out")),
          el("button.quiet", { type: "button", onclick: () => share(citation(one)) }, icon("copy"), t("share.quote")),
          el("button.quiet", { type: "button", onclick: () => share() }, icon("link"), t("share.action")),
        ),
      ),
    );
  }

  const view = {
    element,
    title: t("place.statement"),
    leave: () => document.removeEventListener("visibilitychange", look),
  };
  document.addEventListener("visibilitychange", look);
  start();
  return view;
}

/** The words with who said them, where and when: ready to be put into a story. */
function citation(one) {
  return [
    one.status === "retracted" && t("card.retracted"),
    apart(one, quoted(one.content, one.form)),
    [one.speaker.name ?? t("speaker.unknown"), one.via, one.outlet, absolute(one.published_at)]
      .filter(Boolean)
      .join(t("list.comma")),
    one.url,
  ]
    .filter(Boolean)
    .join("\n");
}

/** The words for where they stand without their verb: a denial says that it is one, lest it read as what was said. */
function apart({ act }, words) {
  return act === "deny" ? `${t("act.deny")}: ${words}` : words;
}

/** Whether the offsets of `one` still fit `text`: an outlet may have edited the article since. */
function matches(one, text) {
  const points = Array.from(text);
  return one.content_spans.map(([start, end]) => points.slice(start, end).join("")).join(" … ") === one.content;
}

function article(one, { article: source, statements }) {
  const all = [...statements.filter((other) => other.statement_id !== one.statement_id), one];
  const spans = all.flatMap(marks);
  const byId = new Map(all.map((other) => [other.statement_id, other]));
  const family = kin(one, byId);
  return [
    el(
      "header.source-head",
      {},
      el("p.outlet", { dir: "auto" }, source.outlet),
      el(
        "ul.key",
        { "aria-label": t("key.spans") },
        el("li", {}, el("mark.chosen.mention", {}, t("span.mention"))),
        el("li", {}, el("mark.chosen.cue", {}, t("span.cue"))),
        el("li", {}, el("mark.chosen.content", {}, t("span.content"))),
        statements.length > 1 && el("li", {}, el("mark.other", {}, t("span.other"))),
        family.size > 0 && el("li", {}, el("mark.other.nested", {}, t("span.nested"))),
      ),
    ),
    el(
      "div.text",
      { lang: source.language, dir: "auto" },
      lines(source.text).map((line, n) =>
        el(
          n === 0 ? "h2" : "p",
          { dir: "auto" },
          pieces(line.text, spans, line.start).map((piece) => marked(piece, one, byId, family)),
        ),
      ),
    ),
  ];
}

/** The statements that contain `one`, and those in it. */
function kin(one, byId) {
  const family = new Set();
  for (let parent = byId.get(one.parent); parent && !family.has(parent.statement_id); parent = byId.get(parent.parent))
    family.add(parent.statement_id);
  for (const other of byId.values()) if (other.parent === one.statement_id) family.add(other.statement_id);
  return family;
}

function marked(piece, one, byId, family) {
  const mine = piece.spans.filter((span) => span.id === one.statement_id);
  const theirs = piece.spans.filter((span) => span.id !== one.statement_id);
  if (mine.length) {
    const roles = [...new Set(mine.map((span) => span.role))];
    const nested = theirs.some((span) => family.has(span.id)) ? ".nested" : "";
    return el(
      `mark.chosen.${roles.join(".")}${nested}`,
      { title: roles.map((role) => t(`span.${role}`)).join(" · "), "data-start": piece.start, "data-end": piece.end },
      piece.text,
    );
  }
  const content = theirs.findLast((span) => span.role === "content") ?? theirs.at(-1);
  if (!content) return piece.text;
  const other = byId.get(content.id);
  return el(
    `a.other${family.has(content.id) ? ".nested" : ""}`,
    {
      href: statementAddress(content.id),
      title: t("span.other.title", { speaker: other.speaker.name ?? t("speaker.unknown") }),
    },
    piece.text,
  );
}

/** Without the article, or with one that has changed: the sentence that the statement itself carries. */
function fallback(one, found) {
  return [
    el("p.changed", {}, icon("warning"), t(found ? "article.changed" : "article.missing")),
    el("div.text", { lang: "ar", dir: "rtl" }, el("p", {}, one.context)),
  ];
}

function facts(one, statements) {
  const { speaker } = one;
  const parent = statements.find((other) => other.statement_id === one.parent);
  const steps = trace(one.rule);
  return el(
    "section.panel",
    {},
    el("h2", {}, t("facts.title")),
    el(
      "dl.facts-list",
      {},
      fact(
        "confidence",
        confidence(one.confidence),
        el("strong", {}, percent(one.confidence)),
        el("span", {}, t("confidence.explained")),
      ),
      fact("act", badge(one.act), el("span", {}, t(`act.${one.act}.meaning`))),
      fact("form", el("strong", {}, t(`form.${one.form}`)), el("span", {}, t(`form.${one.form}.meaning`))),
      speaker.kind && fact("kind", el("strong", {}, t(`kind.${speaker.kind}`))),
      speaker.resolved_by && fact("resolved", el("span", {}, t(`resolved.${speaker.resolved_by}`))),
      one.via && fact("via", el("strong", { dir: "auto" }, one.via)),
      one.cue &&
        fact(
          "cue",
          el(
            "span",
            { lang: "ar", dir: "rtl" },
            one.cue.text === one.cue.lemma ? one.cue.text : `${one.cue.text} ← ${one.cue.lemma}`,
          ),
        ),
      parent &&
        fact(
          "parent",
          el("a", { href: statementAddress(parent.statement_id) }, parent.speaker.name ?? t("speaker.unknown")),
        ),
      fact("extracted", time(one.extracted_at)),
    ),
    el(
      "details.trace",
      {},
      el("summary", {}, t("trace.title")),
      el("p", {}, t("trace.hint")),
      el(
        "ol",
        {},
        steps.map(({ step, features }) =>
          el(
            "li",
            {},
            el("code", { dir: "auto" }, step),
            explained(step),
            features.length > 0 &&
              el(
                "ul",
                {},
                features.map(({ name, weight }) =>
                  el(
                    "li",
                    {},
                    el("bdi", {}, name),
                    el(
                      `b.${weight.startsWith("-") ? "against" : "for"}`,
                      { dir: "ltr", title: t(weight.startsWith("-") ? "trace.against" : "trace.for") },
                      weight,
                    ),
                  ),
                ),
              ),
          ),
        ),
      ),
    ),
    speaker.name &&
      el("p.more", {}, el("a", { href: speakerAddress(speaker) }, t("speaker.all", { speaker: speaker.name }))),
    el(
      "p.more",
      {},
      el(
        "a",
        { href: outside(`/v1/statements/${encodeURIComponent(one.statement_id)}`), target: "_blank", rel: "noopener" },
        t("statement.json"),
      ),
    ),
  );
}

const WEIGHED = /^(.*):([+-]\d+(?:\.\d+)?)$/;
// Steps whose features stand behind them in one part: "mention after finite 0:+1.0, class ال…ي:+0.7".
const WITH_FEATURES = /^(mention|speaker) (.*:[+-][\d.]+)$/;

/** The extractor's trace: its steps, each with the features that weighed most in it. */
function trace(rule) {
  const steps = [];
  for (const part of rule.split(" · ").filter(Boolean)) {
    const [, step, features] = WITH_FEATURES.exec(part) ?? [];
    if (step) steps.push({ step, features: features.split(/(?<=:[+-][\d.]+), /).map(weighed) });
    else if (WEIGHED.test(part) && steps.length) steps.at(-1).features.push(weighed(part));
    else steps.push({ step: part, features: [] });
  }
  return steps;
}

function weighed(feature) {
  const [, name, weight] = WEIGHED.exec(feature) ?? [null, feature, ""];
  return { name, weight };
}

/** What a step means, for the kinds of steps that there are words for. */
function explained(step) {
  const kind = step.includes("→") ? "choice" : step.split(" ")[0];
  return said(`trace.${kind}`) && el("span", {}, t(`trace.${kind}`));
}

function fact(name, ...values) {
  return el("div", {}, el("dt", {}, t(`fact.${name}`)), el("dd", {}, values));
}

function otherStatements(others) {
  if (!others.length) return null;
  return el(
    "section.panel",
    {},
    el("h2", {}, t("article.others", { n: others.length })),
    el("ol.brief", {}, others.map(brief)),
  );
}

/** A link out of the page; only to the web, whatever the record says. */
function safeLink(address, ...children) {
  const safe = /^https?:/i.test(address);
  return safe && el("a.quiet", { href: address, target: "_blank", rel: "noopener noreferrer external" }, children);
}
