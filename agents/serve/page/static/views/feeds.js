// How the feeds are: those in trouble first, each with what is wrong.

import { get } from "../api.js";
import { write } from "../address.js";
import { time } from "../card.js";
import { el, fill } from "../dom.js";
import { icon } from "../icons.js";
import { empty, failed, unheard, waiting } from "../notice.js";
import { byName, number, relative, t } from "../words.js";

const STATES = ["failing", "silent", "healthy", "unknown", "paused", "retired"];
const SIGNS = {
  failing: "warning",
  silent: "moon",
  healthy: "check",
  unknown: "anonymous",
  paused: "pause",
  retired: "close",
};
// A feed without an article for so long is worth a look, though nothing failed.
const SILENT = 3 * 86_400_000;
const REFRESH = 30_000;

export default function feeds({ frame }) {
  let all = [];
  let wanted = "";
  let timer;
  let left = false;
  const tiles = el("div.tiles", { role: "group", "aria-label": t("feeds.states") });
  const rows = el("div", {});
  const element = el("div.page", {}, el("header.bar", {}, el("h1", { tabindex: "-1" }, t("place.feeds"))), tiles, rows);

  async function read() {
    clearTimeout(timer);
    if (!all.length) fill(rows, waiting());
    try {
      const answer = await get("/v1/feeds");
      all = answer.feeds.map((feed) => ({ ...feed, state: state(feed) }));
      if (left) return;
      frame.connection(null);
      draw();
    } catch (problem) {
      if (left) return;
      if (all.length) frame.connection(unheard(problem), read);
      else fill(rows, failed(problem, read));
    }
    timer = setTimeout(read, REFRESH);
  }

  function draw() {
    fill(
      tiles,
      STATES.map((one) => {
        const n = all.filter((feed) => feed.state === one).length;
        return (
          (n > 0 || one === "healthy") &&
          el(
            `button.tile.${one}`,
            {
              type: "button",
              "aria-pressed": String(wanted === one),
              onclick: () => {
                wanted = wanted === one ? "" : one;
                draw();
              },
            },
            icon(SIGNS[one]),
            el("strong", {}, number(n)),
            el("span", {}, t(`feed.${one}`)),
          )
        );
      }),
    );
    if (!all.length) return fill(rows, empty("empty.feeds"));
    const shown = all
      .filter((feed) => !wanted || feed.state === wanted)
      .sort((a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state) || byName(a.outlet, b.outlet));
    return fill(
      rows,
      el(
        "div.scroll",
        { tabindex: "0", role: "region", "aria-label": t("place.feeds") },
        el(
          "table.feeds",
          {},
          el("caption.sr", {}, t("place.feeds")),
          el(
            "thead",
            {},
            el(
              "tr",
              {},
              ["outlet", "state", "last", "articles", "address"].map((name) =>
                el("th", { scope: "col" }, t(`feeds.${name}`)),
              ),
            ),
          ),
          el("tbody", {}, shown.map(row)),
        ),
      ),
    );
  }

  function row(feed) {
    const error = trouble(feed);
    return el(
      `tr.${feed.state}`,
      {},
      el(
        "th",
        { scope: "row" },
        el("a", { href: `/${write({ outlet: [feed.outlet] })}`, dir: "auto" }, feed.outlet),
        (feed.title || feed.category) && el("small", { dir: "auto" }, feed.title || feed.category),
      ),
      el(
        "td",
        { "data-label": t("feeds.state") },
        el(`span.health.${feed.state}`, {}, icon(SIGNS[feed.state]), t(`feed.${feed.state}`)),
        error &&
          el("small.error", { dir: "auto" }, error, feed.health.failures > 1 && ` (${number(feed.health.failures)}×)`),
        !error && feed.health?.note && el("small", { dir: "auto" }, feed.health.note),
        rhythm(feed.health),
      ),
      el("td", { "data-label": t("feeds.last") }, feed.last_article_at ? time(feed.last_article_at) : t("feeds.never")),
      el("td.number", { "data-label": t("feeds.articles") }, number(feed.articles)),
      el(
        "td.address",
        { "data-label": t("feeds.address") },
        el("bdi", { dir: "ltr", title: feed.url }, short(feed.url)),
      ),
    );
  }

  read();
  return {
    element,
    title: t("place.feeds"),
    leave() {
      left = true; // what is still under way begins nothing any more
      clearTimeout(timer);
    },
  };
}

/** When the feed was last read, and how often it is. */
function rhythm(health) {
  if (!health) return null;
  const parts = [];
  if (health.success_at) parts.push(t("feeds.read", { when: relative(health.success_at) }));
  if (health.pushed) parts.push(t("feeds.pushed"));
  else if (health.interval >= 60) parts.push(t("feeds.every", { n: Math.round(health.interval / 60) }));
  else if (health.interval) parts.push(t("feeds.often", { n: Math.max(1, Math.round(health.interval)) }));
  return parts.length > 0 && el("small", {}, parts.join(t("list.comma")));
}

function state(feed) {
  if (feed.health?.retired) return "retired";
  if (!feed.active) return "paused";
  if (trouble(feed)) return "failing";
  if (feed.last_article_at) return Date.now() - new Date(feed.last_article_at) > SILENT ? "silent" : "healthy";
  return feed.health?.success_at ? "healthy" : "unknown";
}

const trouble = ({ health }) => health?.retired || health?.error || null;

const short = (url) => url.replace(/^https?:\/\/(www\.)?/, "");
