// Charts in our own few lines: SVG over time, bars for ranks. Each has its figures in a table behind it, which is what a
// keyboard and a screen reader get; the drawing is for eyes.

import { ACTS } from "./address.js";
import { el, fill, svg } from "./dom.js";
import { absolute, clock, compact, day, number, percent, t, utc } from "./words.js";

/** The widths of buckets, in milliseconds. Days are those of UTC. */
export const BUCKET = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const MOST_BARS = 400;
const WIDEST_BAR = 44;
const YEAR = 365 * BUCKET.day;

/**
 * Volume by time, stacked by act. `timeline` as the API gives it (empty buckets left out), `bucket` its width,
 * `from`/`to` its range; over more buckets than can be drawn, several are one bar. `address(from, to)`: where a bar leads. `height` in px; `table: false` for a small one.
 */
export function timeChart({
  timeline,
  bucket,
  from,
  to,
  height = 220,
  address = null,
  table = true,
  label = t("chart.time"),
}) {
  const buckets = (new Date(to) - new Date(from)) / BUCKET[bucket];
  const length = BUCKET[bucket] * Math.max(1, Math.ceil(buckets / MOST_BARS));
  const bars = filledIn(timeline, length, from, to);
  const total = bars.reduce((sum, bar) => sum + bar.statements, 0);
  const plot = el("div.plot", { vars: { "--height": `${height}px` } });
  const tip = el("div.tip", { hidden: true });
  const summary = t("chart.time.summary", { n: total, from: absolute(bars[0]?.time ?? from), to: absolute(to) });
  const figure = el("figure.chart.time-chart", { "aria-label": label }, plot, tip);

  function draw() {
    const width = plot.clientWidth;
    if (!width) return;
    const rightToLeft = document.documentElement.dir === "rtl";
    const [top, bottom, side] = [8, 22, height < 120 ? 0 : 34];
    const ceiling = niceCeiling(Math.max(1, ...bars.map((bar) => bar.statements)));
    const inner = width - side;
    const step = inner / bars.length;
    const edge = 38; // half a label: the outermost stay inside
    // Time runs with the reading: in Arabic the newest stands on the left.
    const x = (n) => (rightToLeft ? inner - (n + 1) * step : side + n * step);
    const y = (value) => top + (height - top - bottom) * (1 - value / ceiling);
    const gap = Math.max(step - WIDEST_BAR, step > 6 ? 2 : step > 3 ? 1 : 0);
    const drawing = svg("svg", { width, height, role: "img", "aria-label": summary });
    if (side)
      for (const value of ticks(ceiling)) {
        drawing.append(
          svg("line.grid", { x1: rightToLeft ? 0 : side, x2: rightToLeft ? inner : width, y1: y(value), y2: y(value) }),
          svg(
            "text.axis",
            { x: rightToLeft ? width : side - 8, y: y(value) + 4, "text-anchor": rightToLeft ? "start" : "end" },
            compact(value),
          ),
        );
      }
    for (const [n, bar] of bars.entries()) {
      let under = 0;
      for (const act of ACTS) {
        const count = bar.acts[act] ?? 0;
        if (!count) continue;
        drawing.append(
          svg(`rect.act-${act}`, {
            x: x(n) + gap / 2,
            width: Math.max(0.5, step - gap),
            y: y(under + count),
            height: Math.max(0.5, y(under) - y(under + count)),
          }),
        );
        under += count;
      }
    }
    for (const n of marksOn(bars, length, inner)) {
      drawing.append(
        svg(
          "text.axis",
          { x: Math.max(edge, Math.min(width - edge, x(n) + step / 2)), y: height - 5, "text-anchor": "middle" },
          tick(bars[n].time, length, bars),
        ),
      );
    }
    drawing.append(
      svg("line.base", {
        x1: rightToLeft ? 0 : side,
        x2: rightToLeft ? inner : width,
        y1: height - bottom,
        y2: height - bottom,
      }),
    );
    drawing.addEventListener("pointermove", (event) => {
      const place = event.clientX - drawing.getBoundingClientRect().left;
      const n = Math.floor(rightToLeft ? (inner - place) / step : (place - side) / step);
      if (bars[n]) point(bars[n], x(n) + step / 2, width);
      else tip.hidden = true;
    });
    drawing.addEventListener("pointerleave", () => {
      tip.hidden = true;
    });
    plot.replaceChildren(drawing);
  }

  function point(bar, at, width) {
    tip.hidden = false;
    fill(
      tip,
      el("strong", {}, span(bar, length)),
      el("span", {}, t("count.statements", { n: bar.statements })),
      ACTS.filter((act) => bar.acts[act]).map((act) =>
        el("span.tip-row", {}, el(`i.swatch.act-${act}`), t(`act.${act}`), " ", number(bar.acts[act])),
      ),
    );
    const half = tip.offsetWidth / 2;
    tip.style.setProperty("left", `${Math.max(half, Math.min(width - half, at))}px`);
  }

  new ResizeObserver(draw).observe(plot);
  if (table) {
    const told = bars.filter((bar) => bar.statements);
    figure.append(
      legend(told),
      behind(
        [t("chart.when"), t("chart.statements"), ...ACTS.map((act) => t(`act.${act}`))],
        told.map((bar) => [
          address ? el("a", { href: address(bar.time, bar.time + length) }, span(bar, length)) : span(bar, length),
          number(bar.statements),
          ...ACTS.map((act) => number(bar.acts[act] ?? 0)),
        ]),
      ),
    );
  }
  return figure;
}

