"""A text as the engine sees it: tokens with offsets and folded forms.

Offsets are code points of the text given. A token is a word (letters and digits with their marks), one other
visible character, or one line end. White space between tokens is no token.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from streams.arabic import fold

# Harakat to sukun, dagger alef and tatweel belong to the word that they stand in; so does a madda or hamza above.
_MARKS = "\u064b-\u065f\u0670\u0640"
_TOKEN = re.compile(rf"\n|[^\W_]+(?:[{_MARKS}]+[^\W_]*)*|[^\s]")


class Text:
    """Tokens of `raw` as parallel lists, which is what makes the engine fast.

    start, end: code point offsets into `raw` · word: the token as written · form: the token folded ·
    line: the number of its line, the headline being 0.
    """

    __slots__ = ("end", "form", "line", "raw", "start", "word")

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self.start: list[int] = []
        self.end: list[int] = []
        self.word: list[str] = []
        self.form: list[str] = []
        self.line: list[int] = []
        folded: dict[str, str] = {}
        line = 0
        for match in _TOKEN.finditer(raw):
            word = match.group()
            form = folded.get(word)
            if form is None:
                form = folded[word] = fold(word) or word  # a lone tatweel or mark stays itself
            self.start.append(match.start())
            self.end.append(match.end())
            self.word.append(word)
            self.form.append(form)
            self.line.append(line)
            if word == "\n":
                line += 1

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
        for i, word in enumerate(self.word):
            if word == "\n":
                yield first, i
                first = i + 1
        yield first, len(self)
