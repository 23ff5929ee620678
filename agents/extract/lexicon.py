"""The tables of `lexicon/`, loaded once: cues with all their forms, and the classes of function words."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from agents.extract.inflect import Form, inflect
from agents.extract.report import Act
from streams.arabic import fold
from streams.letters import ALEF, ARTICLE, LAM, SEEN

# So many words are remembered, those of late, so that a long run over many texts stays within its memory.
REMEMBERED = 32_768

# The tag of words that stand for themselves; how many first and last letters of a word may tell its tag, surest first.
ITSELF = "itself"
SHAPES = ((3, 3), (3, 2), (2, 3), (2, 2), (3, 1), (1, 3), (2, 1), (1, 2), (1, 1), (0, 2), (0, 1))


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


def rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of a table of this folder; comment lines start with #."""
    with files("agents.extract").joinpath("lexicon", name).open(encoding="utf-8") as table:
        yield from csv.DictReader(
            (line for line in table if not line.startswith("#")), delimiter="\t", quoting=csv.QUOTE_NONE
        )


class Words(dict[str, frozenset[str]]):
    """Classes of function words: `words["relative"]` is a set of folded forms (tokens joined by a space)."""

    def __init__(self) -> None:
        for row in rows("classes.tsv"):
            self[row["class"]] = frozenset(fold(word.replace("_", " ")) for word in row["words"].split(" ") if word)
        self["quote"] = self["quote-open"] | self["quote-close"] | self["quote-both"]


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


class Tones:
    """Words of a content that tell what a neutral cue does with it (lexicon/tones.tsv)."""

    def __init__(self) -> None:
        self._whole: dict[str, set[str]] = {}
        self._stems: dict[str, set[str]] = {}
        for row in rows("tones.tsv"):
            for stem in row["stems"].split():
                table = self._stems if stem.endswith("*") else self._whole
                table.setdefault(fold(stem.rstrip("*")), set()).add(row["act"])
        self._pairs = {
            tuple(key.split("_")): acts
            for table in (self._whole, self._stems)
            for key, acts in table.items()
            if "_" in key
        }
        self._before_another = {first for first, *_ in self._pairs}
        self._prefixes = affixes("conjunction", "complement")
        self._of_word = lru_cache(REMEMBERED)(self._find)

    def of(self, form: str, following: str) -> tuple[str, ...]:
        """The acts that a folded word, or it with the word after it, speaks for."""
        found = self._of_word(form)
        pair = self._pairs.get((form, following)) if form in self._before_another else None
        return (*found, *sorted(pair)) if pair else found

    def _find(self, form: str) -> tuple[str, ...]:
        bare = [form]
        if form[0] in self._prefixes and len(form) > 3:
            bare.append(form[1:])
        for word in (*bare, *(w.removeprefix(ARTICLE) for w in tuple(bare))):
            if word in self._whole:
                return tuple(sorted(self._whole[word]))
            for length in range(len(word), 2, -1):
                if word[:length] in self._stems:
                    return tuple(sorted(self._stems[word[:length]]))
        return ()


class WordClasses(dict[str, tuple[str, str]]):
    """Classes of words by the company they keep, learned by wordclasses.py: a fine and a coarse one for each word.

    `word_classes()[form]`: those of a folded token; a rare one, which is not remembered, is classed by what is left
    without its clitic, or by its shape.
    """

    def __init__(self) -> None:
        super().__init__((row["word"], (row["fine"], row["coarse"])) for row in rows("wordclasses.tsv"))

    def __missing__(self, form: str) -> tuple[str, str]:
        if form[0].isdigit():
            return "0", "0"
        if not form[0].isalpha():
            return form, form
        rest = self.get(form[1:])
        if rest and len(form) > 3:
            return f"{form[0]}+{rest[1]}", f"{form[0]}+"
        shape = f"{form[:2] if form.startswith(ARTICLE) else form[0]}…{form[-1]}"
        return shape, shape


class PartsOfSpeech(dict[str, str]):
    """The parts of speech of words, learned by parts_of_speech.py, as tags: NN, DTNN, CC+VBD (و and a verb).

    `parts_of_speech()[form]`: the tag that a folded token has most often; function words, frequent ones, digits and
    marks stand for themselves. A rare word, which is not remembered, is classed by its first and last letters.
    """

    def __init__(self) -> None:
        super().__init__()
        for row in rows("parts_of_speech.tsv"):
            tag = row["tag"]
            self.update((word, word if tag == ITSELF else tag) for word in row["words"].split(" "))

    def __missing__(self, form: str) -> str:
        if form[0].isdigit():
            return "0"
        if not form[0].isalpha():
            return form
        known = (self.get(shape(form, first, last)) for first, last in SHAPES if first + last <= len(form))
        return next(filter(None, known), "?")


def shape(form: str, first: int, last: int) -> str:
    """So many first and last letters of a word, which tell what a rare word may be (ال…ية)."""
    return f"{form[:first]}…{form[len(form) - last :]}"


@cache
def tones() -> Tones:
    """The words that tell acts."""
    return Tones()


@cache
def parts_of_speech() -> PartsOfSpeech:
    """The learned parts of speech of words."""
    return PartsOfSpeech()


@cache
def word_classes() -> WordClasses:
    """The learned classes of words."""
    return WordClasses()


@cache
def words() -> Words:
    """The classes of function words."""
    return Words()


@cache
def words_of(*names: str) -> frozenset[str]:
    """The function words of these classes together."""
    return frozenset().union(*(words()[name] for name in names))


@cache
def _affixes() -> dict[str, tuple[str, ...]]:
    return {row["class"]: tuple(fold(row["affixes"]).split()) for row in rows("affixes.tsv")}


@cache
def affixes(*names: str) -> tuple[str, ...]:
    """The affixes of these classes (lexicon/affixes.tsv), folded, in the order asked for and of the table.

    Raises `KeyError` for a class that the table has not.
    """
    return tuple(affix for name in names for affix in _affixes()[name])


@cache
def cues() -> Cues:
    """The lexicon of cues."""
    return Cues(words())
