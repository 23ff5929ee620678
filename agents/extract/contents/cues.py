"""Where a text may report speech: every word that the lexicon knows as a cue, and the colons of headlines."""

from __future__ import annotations

from dataclasses import dataclass

from agents.extract.lexicon.cues import Entry, Reading
from agents.extract.lexicon.words import affixes, words
from agents.extract.phrases import gazetteer
from agents.extract.reading.layout import Layout
from agents.extract.report import Cue

# What stands for a lexicon entry where the cue is a headline's colon.
COLON = Entry(":", "P", frozenset(("colon",)), "assert", "medium", "")


# So many tokens may stand before a colon that heads a line of a list.
_HEAD = 12


@dataclass(slots=True)
class Occurrence:
    """A possible cue at token `at`; whether it reports anything is for what follows or precedes it to tell."""

    at: int
    reading: Reading | None  # None: a headline's colon
    also: Reading | None  # the same word read as another part of speech
    span: tuple[int, int]

    @property
    def entry(self) -> Entry:
        """Its row of the lexicon."""
        return self.reading.entry if self.reading else COLON

    @property
    def shape(self) -> str:
        """What form of the word it is."""
        return self.reading.form.shape if self.reading else "colon"

    def cue(self) -> Cue:
        """The cue as a report keeps it."""
        if self.reading is None:
            return Cue(self.span, COLON.lemma, "colon")
        form = self.reading.form
        return Cue(
            self.span,
            self.entry.lemma,
            form.shape,
            form.gender,
            form.number,
            form.person,
            form.passive,
            self.reading.pronoun,
            self.entry.act,
        )


def read(layout: Layout, span: tuple[int, int]) -> Cue | None:
    """The tokens `span`, known to report, as the lexicon reads them: a colon, or the first word that it knows."""
    for i in range(*span):
        if layout.text.word[i] == COLON.lemma:
            return Occurrence(i, None, None, span).cue()
        if layout.readings[i]:
            return Occurrence(i, layout.readings[i][0], None, span).cue()
    return None


def find(layout: Layout) -> list[Occurrence]:
    """All possible cues of the text, in order."""
    text, found = layout.text, []
    particles, colons = words()["particle"], words()["colon"]
    for i, readings in enumerate(layout.readings):
        if readings and not _named(layout, i):
            reading = _likelier(readings, text.form[i - 1] in particles if i else False)
            also = next((other for other in readings if other.form.shape != reading.form.shape), None)
            found.append(Occurrence(i, reading, also, (i, i + 1)))
        elif text.word[i] in colons and _heads(layout, i):
            found.append(Occurrence(i, None, None, (i, i + 1)))
    return found


def _heads(layout: Layout, i: int) -> bool:
    """A colon behind what may speak, in the headline or in a line of a list: with a dash or a number in front.

    Not behind a number (12:30), nor behind a label (بالصور: …).
    """
    text, first = layout.text, layout.first[i]
    if i == 0 or text.word[i - 1].isdigit():
        return False
    if text.line[i] == 0:
        return i > 1 or text.form[0] not in words()["label"]
    listed = text.word[first] in words()["dash"] or text.word[first].isdigit()
    return listed and text.line[first - 1] < text.line[i] and i - first <= _HEAD and not any(layout.readings[first:i])


def _named(layout: Layout, i: int) -> bool:
    """A name that looks like a cue (سامح شكري): behind a title or a name, or in ي where nobody speaks of himself."""
    form = layout.text.form[i]
    if layout.readings[i][0].pronoun in affixes("pronoun-1s"):
        return layout.quotations.inside[i] < 0
    return bool(
        i
        and gazetteer.word(form).classes & gazetteer.GIVEN
        and gazetteer.word(layout.text.form[i - 1]).classes & (gazetteer.GIVEN | gazetteer.TITLE | gazetteer.ROLE)
    )


def _likelier(readings: tuple[Reading, ...], after_preposition: bool) -> Reading:
    """A verb, unless a preposition stands before it."""
    if after_preposition:
        for reading in readings:
            if reading.form.shape != "finite":
                return reading
    return readings[0]
