"""A stretch of a sentence as steps from left to right: its noun phrases, and the words and marks between them."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import NamedTuple

from agents.extract.phrases.gazetteer import GIVEN, said, word
from agents.extract.phrases.nominals import quoted_name
from agents.extract.phrases.noun_phrases import past_time, phrase
from agents.extract.phrases.person_names import name_end, name_parts
from agents.extract.phrases.sorts import sort
from agents.extract.reading.text import Text

# What no phrase begins with, and what may be one by itself where the grammar of phrases knows none.
_BETWEEN = frozenset(
    ("that", "which", "time", "adverb", "after", "preposition", "link", "number", "verb", "comma", "semicolon", "colon",
     "stop", "dash", "bracket-open", "bracket-close", "mark")
)  # fmt: skip
_LONE = frozenset(("perhaps", "unknown", "the-unknown", "latin", "some"))
PHRASE = "np"


class Step(NamedTuple):
    """Tokens [first, last): `kind` is "np" for a phrase, else a word's sort; `ending`: what the phrase ended with."""

    kind: str
    first: int
    last: int
    ending: str = ""


def steps(text: Text, first: int, last: int, cues: Container[int] = (), name: int = -1) -> Iterator[Step]:
    """The steps of the tokens [first, last), each found when asked for.

    `cues`: tokens of reports, which no phrase begins with. At token `name`, behind a verb, what looks like a second
    verb is taken for a name that looks like one (قال هنت إن).
    """
    i = first
    while i < last:
        time = past_time(text, i, last)
        if time > i:
            yield Step("time", i, time)
            i = time
            continue
        kind = "cue" if i in cues else sort(text.word[i])
        end, ending = i, ""
        if kind == "quote":
            end, ending = quoted_name(text, i, last), "quoted"
        elif kind == "verb" and i == name and not said(text.form[i]):
            end, ending = i + 1, "lone"
        elif kind == "link" and i in (first, name) and _mother(text, i, last):
            end, ending = name_end(text, i, last), "name"
        elif kind == "number" or (kind not in _BETWEEN and kind != "cue"):
            end, ending = phrase(text, i, last)
        if end == i and kind in _LONE:
            end, ending = i + 1, "lone"
        step = Step(PHRASE, i, end, ending) if end > i else Step(kind, i, i + 1)
        yield step
        i = step.last


def _mother(text: Text, i: int, last: int) -> bool:
    """أم behind a verb or at the beginning, before a given name: whose mother she is, and no "or"."""
    return name_parts().get(text.form[i]) == "joins" and i + 1 < last and bool(word(text.word[i + 1]).classes & GIVEN)
