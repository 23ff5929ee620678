// Where it begins: the words, the shell, and the view that the address names.

import { read, write } from "./address.js";
import { el } from "./dom.js";
import { listen } from "./keys.js";
import { failed } from "./notice.js";
import { share, shell } from "./shell.js";
import { load, t } from "./words.js";
import alerts from "./views/alerts.js";
import charts from "./views/charts.js";
import feeds from "./views/feeds.js";
import live from "./views/live.js";
import speaker from "./views/speaker.js";
import speakers from "./views/speakers.js";
import statement from "./views/statement.js";

// A view is a function of its context: `{element, update?(filter), leave?(), keys?, title?, connected?}`. One that is
// `kept` lives on while the reader looks at something else, so that going back finds everything as it was.
const ROUTES = [
  { path: /^\/$/, place: "live", view: live, kept: true },
  { path: /^\/statements\/([^/]+)$/, place: "live", view: statement },
  { path: /^\/speakers$/, place: "speakers", view: speakers },
  { path: /^\/speakers\/([^/]+)$/, place: "speakers", view: speaker },
  { path: /^\/charts$/, place: "charts", view: charts },
  { path: /^\/feeds$/, place: "feeds", view: feeds },
  { path: /^\/alerts$/, place: "alerts", view: alerts },
];

await load(document.documentElement.lang);
const frame = shell({ search });
const keeping = new Map();
let current = null;

history.scrollRestoration = "manual";

function route() {
  for (const one of ROUTES) {
    const match = one.path.exec(location.pathname);
    if (match && decodable(location.pathname))
      return { ...one, key: location.pathname, params: match.slice(1).map(decodeURIComponent) };
  }
  return { place: null, view: nowhere, key: location.pathname, params: [] };
}

function decodable(path) {
  try {
    return decodeURIComponent(path) !== "";
  } catch {
    return false;
  }
}

/** Shows what the address names. `scroll`: where to, when going back. */
function show(scroll = null) {
  const found = route();
  const filter = read(location.search);
  frame.at(found.place);
  if (frame.field !== document.activeElement) frame.field.value = filter.q ?? "";
  if (current?.key === found.key && current.update) {
    if (current.search !== location.search) current.update(filter);
    current.search = location.search;
    if (scroll !== null) scrollTo({ top: scroll, behavior: "instant" });
    return;
  }
  leave();
  current = keeping.get(found.key);
  if (current) {
    current.element.hidden = false;
    if (current.search !== location.search) current.update(filter);
    current.back?.();
  } else {
    // The view itself, no copy of it: what it says of itself (`title`, `connected`) changes as it lives.
    current = found.view({
      params: found.params,
      filter,
      navigate,
      frame,
      share: (text) => share(frame.toast, text),
      title,
    });
    current.key = found.key;
    current.element.classList.add("view");
    frame.main.append(current.element);
    if (found.kept) keeping.set(found.key, current);
  }
  current.search = location.search;
  if (!current.connected) frame.connection(null);
  title(current.title);
  scrollTo({ top: scroll ?? 0, behavior: "instant" });
}

function leave() {
  if (!current) return;
  if (keeping.has(current.key)) {
    current.held = current.element.contains(document.activeElement) ? document.activeElement : null;
    current.element.hidden = true;
    current.away?.();
  } else {
    current.leave?.();
    current.element.remove();
  }
}

/** Goes to an address of the page. `replace`: without a step in the history, for what changes as one types. */
function navigate(address, { replace = false } = {}) {
  const before = location.pathname;
  if (replace) history.replaceState(history.state, "", address);
  else {
    history.replaceState({ scroll: scrollY }, "");
    history.pushState(null, "", address);
  }
  show(before === location.pathname ? scrollY : null);
  if (before !== location.pathname) focusTitle(current);
}

/** Where the reader is, is what a screen reader says and Tab goes on from: the view's title, as soon as it has one. */
function focusTitle(view) {
  const title = view.element.querySelector("h1");
  if (title) return title.focus({ preventScroll: true });
  const watch = new MutationObserver(() => {
    if (current === view && !view.element.querySelector("h1")) return;
    watch.disconnect();
    if (current === view && document.activeElement === document.body) focusTitle(view);
  });
  return watch.observe(view.element, { childList: true, subtree: true });
}

function title(text) {
  document.title = text ? `${text} · ${t("brand")}` : t("brand");
}

function search(words) {
  const filter = ["/", "/charts"].includes(location.pathname) ? read(location.search) : {};
  filter.q = words;
  const path = location.pathname === "/charts" ? "/charts" : "/";
  navigate(path + write(filter));
}

function nowhere() {
  return { element: el("div", {}, failed({ status: 404, detail: "" })), title: t("problem.404") };
}

addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (
    !link ||
    event.defaultPrevented ||
    event.button ||
    event.ctrlKey ||
    event.metaKey ||
    event.shiftKey ||
    event.altKey
  )
    return;
  if (link.origin !== location.origin || link.target || link.hasAttribute("download")) return;
  if (!ROUTES.some(({ path }) => path.test(link.pathname))) return;
  event.preventDefault();
  navigate(link.pathname + link.search);
});
addEventListener("popstate", (event) => {
  show(event.state?.scroll ?? 0);
  current.held?.focus({ preventScroll: true });
});

listen({
  navigate,
  search: () => frame.field.focus(),
  new: () => current.keys?.new?.(),
  pause: () => current.keys?.pause?.(),
  filters: () => current.keys?.filters?.(),
});

show();
document.documentElement.dataset.ready = "";
