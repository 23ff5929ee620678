"""Where the content of a report begins and ends: candidates by rule; which is right is ranked by model.py."""

from __future__ import annotations

from unicodedata import category

from agents.extract.contents.ends import Ends
from agents.extract.contents.preceding import Preceding
from agents.extract.contents.starts import Starts
from agents.extract.contents.tokens import Tokens
from agents.extract.lexicon.words import words_of
from agents.extract.reading.layout import Layout
from agents.extract.reading.text import Text
from agents.extract.report import Span

# Currencies, degrees, plus: signs that belong to the word before them.
_SIGNS = frozenset(("Sc", "So", "Sm"))
# So many tokens before a closing bracket, the one that it closes is looked for.
_BRACKETED = 60


class Contents:
    """The candidates of one text, each kind found and described when it is asked for."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.tokens = Tokens(layout)
        self.preceding = Preceding(self.tokens)
        self.starts = Starts(self.tokens, self.preceding)
        self.ends = Ends(self.tokens)


def whole(layout: Layout, part: Span) -> Span:
    """A part of a content with the signs that belong to its last word (12%) and the marks that close what it opens.

    The candidates end with a word; what stands outside of them is punctuation and the outer quotation marks.
    """
    first, last = part
    while last < len(layout.text) and (_sign(layout.text, last) or _closes(layout, first, last)):
        last += 1
    return first, last


def _sign(text: Text, i: int) -> bool:
    touching = text.end[i - 1] == text.start[i]
    return text.word[i] in words_of("per-cent") or (touching and category(text.word[i][0]) in _SIGNS)


def _closes(layout: Layout, first: int, i: int) -> bool:
    """Token `i` closes a quotation or a bracket that is opened in the tokens [first, i)."""
    text, quotations = layout.text, layout.quotations
    if i in quotations.closing:
        return first <= quotations.all[quotations.closing[i]].open
    if text.word[i] not in words_of("bracket-close"):
        return False
    marks = words_of("bracket-open", "bracket-close")
    before = (text.word[k] for k in range(i - 1, max(first, i - _BRACKETED) - 1, -1))
    return next((mark for mark in before if mark in marks), "") in words_of("bracket-open")
