"""What the search for contents asks of a token: its kind, its classes, whether it is a word or looks like a verb."""

from __future__ import annotations

from array import array
from functools import cache, lru_cache
from itertools import accumulate

from agents.extract.lexicon.classes import parts_of_speech, word_classes
from agents.extract.lexicon.tables import REMEMBERED
from agents.extract.lexicon.words import Words, affixes, words, words_of
from agents.extract.phrases import gazetteer
from agents.extract.reading.layout import Layout, readings
from streams.arabic import fold
from streams.letters import ARTICLE

_DOTS = [".", "."]
_EDGE = ("edge", "edge")


@cache
def that_pronoun() -> frozenset[str]:
    """The complementizers with a pronoun: أنه، بأنهم."""
    return frozenset(base + pronoun for base in words()["complementizer"] for pronoun in affixes("pronoun"))


@cache
def _function_words() -> dict[str, str]:
    """The kinds of function words; of two kinds the first stands."""
    table, kinds = words(), dict[str, str]()
    for kind, members in (
        ("that", table["complementizer"]),
        ("that+", that_pronoun()),
        *((name, table[name]) for name in ("particle", "as", "negation", "relative", "subordinator", "auxiliary")),
    ):
        for member in members:
            kinds.setdefault(member, kind)
    return kinds


@cache
def _asides() -> dict[str, str]:
    """The words, one or two, that begin what the narrator adds (في إشارة إلى …), by their kinds."""
    kinds = ("pointing", "occasion", "without", "comment", "against")
    return {form: kind for kind in kinds for form in words()[f"aside-{kind}"]}


@lru_cache(maxsize=REMEMBERED)
def _known(word: str) -> tuple[str, tuple[str, str]]:
    """The kind of a token as written, as far as the token alone tells, and its classes."""
    form = fold(word) or word
    kind = _word_kind(word, form) if word[0].isalnum() else _mark_kind(word)
    return kind, (word_classes()[form][0], parts_of_speech()[form])


def _word_kind(word: str, form: str) -> str:
    known = _function_words().get(form)
    if known:
        return known
    cue = readings(word, form)
    if cue:
        return cue[0].form.shape
    if form[0].isdigit():
        return "number"
    if gazetteer.is_time(form):
        return "time"
    return "definite" if form.startswith(ARTICLE) else "word"


def _mark_kind(mark: str) -> str:
    if mark == "\n":
        return "line"
    if mark in words_of("comma", "semicolon"):
        return "comma"
    if mark in words_of("colon"):
        return "colon"
    if mark in words_of("quote"):
        return "quote"
    return "bracket" if mark in words_of("bracket-open", "bracket-close", "dash") else "mark"


class Tokens:
    """The tokens of one text by their kinds."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.text = layout.text
        table: Words = words()
        self.size = len(self.text)
        self.word_count = array("i", accumulate(self.text.wordlike, initial=0))  # words before each token
        self.that = table["complementizer"]
        self.that_pronoun = that_pronoun()
        self.particles = table["particle"]
        self.commas = words_of("comma", "semicolon")
        self.colons = table["colon"]
        self.as_words = table["as"]
        self.likewise = table["likewise"]
        self.source_what = table["source-what"]
        self.that_which = table["that-which"]
        self.negation = table["negation"]
        self.relative = table["relative"]
        self.subordinators = table["subordinator"]
        self.conjunctions = affixes("conjunction")
        self.auxiliary = table["auxiliary"]
        self.possessive = affixes("object-pronoun")
        self.verb_prefixes = affixes("sure-imperfect-prefix")
        self.the_matter = table["the-matter"]
        self.asides = _asides()
        self.brackets = words_of("bracket-open", "bracket-close", "dash")
        # By token, and "edge" at both sides (index -1 is the last), or "": its form, its kind, coarsely, and its
        # classes: that by its company, and its part of speech.
        self.form = [*self.text.form, "", ""]
        known = {word: _known(word) for word in self.text.vocabulary}
        kinds = {word: kind for word, (kind, _) in known.items()}
        self.kind = [*map(kinds.__getitem__, self.text.word), "edge", "edge"]
        for i, kind in enumerate(self.kind):
            if kind == "quote":
                self.kind[i] = "opens" if i in layout.quotations.opening else "closes"
            elif kind == "mark" and layout.stop[i]:
                self.kind[i] = "stop"
            elif kind == "mark" and self.text.word[i : i + 2] == _DOTS and self.text.word[i - 1] != ".":
                self.kind[i] = "dots"
        classes = {word: classes for word, (_, classes) in known.items()}
        self.classes = [*map(classes.__getitem__, self.text.word), _EDGE, _EDGE]

    def skip_marks(self, i: int) -> int:
        """The first token from i on that is a word."""
        while i < self.size and not self.text.wordlike[i] and self.text.word[i] != "\n":
            i += 1
        return i

    def words(self, first: int, last: int) -> tuple[int, int]:
        """The words [first, last) that the tokens [first, last) hold, by their number in the text."""
        return self.word_count[first], self.word_count[last]

    def trim(self, first: int, last: int) -> int:
        """`last` moved left over marks."""
        while last > first and not self.text.wordlike[last - 1]:
            last -= 1
        return last

    def verbal(self, k: int) -> bool:
        """Token k looks like a verb or stands for one: by its prefix, or an auxiliary or negation, or a cue's verb."""
        form = self.text.form[k]
        if form in self.auxiliary or form in self.negation:
            return True
        if self.layout.readings[k]:
            return self.layout.readings[k][0].form.shape == "finite"
        return (
            len(form) > 3 and form.startswith(self.verb_prefixes) and not gazetteer.word(form).classes & ~gazetteer.MARK
        )
