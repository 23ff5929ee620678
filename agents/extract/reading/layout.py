"""Where a text's sentences end and which of its words are quoted: what every later step asks for."""

from __future__ import annotations

from array import array

from agents.extract.lexicon.cues import Reading, cues
from agents.extract.lexicon.words import words
from agents.extract.reading.quotes import Quotations
from agents.extract.reading.text import Text
from streams.letters import FEH, HAMZA_ON_ALEF, TEH_MARBUTA, WAW


def readings(word: str, form: str) -> tuple[Reading, ...]:
    """How a word, written `word` and folded `form`, may be read as a cue."""
    found = cues().readings(form)
    if found and form.lstrip(WAW + FEH) in words()["here"] and HAMZA_ON_ALEF not in word:
        return ()  # وهنا is no هنأ, which are one when folded
    if found and word.endswith(TEH_MARBUTA):
        # It ends a noun without a pronoun: حياة is not حيّا with ه, which are one when folded.
        return tuple(r for r in found if r.form.shape != "finite" and not r.pronoun)
    return found


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
        known = {word: readings(word, form) for word, form in text.vocabulary.items()}
        self.readings: list[tuple[Reading, ...]] = list(map(known.__getitem__, text.word))
        self.stop = [word == "\n" or (word in stops and not self._within(i)) for i, word in enumerate(text.word)]
        self.first, self.last = array("i"), array("i")
        first = 0
        for stop in (*(i for i, ends in enumerate(self.stop) if ends), len(text)):
            self.first += array("i", [first]) * (stop + 1 - first)
            self.last += array("i", [stop]) * (stop + 1 - first)
            first = stop + 1
        del self.first[len(text) :], self.last[len(text) :]

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
