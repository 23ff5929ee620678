// A filter's statements, read page by page as the reader comes near the end of those already here.

import { get } from "./api.js";
import { el, fill } from "./dom.js";
import { StatementList } from "./list.js";
import { empty, failed, waiting } from "./notice.js";
import { t } from "./words.js";

const PAGE = 60;

/**
 * The statements of a query: `{element, list, load(query) → the stream position to go on from, null if it failed}`.
 * `again`: what to do when the reader tries again after a failure, if more than loading.
 */
export function pagedStatements({
  label,
  nothing = "empty.statements",
  actions = () => [],
  again = () => load(query),
}) {
  const list = new StatementList({ label, more });
  const state = el("div.list-state", {});
  const element = el("div.paged", {}, list.element, state);
  let query, next, controller, reading;

  async function read(cursor) {
    const asked = new URLSearchParams(query);
    asked.set("limit", PAGE);
    if (cursor) asked.set("cursor", cursor);
    return get("/v1/statements", asked, controller.signal);
  }

  async function load(wanted) {
    controller?.abort();
    const mine = (controller = new AbortController());
    query = wanted;
    next = reading = null;
    list.clear();
    element.setAttribute("aria-busy", "true");
    fill(state, waiting());
    try {
      const answer = await read();
      if (mine.signal.aborted) return null;
      list.append(answer.statements);
      next = answer.next;
      settle();
      more();
      return answer.position;
    } catch (problem) {
      if (problem.name !== "AbortError") fill(state, failed(problem, again));
      return null;
    } finally {
      if (mine === controller) element.removeAttribute("aria-busy");
    }
  }

  async function more() {
    if (!next || reading === next || !near()) return;
    const mine = controller;
    const cursor = (reading = next);
    fill(state, waiting(2));
    try {
      const answer = await read(cursor);
      if (mine !== controller) return;
      list.append(answer.statements);
      next = answer.next;
      settle();
    } catch (problem) {
      if (mine !== controller || problem.name === "AbortError") return;
      fill(
        state,
        failed(problem, () => {
          reading = null;
          more();
        }),
      );
    }
  }

  const near = () => list.element.isConnected && list.element.getBoundingClientRect().bottom < innerHeight + 1500;

  /** Says what stands below the list: nothing, the end, or why it is empty. */
  function settle() {
    if (list.size === 0) fill(state, empty(nothing, ...actions()));
    else if (!next) fill(state, el("p.the-end", {}, t("list.end")));
    else fill(state);
  }

  return { element, list, load, settle };
}
