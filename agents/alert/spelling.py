"""One word for its many spellings: what of a text is compared with what of a rule.

Words are folded (`streams.arabic.words`); what a word may carry is in `spelling.tsv`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from streams.proclitics import bare
from streams.tables import rows

# A rule's word loses its article only when so many letters are left; a shorter one may be no article.
_STEM = 3
# Names from abroad are written with and without the alef of a short a; a name of fewer letters may be another name.
_LONG_NAME = 5
_ALEF = chr(0x627)


_ROWS = rows("agents.alert", "spelling.tsv")
_BEFORE = [(row["place"], row["letters"], int(row["least"])) for row in _ROWS if row["place"] != "after"]
_AFTER = [(row["letters"], row["instead"], int(row["least"])) for row in _ROWS if row["place"] == "after"]
_ARTICLE = next(letters for place, letters, _ in _BEFORE if place == "3")


@lru_cache(maxsize=4096)
def forms(word: str) -> frozenset[str]:
    """What a word of a text (folded) may stand for: itself, and itself without what it may carry."""
    heads = {word}
    for level in ("1", "2", "3"):
        heads |= {
            head[len(letters) :]
            for head in heads
            for place, letters, least in _BEFORE
            if place == level and head.startswith(letters) and len(head) - len(letters) >= least
        }
    bare = {
        head[: -len(letters)] + instead
        for head in heads
        for letters, instead, least in _AFTER
        if head.endswith(letters) and len(head) - len(letters) >= least
    }
    return frozenset(heads | bare)


def stem(word: str) -> str:
    """A rule's word (folded) as it is looked up among `forms`: without its article."""
    bare = word.removeprefix(_ARTICLE)
    return bare if len(bare) >= _STEM else word


def readings(word: str) -> frozenset[str]:
    """What a rule's word (folded) is looked up as among `forms`: without its article, and as a search reads it."""
    return frozenset((stem(word), bare(word)))


class Name:
    """A name (its folded words) without spaces and articles, and where its words begin and end.

    Without spaces, because compounds are written as one word or two.
    """

    __slots__ = ("begins", "ends", "letters")

    def __init__(self, name: Iterable[str]) -> None:
        self.letters = ""
        self.begins: list[int] = []
        self.ends: set[int] = set()
        for word in name:
            self.begins.append(len(self.letters))
            self.letters += word
            self.ends.add(len(self.letters))

    def has(self, other: Name) -> bool:
        """Whether `other` is in this name, from the beginning of a word to the end of one."""
        if not other.letters or other.letters not in self.letters:
            return False
        return any(
            self.letters.startswith(other.letters, begin) and begin + len(other.letters) in self.ends
            for begin in self.begins
        )


def names(name: Iterable[str]) -> list[Name]:
    """The spellings under which a name (its folded words) is known: with its alefs, and without those it may lack."""
    stems = [stem(word) for word in name]
    short = [word[0] + word[1:].replace(_ALEF, "") if len(word) >= _LONG_NAME else word for word in stems]
    return [Name(stems)] if short == stems else [Name(stems), Name(short)]
