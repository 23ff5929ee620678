"""What a word is by what was learned of it: its class by the company it keeps, its part of speech."""

from __future__ import annotations

from functools import cache

from agents.extract.lexicon.tables import rows
from streams.letters import ARTICLE

# The tag of words that stand for themselves; how many first and last letters of a word may tell its tag, surest first.
ITSELF = "itself"
SHAPES = ((3, 3), (3, 2), (2, 3), (2, 2), (3, 1), (1, 3), (2, 1), (1, 2), (1, 1), (0, 2), (0, 1))


class WordClasses(dict[str, tuple[str, str]]):
    """Classes of words by the company they keep, a fine and a coarse one each (learning/word_classes.py).

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
    """The parts of speech of words, learned by learning/parts_of_speech.py, as tags: NN, DTNN, CC+VBD (و and a verb).

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
def parts_of_speech() -> PartsOfSpeech:
    """The learned parts of speech of words."""
    return PartsOfSpeech()


@cache
def word_classes() -> WordClasses:
    """The learned classes of words."""
    return WordClasses()
