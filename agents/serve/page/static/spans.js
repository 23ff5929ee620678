// Offsets on the wire count code points; JavaScript strings count UTF-16 units. An emoji in a headline would shift
// every highlight after it, so that the text is cut by code points, once.

/**
 * Cuts `text` at every edge of `spans` (`[{start, end, …}]`, code points, end not included; overlapping and nested at will).
 * Returns the pieces in order: `[{text, start, end, spans: [those that cover it, widest first]}]`.
 */
export function pieces(text, spans, from = 0) {
  const points = Array.from(text);
  const length = points.length;
  const inside = spans
    .map((span) => ({ span, start: Math.max(0, span.start - from), end: Math.min(length, span.end - from) }))
    .filter(({ start, end }) => start < end)
    .sort((a, b) => b.end - b.start - (a.end - a.start));
  const edges = [...new Set([0, length, ...inside.flatMap(({ start, end }) => [start, end])])].sort((a, b) => a - b);
  return edges.slice(0, -1).map((start, n) => ({
    text: points.slice(start, edges[n + 1]).join(""),
    start: start + from,
    end: edges[n + 1] + from,
    spans: inside.filter((one) => one.start <= start && edges[n + 1] <= one.end).map(({ span }) => span),
  }));
}

/** The lines of `text` with the code point at which each begins. */
export function lines(text) {
  let start = 0;
  return text.split("\n").map((line) => {
    const one = { text: line, start };
    start += Array.from(line).length + 1;
    return one;
  });
}

/** Everything that `statement` marks in its article: `[{start, end, role: "content" | "cue" | "mention", id}]`. */
export function marks(statement) {
  const id = statement.statement_id;
  const found = statement.content_spans.map(([start, end]) => ({ start, end, role: "content", id }));
  if (statement.cue) found.push({ start: statement.cue.start, end: statement.cue.end, role: "cue", id });
  const mention = statement.speaker.mention;
  if (mention) found.push({ start: mention.start, end: mention.end, role: "mention", id });
  return found;
}
