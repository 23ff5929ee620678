// Following the live stream: server-sent events read with fetch, which shows heartbeats and takes headers.
// EventSource would hide a half-open connection, and gives up for good at the first 503.

import { headers, problem } from "./api.js";

// The server sends something every 15 s; a connection silent for longer than two of those is dead.
const SILENCE = 40_000;
const LONGEST_WAIT = 30_000;
// A tab nobody sees gives its connection back: browsers allow six to a host, and a desk opens many tabs.
const HIDDEN_GRACE = 20_000;

/**
 * Follows `/v1/stream`, resuming after each break from the last event read.
 *
 * `query`: URLSearchParams of the filter. `since`: the position to start from. `onEvents` gets
 * `[{type: "statement" | "retraction", data}, …]` in their order; `onState` gets "connecting", "live", "waiting" (with the
 * milliseconds until the next try), "offline", "asleep" or "refused" (with the `Problem`); `onGap` is called when the
 * server no longer knows the position, and what is shown has to be read anew.
 * Returns `{close, retry}`.
 */
export function follow({ query, since, onEvents, onState, onGap }) {
  let position = since;
  let controller = null;
  let watchdog, retryTimer, sleepTimer;
  let failures = 0;
  let closed = false;

  async function connect() {
    clearTimeout(retryTimer);
    if (closed || controller) return;
    if (!navigator.onLine) return void onState("offline");
    const mine = (controller = new AbortController());
    onState("connecting");
    try {
      awake();
      const wanted = new URLSearchParams(query);
      const more = { Accept: "text/event-stream" };
      if (position) more["Last-Event-ID"] = position;
      const response = await fetch(`/v1/stream?${wanted}`, {
        headers: headers(more),
        signal: mine.signal,
        cache: "no-store",
      });
      if (!response.ok) return await refused(await problem(response), mine);
      failures = 0;
      onState("live");
      const parse = parser();
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        awake();
        const events = parse(value).filter((event) => event.data);
        if (parse.id) position = parse.id;
        if (events.length && !closed) onEvents(events.filter((event) => event.type !== "dropped"));
      }
    } catch {
      // A broken connection, an abort by the watchdog, a server that is not there: all are mended by trying again.
    }
    if (controller === mine) controller = null;
    again();
  }

  async function refused(reason, mine) {
    if (controller === mine) controller = null;
    if (reason.status === 409 || (reason.status === 400 && position)) {
      // The topic was made anew: our place in it is gone.
      position = null;
      if (!closed) onGap();
    } else if (reason.status >= 400 && reason.status < 500 && reason.status !== 408 && reason.status !== 429) {
      clearTimeout(watchdog);
      onState("refused", reason);
      return;
    }
    again();
  }

  function again() {
    clearTimeout(watchdog);
    if (closed || controller || document.hidden) return;
    if (!navigator.onLine) return void onState("offline");
    // Spread out, so that a server that comes back is not met by every reader in the same second.
    const wait = Math.min(LONGEST_WAIT, 500 * 2 ** failures++) * (0.5 + Math.random() / 2);
    onState("waiting", wait);
    retryTimer = setTimeout(connect, wait);
  }

  function awake() {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => controller?.abort(), SILENCE);
  }

  function hang() {
    clearTimeout(watchdog);
    clearTimeout(retryTimer);
    const mine = controller;
    controller = null;
    mine?.abort();
  }

  function seen() {
    clearTimeout(sleepTimer);
    if (document.hidden)
      sleepTimer = setTimeout(() => {
        hang();
        onState("asleep");
      }, HIDDEN_GRACE);
    else if (!controller) connect();
  }

  function retry() {
    failures = 0;
    connect();
  }

  function lost() {
    hang();
    onState("offline");
  }

  document.addEventListener("visibilitychange", seen);
  addEventListener("online", retry);
  addEventListener("offline", lost);
  connect();

  return {
    retry,
    close() {
      closed = true;
      clearTimeout(sleepTimer);
      hang();
      document.removeEventListener("visibilitychange", seen);
      removeEventListener("online", retry);
      removeEventListener("offline", lost);
    },
  };
}

/**
 * A reader of the event stream format (WHATWG HTML, 9.2.6): given the next piece of text, the events it completes.
 * `parser.id` is the last id seen, those of comment-only blocks included.
 */
export function parser() {
  let rest = "";
  let event = { type: "message", lines: [] };
  const parse = (text) => {
    const events = [];
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop();
    for (const line of lines) {
      if (line === "") {
        if (event.lines.length) events.push({ type: event.type, data: JSON.parse(event.lines.join("\n")) });
        event = { type: "message", lines: [] };
        continue;
      }
      const [, field, value] = /^([^:]*):? ?(.*)$/s.exec(line);
      if (field === "event") event.type = value;
      else if (field === "data") event.lines.push(value);
      else if (field === "id" && !value.includes("\0")) parse.id = value;
    }
    return events;
  };
  parse.id = null;
  return parse;
}
