"""The same articles with their statements in other orders: for training, since outlets differ in what they put first.

A quotation is moved before its verb («…»، قال الوزير.), an attribution into the middle of its clause (قتل ثلاثة، بحسب
الشرطة، في …). The annotated spans move with the words.
"""

from __future__ import annotations

import random
import re
from typing import Any

from agents.extract.lexicon.words import affixes, words
from streams.letters import HAMZA_ON_ALEF, HAMZA_UNDER_ALEF, NOON

Span = tuple[int, int]

# Of the places where a statement could be told in another order, the share that is.
_SHARE = 0.5
_COMMA = "، "
_STOPS = ".؟!\n"
_SENTENCES = (". ", "! ", "؟ ", '" ')
# An attribution goes before a preposition, so many words from the beginning.
_FROM, _TO = 2, 7
# What stands between a source and its quotation: a colon, a complementizer.
_OPENING = re.compile(rf'\s?(:|[{HAMZA_UNDER_ALEF}{HAMZA_ON_ALEF}]{NOON})?\s?"')


def reordered(document: dict[str, Any], seed: str) -> dict[str, Any]:
    """The annotated article `document`, some of its statements in another order; the same for the same `seed`."""
    dice = random.Random(seed)
    statements = document["statements"]
    order: list[Span | str] = []
    done = 0
    split: dict[int, int] = {}
    for n in sorted(range(len(statements)), key=lambda n: _extent(statements[n])[0]):
        s = statements[n]
        if s["cue"] is None or len(s["content"]) != 1 or s["parent"]:
            continue
        pieces = _quotation_first(document, s) or _attribution_inside(document, s)
        if not pieces or dice.random() >= _SHARE:
            continue
        spans = [piece for piece in pieces if not isinstance(piece, str)]
        first, last = min(s["cue"][0], *(a for a, _ in spans)), max(b for _, b in spans)
        if first < done or any(_broken(other, spans) for other in statements):
            continue
        if isinstance(pieces[1], str) and pieces[1] == _COMMA and s["content"][0][0] < s["cue"][0]:
            split[n] = spans[0][1]
        order += [(done, first), *pieces]
        done = last
    return _moved(document, [*order, (done, len(document["text"]))], split)


def _broken(s: dict[str, Any], spans: list[Span]) -> bool:
    """Whether the statement lies neither within one of `spans`, nor outside all of them, but for its own parts."""
    first, last = min(a for a, _ in spans), max(b for _, b in spans)
    content = s["content"][0]
    if s["cue"] is None or not first < content[1] or not content[0] < last:
        return False
    return not any(a <= content[0] and s["content"][-1][1] <= b for a, b in spans) and len(spans) < 3


def _extent(s: dict[str, Any]) -> Span:
    spans = [*s["content"], *(x for x in (s["cue"], s["mention"]) if x)]
    return min(a for a, _ in spans), max(b for _, b in spans)


def _quotation_first(document: dict[str, Any], s: dict[str, Any]) -> list[Span | str] | None:
    """قال فلان: "…". → "…"، قال فلان."""
    text = document["text"]
    cue, (first, last) = s["cue"][0], s["content"][0]
    end = (s["mention"] or s["cue"])[1]
    if not cue < end < first or s["form"] != "direct" or text[last : last + 1] != '"':
        return None
    if not _OPENING.fullmatch(text[end:first]) or text[last + 1 : last + 2] not in _STOPS:
        return None
    if cue and text[cue - 1] != "\n" and text[max(0, cue - 2) : cue] not in _SENTENCES:
        return None
    return [(first - 1, last + 1), _COMMA, (cue + (text[cue] in affixes("conjunction")), end)]


def _attribution_inside(document: dict[str, Any], s: dict[str, Any]) -> list[Span | str] | None:
    """قتل ثلاثة في القرية، بحسب الشرطة. → قتل ثلاثة، بحسب الشرطة، في القرية."""
    text = document["text"]
    if s["mention"] is None:
        return None
    (cue, _), (start, end), (first, last) = s["cue"], s["mention"], s["content"][0]
    if not (last <= cue < start) or text[last:cue].strip(" ،") or '"' in text[first:last]:
        return None
    if text[end : end + 1] not in _STOPS:
        return None
    tokens = [(m.start() + first, m[0]) for m in re.finditer(r"\S+", text[first:last])]
    at = next((at for at, token in tokens[_FROM:_TO] if token in words()["particle"]), None)
    if at is None:
        return None
    return [(first, at - 1), _COMMA, (cue, end), _COMMA, (at, last)]


def _moved(document: dict[str, Any], order: list[Span | str], split: dict[int, int]) -> dict[str, Any]:
    text, out = document["text"], ""
    new: dict[int, int] = {}
    for piece in order:
        if isinstance(piece, str):
            out += piece
        else:
            for i in range(piece[0], piece[1]):
                new[i] = len(out) + i - piece[0]
            out += text[piece[0] : piece[1]]

    def span(old: list[int] | None) -> list[int] | None:
        """The characters that are still there; None when they no longer stand together."""
        if old is None:
            return None
        places = [new[i] for i in range(*old) if i in new]
        if not places or places[-1] - places[0] + 1 != len(places):
            return None
        return [places[0], places[-1] + 1]

    statements = []
    for n, s in enumerate(document["statements"]):
        contents = s["content"]
        if n in split:
            (first, last), at = contents[0], split[n]
            contents = [[first, at], [at + 1, last]]
        moved = {**s, "cue": span(s["cue"]), "mention": span(s["mention"]), "content": [span(c) for c in contents]}
        if None not in moved["content"] and (moved["cue"] or not s["cue"]):
            statements.append(moved)
    return {**document, "text": out, "statements": statements}
