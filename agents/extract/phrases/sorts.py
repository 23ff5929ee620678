"""What a word is to the phrases around it, as one name: the alphabet in which the features of sources are written."""

from __future__ import annotations

from functools import lru_cache

from agents.extract.lexicon.classes import word_classes
from agents.extract.lexicon.tables import REMEMBERED
from agents.extract.lexicon.words import words as classes
from agents.extract.phrases import gazetteer as g
from agents.extract.phrases.gazetteer import word
from agents.extract.source_tables import source_tables
from streams.arabic import fold
from streams.letters import BEH, FEH, KAF, LAM, WAW

# The first class that a word has tells its sort.
_SORTS = (
    (g.THAT, "that"), (g.WHICH, "which"), (g.TIME, "time"), (g.ADVERB, "adverb"), (g.AFTER, "after"),
    (g.PREPOSITION, "preposition"), (g.LINK, "link"), (g.NUMBER, "number"), (g.LATIN, "latin"), (g.THIS, "this"),
    (g.SOME, "some"),
)  # fmt: skip
_HEADS = (
    (g.TITLE, "title"), (g.ROLE, "role"), (g.BODY, "body"), (g.MEDIA, "media"), (g.DOCUMENT, "document"),
    (g.SOURCE, "source"), (g.GROUP, "group"), (g.KIN, "kin"),
)  # fmt: skip
_MARKS = ("comma", "semicolon", "colon", "stop", "dash", "bracket-open", "bracket-close")


@lru_cache(maxsize=REMEMBERED)
def sort(token: str) -> str:
    """The sort of a token as written: a mark's name, a function word's class, a head's kind, noun, verb or name."""
    w = word(token)
    c = w.classes
    if c & g.MARK:
        return _mark(w.base)
    for bit, name in _SORTS:
        if c & bit:
            return name
    if c & g.GIVEN:
        return "given"
    if c & g.HEAD | c & g.TITLE:
        return next(name for bit, name in _HEADS if c & bit)
    if c & g.PLACE:
        return "place"
    if c & g.VERB:
        return "verb"
    if not w.definite and not c & g.NISBA and word_classes()[fold(token)][0] in source_tables()["verbal"]:
        return "verb"
    if w.definite:
        return "the-adjective" if c & (g.ADJECTIVE | g.NISBA) else "the-noun" if c & g.ORDINARY else "the-unknown"
    if c & (g.ADJECTIVE | g.NISBA):
        return "adjective"
    if c & g.PERHAPS:
        return "perhaps"
    return "noun" if c & g.ORDINARY else "unknown"


def _mark(form: str) -> str:
    table = classes()
    if form in table["quote"]:
        return "quote"
    return next((name for name in _MARKS if form in table[name]), "mark")


_CLITICS = {WAW: "and", FEH: "and", LAM: "to", BEH: "by", KAF: "as"}


def clitic(token: str) -> str:
    """The name of the clitic before a word, "" for none."""
    return _CLITICS.get(word(token).clitic[:1], "")
