// Volume by time, act, speaker, outlet and kind, of any filter.

import { asQuery, speakerAddress, write } from "../address.js";
import { get } from "../api.js";
import { rankChart, timeChart } from "../chart.js";
import { el, fill } from "../dom.js";
import { chips, filterForm, named } from "../filters.js";
import { icon } from "../icons.js";
import { empty, failed, waiting } from "../notice.js";
import { date, t } from "../words.js";

const RANGES = ["24h", "7d", "30d"];
const USUAL = "7d"; // what the API counts where no time is asked for

export default function charts({ filter, navigate, share }) {
  let now = filter;
  let controller;
  const change = (next) => navigate(`/charts${write(next)}`);
  const form = filterForm(now, change, { usual: USUAL });
  const chosen = el("div.chosen", {});
  const ranges = el("div.segments", { role: "group", "aria-label": t("filter.time") });
  const body = el("div.chart-body", {});
  const element = el(
    "div.columns.two",
    {},
    el("aside.side", { "aria-label": t("filters.label") }, form.element),
    el(
      "section",
      { "aria-labelledby": "charts-title" },
      el(
        "header.bar",
        {},
        el("h1", { id: "charts-title", tabindex: "-1" }, t("place.charts")),
        el(
          "button.tool",
          { type: "button", "aria-label": t("share.action"), title: t("share.action"), onclick: () => share() },
          icon("link"),
        ),
        el(
          "div.bar-tools",
          {},
          ranges,
          el("button.button.filters-open", { type: "button", onclick: form.open }, icon("filter"), t("filters.title")),
        ),
      ),
      chosen,
      body,
    ),
  );

  async function read() {
    controller?.abort();
    const mine = (controller = new AbortController());
    fill(chosen, chips(now, change));
    fill(
      ranges,
      RANGES.map((last) =>
        el(
          "button",
          {
            type: "button",
            "aria-pressed": String((now.last ?? (now.from || now.to ? "" : USUAL)) === last),
            onclick: () => {
              const { from: _, to: __, ...rest } = now;
              change({ ...rest, last });
            },
          },
          t(`last.${last}`),
        ),
      ),
    );
    if (!body.children.length) fill(body, waiting());
    body.setAttribute("aria-busy", "true");
    try {
      const query = asQuery(now);
      query.set("limit", 12);
      draw(await get("/v1/stats", query, mine.signal));
    } catch (problem) {
      if (problem.name !== "AbortError") fill(body, failed(problem, read));
    }
    if (mine === controller) body.removeAttribute("aria-busy");
  }

  function draw(stats) {
    if (!stats.statements) return fill(body, empty("empty.charts"));
    for (const one of stats.speakers) named(one.id, one.name);
    const { last: _, ...still } = now;
    const only = (more) => `/${write({ ...now, ...more })}`;
    return fill(
      body,
      el(
        "section.panel",
        {},
        el(
          "header.panel-head",
          {},
          el("h2", {}, t("chart.time")),
          el("p", {}, t("charts.total", { n: stats.statements, from: date(stats.from), to: date(stats.to) })),
        ),
        timeChart({
          ...stats,
          height: 260,
          address: (from, to) =>
            `/${write({ ...still, from: new Date(from).toISOString(), to: new Date(to).toISOString() })}`,
        }),
      ),
      el(
        "div.thirds",
        {},
        el(
          "div.stack",
          {},
          panel(
            "chart.acts",
            stats.acts.map(({ act, statements }) => ({
              label: t(`act.${act}`),
              count: statements,
              tint: act,
              address: only({ act: [act] }),
            })),
            true,
          ),
          panel(
            "chart.forms",
            stats.forms.map(({ form: one, statements }) => ({
              label: t(`form.${one}`),
              count: statements,
              address: only({ form: [one] }),
            })),
            true,
          ),
        ),
        panel(
          "chart.speakers",
          stats.speakers.map((one) => ({
            label: one.name ?? t("speaker.unknown"),
            count: one.statements,
            address: one.name && speakerAddress(one),
          })),
        ),
        el(
          "div.stack",
          {},
          panel(
            "chart.outlets",
            stats.outlets.map(({ outlet, statements }) => ({
              label: outlet,
              count: statements,
              address: only({ outlet: [outlet] }),
            })),
          ),
          panel(
            "chart.kinds",
            stats.kinds.map(({ kind, statements }) => ({
              label: kind ? t(`kind.${kind}`) : t("speaker.unknown"),
              count: statements,
              address: kind && only({ kind: [kind] }),
            })),
            true,
          ),
        ),
      ),
    );
  }

  const panel = (key, items, whole = false) =>
    el("section.panel", {}, el("h2", {}, t(key)), rankChart(items, { whole }));

  read();
  return {
    element,
    title: t("place.charts"),
    keys: { filters: () => form.open() },
    update(next) {
      now = next;
      form.set(next);
      read();
    },
  };
}
