"""Where a text's sentences end and which of its words are quoted: what every later step asks for."""

from __future__ import annotations

from agents.extract.lexicon import Reading, cues, words
from agents.extract.quotes import Quotations
from agents.extract.text import Text


class Layout:
    """A text with its quotations, sentence ends and possible cues.

    stop[i]: token i ends a sentence (or its line) · first[i], last[i]: the tokens of the sentence of i, its own stop
    left out · readings[i]: how token i may be read as a cue, mostly not at all.
    """

    __slots__ = ("first", "last", "quotations", "readings", "stop", "text")

    def __init__(self, text: Text) -> None:
        self.text = text
        self.quotations = Quotations(text)
        stops = words()["stop"]
        read = cues().readings
        self.readings: list[tuple[Reading, ...]] = [read(form) for form in text.form]
        self.stop = [False] * len(text)
        for i, word in enumerate(text.word):
            if word == "\n" or (word in stops and not self._within(i)):
                self.stop[i] = True
        self._bounds()

    def _within(self, i: int) -> bool:
        """A full stop that ends nothing: in a number, after an initial, in a chain of dots that goes on."""
        text = self.text
        if text.word[i] != ".":
            return False
        after = text.word[i + 1] if i + 1 < len(text) else "\n"
        touching = i + 1 < len(text) and text.end[i] == text.start[i + 1]
        before = text.word[i - 1] if i else "\n"
        if touching and (
            after == "." or (after.isalnum() and (after.isdigit() or len(after) <= 2 or len(before) <= 2))
        ):
            return True
        return before == "." or (len(before) == 1 and before.isalpha())

    def _bounds(self) -> None:
        """First and last token of every token's sentence, in two passes."""
        size = len(self.text)
        self.first, self.last = [0] * size, [size] * size
        first = 0
        for i in range(size):
            self.first[i] = first
            if self.stop[i]:
                first = i + 1
        last = size
        for i in range(size - 1, -1, -1):
            if self.stop[i]:
                last = i
            self.last[i] = last
