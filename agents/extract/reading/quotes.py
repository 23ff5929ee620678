"""Quotation marks paired into quotations: every mark in use, nested, unbalanced, run on over paragraphs.

A mark opens or closes by its kind; marks that do both (`"`, and any mark that an outlet uses for both ends) by what
is open, and where that leaves a line uneven, by the white space around them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import chain, pairwise

from agents.extract.lexicon.words import words
from agents.extract.reading.text import Text

# Nesting deeper than this is noise, and closing it costs time.
_DEEPEST = 8
# What is never closed is not believed to be longer than this, in tokens.
_FAR = 80
# A line of marks alone may hold so many and still quote.
_FEW = 16


@dataclass(slots=True)
class Quotation:
    """Tokens [first, last) inside the marks; `open`: the opening mark, `close`: the closing one, None if missing."""

    open: int
    first: int
    last: int
    close: int | None
    parent: int  # index of the quotation around it, -1 for none


class Quotations:
    """The quotations of a text by their opening. `inside[i]`: the innermost one that token i lies in, else -1."""

    def __init__(self, text: Text) -> None:
        self.all: list[Quotation] = []
        self.inside = [-1] * len(text)
        self.opening: dict[int, int] = {}  # token of the opening mark -> index of its quotation
        self.closing: dict[int, int] = {}
        self._text = text
        table = words()
        self._opens, self._closes, self._both = table["quote-open"], table["quote-close"], table["quote-both"]
        self._stops = table["stop"]
        self._any = table["quote"]
        if self._quotes_at_all():
            self._pair()
        for index, quotation in enumerate(self.all):
            self.inside[quotation.first : quotation.last] = [index] * (quotation.last - quotation.first)

    def _quotes_at_all(self) -> bool:
        """Not when more than three in four of all tokens are marks: each line of such noise may be short."""
        counts = Counter(self._text.word)
        marks = sum(counts[mark] for mark in self._any)
        return marks * 4 <= (len(self._text) - counts["\n"]) * 3 + _FEW

    def _pair(self) -> None:
        lines = ((first, last, self._marks(first, last)) for first, last in self._text.lines())
        carried = False
        for (first, last, marks), (_, _, following) in pairwise(chain(lines, [(0, 0, [])])):
            carried = self._line(first, last, self._merged(marks), self._begins_by_closing(following), carried)

    def _marks(self, first: int, last: int) -> list[int]:
        """The marks of a line; where they outnumber the words by far, they are no quotation marks."""
        word = self._text.word
        marks = [i for i in range(first, last) if word[i] in self._any]
        return marks if len(marks) * 2 < last - first + _FEW else []

    def _gap_before(self, i: int) -> bool:
        return i == 0 or self._text.end[i - 1] < self._text.start[i] or self._text.word[i - 1] == "\n"

    def _gap_after(self, i: int) -> bool:
        return i + 1 >= len(self._text) or self._text.end[i] < self._text.start[i + 1] or self._text.word[i + 1] == "\n"

    def _looks_closing(self, i: int) -> bool:
        """By the white space around it alone."""
        return not self._gap_before(i) and (self._gap_after(i) or not self._text.word[i + 1].isalnum())

    def _looks_opening(self, i: int) -> bool:
        return not self._gap_after(i) and (
            self._gap_before(i) or not self._text.word[i - 1].isalnum() or len(self._text.word[i - 1]) <= 2
        )

    def _plainly_opens(self, a: int, b: int) -> bool:
        return self._looks_opening(b - 1) and not self._looks_closing(a)

    def _plainly_closes(self, a: int, b: int) -> bool:
        return self._looks_closing(a) and not self._looks_opening(b - 1)

    def _abandon(self, index: int, last: int) -> None:
        """A quotation that is never closed runs on to `last`, or, when that is far, to the end of its sentence."""
        first = self.all[index].first
        if last - first > _FAR:
            last = next((i for i in range(first, last) if self._text.word[i] in self._stops), last)
        self.all[index].last = last

    def _merged(self, marks: list[int]) -> list[tuple[int, int]]:
        """Marks as token ranges: a doubled mark ('' or "") is one; an apostrophe inside a word is none."""
        out: list[tuple[int, int]] = []
        word = self._text.word
        for i in marks:
            if (
                out
                and out[-1][1] == i
                and word[i] == word[i - 1]
                and not self._gap_before(i)
                and (not self._gap_after(i) or not self._gap_before(out[-1][0]))
                and out[-1][1] - out[-1][0] == 1
            ):
                out[-1] = (out[-1][0], i + 1)
            elif (
                word[i] in self._opens
                or word[i] in self._closes
                or self._gap_before(i)
                or self._gap_after(i)
                or not (word[i - 1].isalnum() and word[i + 1].isalnum() and word[i] != '"')
            ):
                out.append((i, i + 1))
        return out

    def _begins_by_closing(self, marks: list[int]) -> bool:
        """Whether a line's first mark closes what the line before left open."""
        if not marks:
            return False
        mark = self._text.word[marks[0]]
        if mark in self._closes:
            return True
        return mark in self._both and len(marks) % 2 == 1 and self._looks_closing(marks[0])

    def _line(self, first: int, last: int, marks: list[tuple[int, int]], next_closes: bool, carried: bool) -> bool:
        """Pair the marks of one line; true when a quotation is left open for the next line to close."""
        word = self._text.word
        stack: list[int] = [len(self.all) - 1] if carried and self.all else []
        for n, (a, b) in enumerate(marks):
            mark = word[a]
            remaining = len(marks) - n
            opener = word[self.all[stack[-1]].open] if stack else ""
            if mark in self._both:
                opens, shuts = self._looks_opening(b - 1), self._looks_closing(a)
                after = marks[n + 1] if remaining > 1 else None
                # What plainly opens, before what plainly closes, shows that the quotation before was never closed.
                if stack and opener == mark and opens and not shuts and after and self._plainly_closes(*after):
                    self._abandon(stack.pop(), a)
                fits = bool(stack) and (opener == mark or opener not in self._both)
                stray = (
                    not stack
                    and shuts
                    and not opens
                    and (remaining % 2 == 1 or (after is not None and self._plainly_opens(*after)))
                )
                closes = (fits and (opener == mark or remaining == 1)) or stray
            elif mark in self._closes:
                # Some outlets print »so«: a closer with nothing open, before a word, opens.
                closes = bool(stack) or not self._looks_opening(b - 1)
            else:
                closes = bool(stack) and not self._looks_opening(b - 1) and self._looks_closing(a)
                # Nested when two marks close in a row, else the one before was never closed.
                twice = remaining > 2 and all(word[x] in self._closes for x, _ in marks[n + 1 : n + 3])
                if stack and opener == mark and not closes and not twice:
                    self._abandon(stack.pop(), a)
            if closes:
                if stack:
                    self._close(stack.pop(), a, a)
            elif len(stack) < _DEEPEST:
                parent = stack[-1] if stack else -1
                self.opening[b - 1] = len(self.all)
                stack.append(len(self.all))
                self.all.append(Quotation(b - 1, b, last, None, parent))
        if not stack:
            return False
        if next_closes and len(stack) == 1:
            self.all[stack[0]].last = last
            return True
        # Never closed: it runs to the end of its line.
        for index in stack:
            self._abandon(index, last)
        return False

    def _close(self, index: int, mark: int, last: int) -> None:
        self.all[index].close = mark
        self.all[index].last = last
        self.closing[mark] = index