/** Ranks as bars that lead somewhere: `items` `[{label, count, address?, tint?}]`. They are their own table. */
export function rankChart(items, { whole = false } = {}) {
  const most = Math.max(1, ...items.map((item) => item.count));
  const total = items.reduce((sum, item) => sum + item.count, 0) || 1;
  return el(
    "ol.ranks",
    {},
    items.map(({ label, count, address, tint }) =>
      el(
        `li${tint ? `.act-${tint}` : ""}`,
        { vars: { "--share": count / most } },
        address
          ? el("a.rank-label", { href: address, dir: "auto" }, label)
          : el("span.rank-label", { dir: "auto" }, label),
        el("span.rank-count", {}, number(count), whole && el("small", {}, percent(count / total))),
        el("span.rank-bar", { "aria-hidden": "true" }),
      ),
    ),
  );
}

function legend(bars) {
  const here = ACTS.filter((act) => bars.some((bar) => bar.acts[act]));
  return el(
    "ul.legend",
    {},
    here.map((act) => el("li", {}, el(`i.swatch.act-${act}`), t(`act.${act}`))),
  );
}

/** The figures of a drawing, folded away. */
function behind(heads, rows) {
  return el(
    "details.behind",
    {},
    el("summary", {}, t("chart.table")),
    el(
      "div.scroll",
      { tabindex: "0", role: "region", "aria-label": t("chart.table") },
      el(
        "table",
        {},
        el(
          "thead",
          {},
          el(
            "tr",
            {},
            heads.map((head) => el("th", { scope: "col" }, head)),
          ),
        ),
        el(
          "tbody",
          {},
          rows.map(([first, ...rest]) =>
            el(
              "tr",
              {},
              el("th", { scope: "row" }, first),
              rest.map((cell) => el("td", {}, cell)),
            ),
          ),
        ),
      ),
    ),
  );
}

/** Every bar of the range, the empty ones too. */
function filledIn(timeline, length, from, to) {
  const known = new Map();
  for (const { time, statements, acts } of timeline) {
    const at = floor(time, length);
    if (!known.has(at)) known.set(at, { time: at, statements: 0, acts: {} });
    const bar = known.get(at);
    bar.statements += statements;
    for (const [act, count] of Object.entries(acts)) bar.acts[act] = (bar.acts[act] ?? 0) + count;
  }
  const end = Math.max(floor(to, length), ...known.keys());
  const bars = [];
  for (let time = Math.min(floor(from, length), ...known.keys()); time <= end; time += length)
    bars.push(known.get(time) ?? { time, statements: 0, acts: {} });
  return bars;
}

const floor = (time, length) => Math.floor(new Date(time) / length) * length;

function span({ time }, length) {
  if (length < BUCKET.day) return t("chart.moment", { day: day(time), clock: clock(time) });
  return utc.dates(time, time + length - BUCKET.day);
}

function tick(time, length, bars) {
  if (over(bars, YEAR)) return utc.month(time);
  if (length >= BUCKET.day) return utc.day(time);
  return over(bars, 2 * BUCKET.day) ? day(time) : clock(time);
}

function niceCeiling(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 4, 6, 8, 10].map((times) => times * power).find((one) => one >= value && one >= 4) ?? 4;
}

const ticks = (ceiling) => [1, 2, 3, 4].map((quarter) => (ceiling * quarter) / 4).filter(Number.isInteger);

/** Which bars carry a time below: over days those in which one begins, else any; as many as there is room for. */
function marksOn(bars, length, width) {
  const all = bars.map((_, n) => n);
  const begins = (n) => n > 0 && day(bars[n].time) !== day(bars[n - 1].time);
  const days = length < BUCKET.day && over(bars, 2 * BUCKET.day) ? all.filter(begins) : all;
  const every = Math.max(1, Math.ceil(days.length / Math.max(2, Math.floor(width / 110))));
  return days.filter((_, n) => n % every === Math.floor((every - 1) / 2));
}

const over = (bars, time) => bars.at(-1).time - bars[0].time > time;
