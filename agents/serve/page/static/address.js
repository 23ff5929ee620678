// The address is the state: what is looked at can be sent to a colleague, kept, and gone back to.

/** The filters of the API as the page offers them. A list holds several values, any of which may match. */
export const FILTERS = {
  q: "text",
  speaker: "text",
  speaker_id: "list",
  act: "list",
  form: "list",
  kind: "list",
  outlet: "list",
  last: "text",
  from: "text",
  to: "text",
  min_confidence: "text",
  headline: "text",
  status: "text",
};

export const ACTS = ["assert", "deny", "demand", "warn", "accuse", "support", "commit", "ask", "feel"];
export const FORMS = ["direct", "indirect", "mixed"];
export const KINDS = ["person", "office", "organization", "country", "media", "document", "group", "anonymous"];
/** What `last` may be, in milliseconds. It moves with the clock, so that a shared "last hour" stays the last hour. */
export const LAST = { "1h": 3.6e6, "24h": 8.64e7, "7d": 6.048e8, "30d": 2.592e9 };

/** The filter in a query string; what the page does not know is left out. */
export function read(search) {
  const query = new URLSearchParams(search);
  const filter = {};
  for (const [name, shape] of Object.entries(FILTERS)) {
    const values = query.getAll(name).filter(Boolean);
    if (values.length) filter[name] = shape === "list" ? [...new Set(values)] : values.at(-1);
  }
  if (filter.last && !(filter.last in LAST)) delete filter.last;
  return filter;
}

/** The filter as a query string ("" or "?…"), always in the same order, so that equal filters are equal addresses. */
export function write(filter) {
  const query = new URLSearchParams();
  for (const name of Object.keys(FILTERS)) {
    for (const value of [filter[name] ?? []].flat()) if (value !== "") query.append(name, value);
  }
  const text = query.toString();
  return text && `?${text}`;
}

/** The filter as the API takes it: `last` becomes a time, a local date and time becomes UTC. */
export function asQuery(filter, now = Date.now()) {
  const { last, ...rest } = filter;
  const query = new URLSearchParams(write(rest));
  for (const name of ["from", "to"]) {
    const time = query.get(name) && new Date(query.get(name));
    if (time && !Number.isNaN(time.valueOf())) query.set(name, time.toISOString());
  }
  if (last) query.set("from", new Date(now - LAST[last]).toISOString());
  return query;
}

export const statementAddress = (id) => `/statements/${encodeURIComponent(id)}`;
/** A speaker with no id is found by name. */
export const speakerAddress = ({ id, name }) =>
  id ? `/speakers/${encodeURIComponent(id)}` : `/${write({ speaker: `"${name}"` })}`;
