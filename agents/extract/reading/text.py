"""A text as the engine sees it: tokens with offsets and folded forms.

Offsets are code points of the text given. A token is a word (letters and digits with their marks), one other
visible character, or one line end. White space between tokens is no token.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import accumulate

from agents.extract.reading.spelling import prepositions
from streams.arabic import fold

# Harakat to sukun, dagger alef and tatweel belong to the word that they stand in; so does a madda or hamza above.
_MARKS = "\u064b-\u065f\u0670\u0640"
_TOKEN = re.compile(rf"(\n|[^\W_]+(?:[{_MARKS}]+[^\W_]*)*|[^\s])")


def tokens(raw: str) -> list[str]:
    """The tokens of `raw` as written."""
    found: list[str] = _TOKEN.findall(raw)
    return found


class Text:
    """Tokens of `raw` as parallel lists, which is what makes the engine fast.

    start, end: code point offsets into `raw` · word: the token as written, but على where the article writes علي for it
    (spelling.py) · form: the token folded ·
    wordlike: whether it is a word and no mark · line: the number of its line, the headline being 0 ·
    vocabulary: each distinct word with its form.
    """

    __slots__ = ("end", "form", "line", "raw", "start", "vocabulary", "word", "wordlike")

    def __init__(self, raw: str) -> None:
        self.raw = raw
        # Here and below, map() keeps what is done for every token of every text out of the interpreter's loop, and
        # what its letters alone decide is asked once for each distinct word.
        parts = _TOKEN.split(raw)  # white space and tokens in turn
        edges = array("i", accumulate(map(len, parts)))
        self.start, self.end = edges[:-1:2], edges[1::2]
        del parts[::2]
        known: dict[str, str] = {}  # each distinct word is kept once
        self.word = list(map(known.setdefault, parts, parts))
        del parts, edges
        for name, (spelt, behind) in prepositions(self.word, known).items():
            known[spelt] = spelt
            self.word = [
                spelt if word == name and after in behind else word
                for word, after in zip(self.word, (*self.word[1:], ""), strict=True)
            ]
        # Folded all at once; a lone tatweel or mark, of which nothing is left, stays itself.
        forms = fold(" ".join(known)).split(" ") if known else ()
        self.vocabulary = {word: form or word for word, form in zip(known, forms, strict=True)}
        self.form = list(map(self.vocabulary.__getitem__, self.word))
        wordlike = {word: word[0].isalnum() for word in known}
        self.wordlike = list(map(wordlike.__getitem__, self.word))
        self.line = array("i")
        for number, (first, last) in enumerate(self.lines()):
            self.line += array("i", [number]) * (last + 1 - first)  # a line end belongs to the line that it ends
        del self.line[len(self) :]

    def __len__(self) -> int:
        return len(self.start)

    def offsets(self, first: int, last: int) -> tuple[int, int]:
        """Code point offsets [start, end) of the tokens [first, last)."""
        return self.start[first], self.end[last - 1]

    def slice(self, first: int, last: int) -> str:
        """The text as written of the tokens [first, last); empty when there are none."""
        return self.raw[self.start[first] : self.end[last - 1]] if first < last else ""

    def forms(self, first: int, last: int) -> str:
        """The folded forms of the tokens [first, last), joined by single spaces."""
        return " ".join(self.form[first:last])

    def tokens(self, start: int, end: int) -> tuple[int, int]:
        """The tokens [first, last) that touch the code points [start, end)."""
        return bisect_right(self.end, start), bisect_left(self.start, end)

    def lines(self) -> Iterable[tuple[int, int]]:
        """The tokens [first, last) of each line, line ends left out; empty lines too."""
        first = 0
        for _ in range(self.word.count("\n")):
            last = self.word.index("\n", first)
            yield first, last
            first = last + 1
        yield first, len(self)
