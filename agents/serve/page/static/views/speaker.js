// One speaker: how much, how, through whom, and the latest.

import { write } from "../address.js";
import { get, outside } from "../api.js";
import { BUCKET, rankChart, timeChart } from "../chart.js";
import { el, fill } from "../dom.js";
import { named } from "../filters.js";
import { icon } from "../icons.js";
import { failed, waiting } from "../notice.js";
import { pagedStatements } from "../paged.js";
import { date, t } from "../words.js";

// A speaker heard for the first time today still gets a line of time to stand on.
const FEWEST_BUCKETS = 14;

export default function speaker({ params: [id], title, share }) {
  const head = el("div", {}, waiting(2));
  const paged = pagedStatements({ label: t("speaker.latest") });
  const element = el("div.page.speaker-page", {}, head);
  const query = new URLSearchParams({ speaker_id: id });

  async function start() {
    try {
      show(await get(`/v1/speakers/${encodeURIComponent(id)}`));
    } catch (problem) {
      fill(head, failed(problem, start));
    }
  }

  function show({ speaker: who, stats: { bucket, timeline, acts, outlets, forms } }) {
    named(who.id, who.name);
    view.title = who.name;
    title(who.name);
    const only = (more) => `/${write({ speaker_id: [id], ...more })}`;
    fill(
      head,
      el(
        "nav.crumbs",
        { "aria-label": t("crumbs.label") },
        el("a", { href: "/speakers" }, icon("back"), t("place.speakers")),
      ),
      el(
        "header.profile",
        {},
        el("span.kind.large", {}, icon(who.kind ?? "anonymous")),
        el(
          "div",
          {},
          el("h1", { tabindex: "-1", dir: "auto", lang: "ar" }, who.name),
          el(
            "p",
            {},
            who.kind && t(`kind.${who.kind}`),
            " · ",
            t("count.statements", { n: who.statements }),
            " · ",
            date(who.first_at) !== date(who.last_at)
              ? t("speaker.between", { first: date(who.first_at), last: date(who.last_at) })
              : date(who.last_at),
          ),
        ),
        el(
          "p.actions",
          {},
          el("a.button", { href: only({}) }, icon("live"), t("speaker.live")),
          el("a.quiet", { href: outside("/v1/feed.atom", query) }, icon("feeds"), "Atom"),
          el("button.quiet", { type: "button", onclick: () => share() }, icon("link"), t("share.action")),
        ),
      ),
      timeline.length > 0 &&
        el(
          "section.panel",
          {},
          el("h2", {}, t("chart.time")),
          timeChart({
            timeline,
            bucket,
            ...range(timeline, bucket),
            height: 180,
            address: (from, to) => only({ from: new Date(from).toISOString(), to: new Date(to).toISOString() }),
          }),
        ),
      el(
        "div.thirds",
        {},
        el(
          "section.panel",
          {},
          el("h2", {}, t("chart.acts")),
          rankChart(
            acts.map(({ act, statements }) => ({
              label: t(`act.${act}`),
              count: statements,
              tint: act,
              address: only({ act: [act] }),
            })),
            { whole: true },
          ),
        ),
        el(
          "section.panel",
          {},
          el("h2", {}, t("chart.outlets")),
          rankChart(
            outlets
              .slice(0, 9)
              .map(({ outlet, statements }) => ({
                label: outlet,
                count: statements,
                address: only({ outlet: [outlet] }),
              })),
          ),
        ),
        el(
          "section.panel",
          {},
          el("h2", {}, t("chart.forms")),
          rankChart(
            forms.map(({ form, statements }) => ({
              label: t(`form.${form}`),
              count: statements,
              address: only({ form: [form] }),
            })),
            { whole: true },
          ),
        ),
      ),
      el("h2.section-title", {}, t("speaker.latest")),
    );
    element.append(paged.element);
    paged.load(query);
  }

  const view = { element, title: t("place.speakers") };
  start();
  return view;
}

function range(timeline, bucket) {
  const [first, to] = [timeline[0].time, timeline.at(-1).time].map((time) => Date.parse(time));
  return { from: Math.min(first, to - (FEWEST_BUCKETS - 1) * BUCKET[bucket]), to };
}
