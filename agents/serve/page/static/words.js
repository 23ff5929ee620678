// What the page says, in the reader's language: the words are in words/<language>.json, the formats are the browser's.

const words = {};
let formats;
export let language = "ar";

/** Reads the words of `chosen` ("ar" or "en"); until then `t` has nothing to say. */
export async function load(chosen) {
  const response = await fetch(`/words/${chosen}.json`);
  if (!response.ok) throw new Error(`words/${chosen}.json: ${response.status}`);
  for (const key of Object.keys(words)) delete words[key];
  Object.assign(words, await response.json());
  language = chosen;
  // Arabic newsrooms write both kinds of digits; the Latin ones read well beside times, scores and foreign names.
  const locale = chosen === "ar" ? "ar-u-nu-latn" : "en-GB";
  formats = {
    number: new Intl.NumberFormat(locale),
    percent: new Intl.NumberFormat(locale, { style: "percent" }),
    compact: new Intl.NumberFormat(locale, { notation: "compact" }),
    plural: new Intl.PluralRules(locale),
    relative: new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" }),
    absolute: new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "short", hourCycle: "h23" }),
    day: new Intl.DateTimeFormat(locale, { weekday: "short", day: "numeric", month: "long" }),
    date: new Intl.DateTimeFormat(locale, { day: "numeric", month: "long", year: "numeric" }),
    // Of what is counted by days of UTC: in the reader's zone they would be called by the day before, or after.
    utcDay: new Intl.DateTimeFormat(locale, { weekday: "short", day: "numeric", month: "long", timeZone: "UTC" }),
    utcDate: new Intl.DateTimeFormat(locale, { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" }),
    utcMonth: new Intl.DateTimeFormat(locale, { month: "long", year: "numeric", timeZone: "UTC" }),
    clock: new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
    all: new Intl.ListFormat(locale, { type: "conjunction" }),
    any: new Intl.ListFormat(locale, { type: "disjunction" }),
    names: new Intl.Collator(locale, { numeric: true }),
  };
}

/**
 * The words for `key`. `{name}` in them is replaced by `values.name`; words that change with a number are kept by
 * plural category and chosen by `values.n`. Without such words: the key itself, which is easier to find than a hole.
 */
export function t(key, values = {}) {
  let text = words[key] ?? key;
  if (typeof text === "object") text = text[formats.plural.select(values.n)] ?? text.other;
  return text.replace(/\{(\w+)\}/g, (_, name) => (name === "n" ? number(values.n) : (values[name] ?? "")));
}

/** Whether there are words for `key`. */
export const said = (key) => key in words;

export const number = (n) => formats.number.format(n);
export const compact = (n) => formats.compact.format(n);
export const percent = (n) => formats.percent.format(n);
export const absolute = (time) => formats.absolute.format(new Date(time));
export const day = (time) => formats.day.format(new Date(time));
export const date = (time) => formats.date.format(new Date(time));
export const clock = (time) => formats.clock.format(new Date(time));
/** Days of UTC: one on an axis, its month over years, and from one to another. */
export const utc = {
  day: (time) => formats.utcDay.format(new Date(time)),
  month: (time) => formats.utcMonth.format(new Date(time)),
  dates: (first, last) => formats.utcDate.formatRange(new Date(first), new Date(last)),
};
/** "a, b and c"; `any`: "a, b or c". */
export const list = (items, which = "all") => formats[which].format(items);
/** `text` so that its direction changes nothing around it (Unicode's first strong isolate). */
export const isolated = (text) => `\u2068${text}\u2069`;
export const byName = (a, b) => formats.names.compare(a, b);

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

// Seconds; nobody counts back from today further than a week.
const NEAR = 7 * 86_400;

/** "5 minutes ago", "in an hour", "now"; the date of what is further away. */
export function relative(time, now = Date.now()) {
  const seconds = (new Date(time) - now) / 1000;
  if (Math.abs(seconds) >= NEAR) return date(time);
  for (const [unit, length] of UNITS) {
    if (Math.abs(seconds) >= length) return formats.relative.format(Math.trunc(seconds / length), unit);
  }
  return t("time.now");
}
