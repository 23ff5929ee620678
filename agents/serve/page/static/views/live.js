// The live stream. What arrives waits behind a button until the reader asks for it, so that nothing moves under the eyes;
// whoever wants a wall that flows by itself says so once.

import { asQuery, LAST, speakerAddress, write } from "../address.js";
import { get, outside } from "../api.js";
import { rankChart, timeChart } from "../chart.js";
import { el, fill } from "../dom.js";
import { chips, filterForm, named } from "../filters.js";
import { icon } from "../icons.js";
import { keep, kept } from "../memory.js";
import { pagedStatements } from "../paged.js";
import { ruleForm } from "../rule-form.js";
import { conditions } from "../rules.js";
import { follow } from "../stream.js";
import { byName, number, t } from "../words.js";

// Beyond this many unread ones the list is read anew instead: nobody scrolls through them one by one.
const MOST_WAITING = 600;
const QUIET_BETWEEN = 20_000;

export default function live({ filter, navigate, frame, share, title }) {
  let now = filter;
  let stream = null;
  let begun = null;
  let paused = false;
  let flowing = kept("flow") === "on";
  let away = false;
  let waiting = new Map();
  let tooMany = false;
  let spoken = 0;
  let drawing = null;

  const change = (next) => navigate(`/${write(next)}`);
  const form = filterForm(now, change);
  const chosen = el("div.chosen", {});
  const pill = el("button.pill", { type: "button", hidden: true, onclick: () => showNew(true) });
  const pause = el("button.button.pause", { type: "button", onclick: togglePause, "aria-keyshortcuts": "p" });
  const flow = el("input", {
    type: "checkbox",
    id: "flow",
    role: "switch",
    onchange: () => {
      flowing = flow.checked;
      keep("flow", flowing ? "on" : "off");
      told();
    },
  });
  flow.checked = flowing;
  const paged = pagedStatements({
    label: t("live.list"),
    again: () => start(),
    actions: () =>
      Object.keys(now).length
        ? [el("button.button", { type: "button", onclick: () => change({}) }, t("filters.clear"))]
        : [],
  });
  const rail = el("aside.rail", { "aria-label": t("rail.label") });
  const feedLinks = el("span.follow", {});
  form.element.append(
    el(
      "fieldset",
      {},
      el("legend", {}, t("filters.follow")),
      el("p.hint", {}, t("filters.follow.hint")),
      feedLinks,
    ),
  );
  const { list } = paged;

  const element = el(
    "div.columns",
    {},
    el("aside.side", { "aria-label": t("filters.label") }, form.element),
    el(
      "section.stream",
      { "aria-labelledby": "live-title" },
      el(
        "header.bar",
        {},
        el("h1", { id: "live-title", tabindex: "-1" }, t("live.title")),
        el(
          "button.tool",
          { type: "button", "aria-label": t("share.action"), title: t("share.action"), onclick: () => share() },
          icon("link"),
        ),
        el(
          "button.tool.alert-me",
          {
            type: "button",
            "aria-label": t("rule.offer"),
            title: t("rule.offer"),
            onclick: () => ruleForm(conditions(now), () => frame.toast(t("rule.saved"))),
          },
          icon("alerts"),
        ),
        el(
          "div.bar-tools",
          {},
          el("label.switch", { for: "flow", title: t("live.flow.hint") }, flow, el("span", {}, t("live.flow"))),
          pause,
          el("button.button.filters-open", { type: "button", onclick: form.open }, icon("filter"), t("filters.title")),
        ),
      ),
      chosen,
      el("div.pill-place", {}, pill),
      paged.element,
    ),
    rail,
  );

  /**
   * Reads the list, then follows the stream from exactly where the list ends. Where there is no list, the stream knocks
   * until the server is back, and all begins anew.
   */
  async function start() {
    const mine = (begun = {});
    stream?.close();
    stream = null;
    waiting = new Map();
    tooMany = false;
    told();
    fill(chosen, chips(now, change));
    const query = asQuery(now);
    fill(
      feedLinks,
      [
        ["Atom", "feed.atom"],
        ["JSON Feed", "feed.json"],
        ["CSV", "statements.csv"],
      ].map(([label, file]) => el("a", { href: outside(`/v1/${file}`, query) }, label)),
    );
    overview();
    const position = await paged.load(query);
    if (mine !== begun) return;
    let lost = false;
    stream = follow({
      query,
      since: position,
      onEvents: arrive,
      onGap: start,
      onState: (state) => {
        lost ||= state === "waiting" || state === "offline";
        if (position === null && state === "live") {
          if (lost) return void start();
          stream.close(); // the server is there: it is the list that it cannot give, and asking again would not help
          state = "refused";
        }
        view.connected = true;
        if (!away) frame.connection(paused ? "paused" : state, () => stream.retry());
        last = state;
      },
    });
  }

  let last = "connecting";

  function arrive(events) {
    for (const { type, data } of events) {
      if (type === "retraction" && !now.status) {
        waiting.delete(data.statement_id);
        list.update(data);
      } else if (!list.update(data)) {
        waiting.set(data.statement_id, data);
        named(data.speaker.id, data.speaker.name);
        if (!form.knows(data.outlet)) soon();
      }
    }
    if (waiting.size > MOST_WAITING) {
      tooMany = true;
      waiting.delete(waiting.keys().next().value);
    }
    // Once a frame, however often they come: a frame put off with each of them would never be.
    drawing ??= requestAnimationFrame(() => {
      drawing = null;
      settle();
    });
  }

  function settle() {
    // An empty list has nothing that could move.
    if (!paused && !away && (list.size === 0 || flowing)) showNew(false);
    told();
    if (!paused && !away && waiting.size && Date.now() - spoken > QUIET_BETWEEN) {
      spoken = Date.now();
      frame.announce(t("live.new", { n: waiting.size }));
    }
  }

  function showNew(asked) {
    if (tooMany) start();
    else if (waiting.size) {
      // In the order of the list below them; the topic keeps order only within an article.
      const newest = [...waiting.values()]
        .reverse()
        .sort((a, b) => Date.parse(b.published_at) - Date.parse(a.published_at));
      waiting = new Map();
      list.prepend(newest);
      paged.settle();
    }
    if (asked) {
      scrollTo({ top: 0, behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth" });
      list.element.querySelector(".card")?.focus({ preventScroll: true });
    }
    told();
  }

  /** The button, the pause and the tab's title, as things stand. */
  function told() {
    const n = waiting.size;
    pill.hidden = n === 0 || paused;
    fill(pill, icon("up"), tooMany ? t("live.many", { n }) : t("live.new", { n }));
    fill(
      pause,
      icon(paused ? "play" : "pause"),
      paused ? t(n ? "live.resume.n" : "live.resume", { n }) : t("live.pause"),
    );
    pause.classList.toggle("on", paused);
    view.title = n && !paused ? `(${number(n)}) ${t("place.live")}` : t("place.live");
    if (!away) title(view.title);
  }

  function togglePause() {
    paused = !paused;
    frame.connection(paused ? "paused" : last, () => stream?.retry());
    frame.announce(t(paused ? "live.paused" : "live.resumed"));
    settle();
  }

  let overviewTimer;
  let hastened = false;
  let drawn = null;

  /** An outlet that nobody knew: the archive counts it in a moment. */
  function soon() {
    if (hastened) return;
    hastened = true;
    clearTimeout(overviewTimer);
    overviewTimer = setTimeout(count, 1_000);
  }

  /** What is counted, anew: by whoever said it and, beside the filters, by outlet. */
  function count() {
    if (!document.hidden && !away) form.look();
    overview();
  }

  async function overview() {
    clearTimeout(overviewTimer);
    hastened = false;
    const mine = write(now);
    const query = asQuery(now);
    if (!query.has("from")) {
      const end = Date.parse(query.get("to")) || Date.now();
      query.set("from", new Date(end - LAST["24h"]).toISOString());
    }
    query.set("limit", 6);
    try {
      if (!document.hidden && !away) {
        draw(await get("/v1/stats", query));
        drawn = mine;
      }
    } catch {
      if (drawn !== mine) fill(rail); // the list beside it says what is wrong
    }
    clearTimeout(overviewTimer);
    overviewTimer = setTimeout(count, 60_000);
  }

  function draw(stats) {
    for (const one of stats.speakers) named(one.id, one.name);
    fill(
      rail,
      el(
        "section.panel",
        {},
        el("h2", {}, t(now.last || now.from || now.to ? "rail.range" : "rail.day")),
        el(
          "p.figure",
          {},
          number(stats.statements),
          " ",
          el("span", {}, t("count.statements.unit", { n: stats.statements })),
        ),
        stats.statements > 0 && timeChart({ ...stats, height: 84, table: false }),
      ),
      stats.statements > 0 &&
        el(
          "section.panel",
          {},
          el("h2", {}, t("rail.speakers")),
          rankChart(
            stats.speakers
              .slice(0, 6)
              .map((one) => ({
                label: one.name ?? t("speaker.unknown"),
                count: one.statements,
                address: one.name && speakerAddress(one),
              })),
          ),
        ),
      stats.statements > 0 &&
        el(
          "section.panel",
          {},
          el("h2", {}, t("rail.acts")),
          rankChart(
            [...stats.acts]
              .sort((a, b) => b.statements - a.statements || byName(a.act, b.act))
              .map(({ act, statements }) => ({
                label: t(`act.${act}`),
                count: statements,
                tint: act,
                address: `/${write({ ...now, act: [act] })}`,
              })),
            { whole: true },
          ),
        ),
    );
  }

  const view = {
    element,
    title: t("place.live"),
    connected: false,
    keys: {
      new: () => waiting.size && showNew(true),
      pause: togglePause,
      filters: () =>
        matchMedia("(max-width: 1080px)").matches ? form.open() : form.element.querySelector("input").focus(),
    },
    update(next) {
      now = next;
      form.set(next);
      start();
    },
    away() {
      away = true;
    },
    back() {
      away = false;
      frame.connection(paused ? "paused" : last, () => stream?.retry());
      settle();
      overview();
    },
    leave() {
      stream?.close();
      clearTimeout(overviewTimer);
    },
  };
  start();
  return view;
}
