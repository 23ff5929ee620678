"""The words of reporting, lexicon/cues.tsv, with all their forms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from agents.extract.lexicon.inflect import Form, inflect
from agents.extract.lexicon.tables import REMEMBERED, rows
from agents.extract.lexicon.words import Words, affixes, words
from agents.extract.report import Act
from streams.arabic import fold
from streams.letters import ALEF, ARTICLE, LAM, SEEN


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of lexicon/cues.tsv."""

    lemma: str
    measure: str
    frames: frozenset[str]
    act: Act
    strength: str
    example: str

    def read_example(self) -> tuple[str, tuple[int, int], tuple[int, int]]:
        """The example without its marks, and where its cue {…} and its content […] are, in code points of that."""
        plain, marks = "", dict[str, int]()
        for char in self.example:
            if char in "{}[]":
                marks[char] = len(plain)
            else:
                plain += char
        return plain, (marks["{"], marks["}"]), (marks["["], marks["]"])


@dataclass(frozen=True, slots=True)
class Reading:
    """A word read as a form of a cue."""

    entry: Entry
    form: Form
    pronoun: str = ""
    conjunction: bool = False  # it begins with و or ف
    preposition: str = ""  # ب or ل or ك attached to a noun
    future: bool = False  # سـ
    definite: bool = False  # الـ


class Cues:
    """All forms of all cues."""

    def __init__(self, words: Words) -> None:
        self.entries: list[Entry] = []
        self._free: dict[str, list[tuple[Entry, Form]]] = {}
        self._bound: dict[str, list[tuple[Entry, Form]]] = {}
        self.readings = lru_cache(REMEMBERED)(self._all_readings)
        self._pronouns = frozenset(affixes("pronoun"))
        self._endings = tuple(self._pronouns)
        self._lengths = sorted(set(map(len, self._pronouns)), reverse=True)
        self._object_pronouns = frozenset(affixes("object-pronoun"))
        self._conjunctions = affixes("conjunction")
        self._nominal = frozenset(affixes("preposition"))
        for row in rows("cues.tsv"):
            frames = frozenset(fold(frame) for frame in row["frames"].split())
            entry = Entry(row["lemma"], row["class"], frames, row["act"], row["strength"], row["example"])  # type: ignore[arg-type]
            self.entries.append(entry)
            for form in inflect(row["lemma"], row["class"], row["imperfect"].strip("-"), row["masdar"].strip("-")):
                if form.text in words["homograph"]:
                    continue
                table = self._bound if form.bound else self._free
                known = table.setdefault(form.text, [])
                # Of one shape the first reading stands; another shape (a verb, its noun) is another reading.
                if all(form.shape != other.shape for _, other in known):
                    known.append((entry, form))

    def _all_readings(self, form: str) -> tuple[Reading, ...]:
        """How the folded word `form` may be read as a cue, clitics parted; empty for most words."""
        if len(form) < 2:
            return ()
        found = self._read(form, False)
        if form[0] in self._conjunctions and len(form) > 2:
            found += self._read(form[1:], True)
        by_lemma: dict[tuple[str, str], Reading] = {}
        for reading in found:
            by_lemma.setdefault((reading.entry.lemma, reading.form.shape), reading)
        # What attributes (نقلا عن) is that before it is a verb (the two of them passed on).
        return tuple(sorted(by_lemma.values(), key=lambda reading: reading.form.shape != "attribution"))

    def _read(self, form: str, conjunction: bool) -> list[Reading]:
        found: list[Reading] = []
        for entry, base, pronoun in self._stems(form):
            found.append(Reading(entry, base, pronoun, conjunction))
        if form[0] in (SEEN, LAM) and len(form) > 3:
            for entry, base, pronoun in self._stems(form[1:]):
                if base.shape == "finite" and not base.past:
                    found.append(Reading(entry, base, pronoun, conjunction, future=form[0] == SEEN))
        for prefix, noun, definite in self._nouns(form):
            for entry, base, pronoun in self._stems(noun):
                if base.shape in ("masdar", "noun", "participle") and not (definite and pronoun):
                    found.append(Reading(entry, base, pronoun, conjunction, prefix, definite=definite))
        return found

    def _nouns(self, form: str) -> Iterator[tuple[str, str, bool]]:
        """The word as a preposition, a noun, and whether an article stood between; no bare noun."""
        if form[0] in self._nominal and len(form) > 3:
            yield form[0], form[1:], False
            if form.startswith(ARTICLE, 1):
                yield form[0], form[3:], True
        if form.startswith((ARTICLE, LAM + LAM)) and len(form) > 2:
            yield "" if form[0] == ALEF else LAM, form[2:], True

    def _stems(self, form: str) -> list[tuple[Entry, Form, str]]:
        """The words that `form` may be without its pronoun, and the pronoun, mostly none."""
        found: list[tuple[Entry, Form, str]] = []
        for entry, base in self._free.get(form, ()):
            found.append((entry, base, ""))
        if not form.endswith(self._endings):
            return found
        for length in self._lengths:
            pronoun = form[-length:]
            if pronoun in self._pronouns and len(form) > length + 1:
                stem = form[:-length]
                for table in (self._bound, self._free):
                    for entry, base in table.get(stem, ()):
                        finite = base.shape == "finite"
                        if base.bound or (finite and pronoun in self._object_pronouns and stem[-1] != ALEF):
                            found.append((entry, base, pronoun))
        return found


@cache
def cues() -> Cues:
    """The lexicon of cues."""
    return Cues(words())
