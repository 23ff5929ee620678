// The page's few signs, drawn on a grid of 24. Always beside words or under a label: never the only carrier of a meaning.

import { svg } from "./dom.js";

const PATHS = {
  live: "M12 12m-2 0a2 2 0 1 0 4 0a2 2 0 1 0-4 0M7.8 16.2a6 6 0 0 1 0-8.4M16.2 7.8a6 6 0 0 1 0 8.4M5 19a10 10 0 0 1 0-14M19 5a10 10 0 0 1 0 14",
  speakers:
    "M9 11a4 4 0 1 0 0-8a4 4 0 0 0 0 8M2 21v-1a6 6 0 0 1 6-6h2a6 6 0 0 1 6 6v1M16 3.5a4 4 0 0 1 0 7M18 14.5a6 6 0 0 1 4 5.5v1",
  charts: "M4 20V10M10 20V4M16 20v-7M22 20H2",
  feeds: "M5 19m-1.5 0a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0-3 0M4 11a9 9 0 0 1 9 9M4 4a16 16 0 0 1 16 16",
  alerts: "M6 9a6 6 0 0 1 12 0c0 6 2.5 7 2.5 7h-17S6 15 6 9M10 20a2.2 2.2 0 0 0 4 0",
  search: "M10.5 10.5m-6.5 0a6.5 6.5 0 1 0 13 0a6.5 6.5 0 1 0-13 0M20.5 20.5l-5.3-5.3",
  filter: "M4 6h16M7 12h10M10 18h4",
  pause: "M8 5v14M16 5v14",
  play: "M7 4.5v15l12-7.5z",
  up: "M12 19V5M6 11l6-6 6 6",
  fold: "M6 9l6 6 6-6",
  add: "M12 5v14M5 12h14",
  edit: "M4 20l.8-3.8L16.4 4.6a2 2 0 0 1 2.8 0l.2.2a2 2 0 0 1 0 2.8L7.8 19.2zM14.5 6.5l3 3",
  remove: "M4.5 6.5h15M9.5 6.5v-2h5v2M6.5 6.5l1 13.5h9l1-13.5M10 10.5v6M14 10.5v6",
  close: "M6 6l12 12M18 6L6 18",
  link: "M10 14a4.5 4.5 0 0 0 6.4 0l3-3A4.5 4.5 0 0 0 13 4.6l-1 1M14 10a4.5 4.5 0 0 0-6.4 0l-3 3A4.5 4.5 0 0 0 11 19.4l1-1",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  out: "M14 4h6v6M20 4l-9 9M18 14v5a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1h5",
  sun: "M12 12m-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0M12 2v2.5M12 19.5V22M2 12h2.5M19.5 12H22M4.9 4.9l1.8 1.8M17.3 17.3l1.8 1.8M4.9 19.1l1.8-1.8M17.3 6.7l1.8-1.8",
  moon: "M20.5 14.5A8.5 8.5 0 0 1 9.5 3.5a8.5 8.5 0 1 0 11 11z",
  auto: "M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18",
  keys: "M3 7h18v10H3zM7 10.5h.01M11 10.5h.01M15 10.5h.01M8 14h8",
  back: "M5 12h14M11 6l-6 6 6 6",
  headline: "M4 6h16M4 11h16M4 16h10",
  warning: "M12 4L2.5 20h19zM12 10v4.5M12 17.5h.01",
  check: "M4.5 12.5l5 5 10-11",
  offline: "M3 3l18 18M8.5 16.5a5 5 0 0 1 7 0M5 12.5a10 10 0 0 1 4-2.4M19 12.5a10 10 0 0 0-4.5-2.5M12 20h.01",
  // kinds of speaker
  person: "M12 11.5a4 4 0 1 0 0-8a4 4 0 0 0 0 8M4.5 20.5a7.5 7.5 0 0 1 15 0",
  office: "M4 20.5h16M6 20.5V10h12v10.5M4 10h16L12 3.5zM10 20.5V14h4v6.5",
  organization: "M4 20.5h16M6 20.5V4h8v16.5M14 9h4v11.5M9 8h2M9 12h2M9 16h2",
  country: "M5 21.5V3.5M5 4.5h13l-2.5 4.5 2.5 4.5H5",
  media: "M4 5h13v14H6a2 2 0 0 1-2-2zM17 9h3v8a2 2 0 0 1-2 2M7.5 9h6M7.5 12.5h6M7.5 16h3",
  document: "M6 3.5h8l4 4v13H6zM14 3.5v4h4M9 12h6M9 16h6",
  group:
    "M8 10.5a3 3 0 1 0 0-6a3 3 0 0 0 0 6M16 10.5a3 3 0 1 0 0-6M2.5 19a5.5 5.5 0 0 1 11 0M15.5 13.6a5.5 5.5 0 0 1 6 5.4",
  anonymous: "M12 21.5a9.5 9.5 0 1 0 0-19a9.5 9.5 0 0 0 0 19M9.2 9.3a2.9 2.9 0 1 1 4 2.7c-.8.4-1.2 1-1.2 2M12 17.3h.01",
};

/** The sign `name`, hidden from screen readers: what it stands for is said beside it. */
export function icon(name) {
  return svg(
    "svg.icon",
    { viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: PATHS[name] ?? PATHS.anonymous }),
  );
}
