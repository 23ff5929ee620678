"""Function words by their classes, affixes, and the words that tell acts."""

from __future__ import annotations

from functools import cache, lru_cache

from agents.extract.lexicon.tables import REMEMBERED, rows
from streams.arabic import fold
from streams.letters import ARTICLE


class Words(dict[str, frozenset[str]]):
    """Classes of function words: `words["relative"]` is a set of folded forms (tokens joined by a space)."""

    def __init__(self) -> None:
        for row in rows("classes.tsv"):
            self[row["class"]] = frozenset(fold(word.replace("_", " ")) for word in row["words"].split(" ") if word)
        self["quote"] = self["quote-open"] | self["quote-close"] | self["quote-both"]


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


@cache
def tones() -> Tones:
    """The words that tell acts."""
    return Tones()


@cache
def words() -> Words:
    """The classes of function words."""
    return Words()


@cache
def words_of(*names: str) -> frozenset[str]:
    """The function words of these classes together."""
    return frozenset().union(*(words()[name] for name in names))


@cache
def given_names() -> dict[str, str]:
    """Folded given name → "m" or "f" (lexicon/given_names.tsv)."""
    return {
        fold(name): row["gender"] for row in reversed(list(rows("given_names.tsv"))) for name in row["names"].split()
    }


@cache
def _affixes() -> dict[str, tuple[str, ...]]:
    return {row["class"]: tuple(fold(row["affixes"]).split()) for row in rows("affixes.tsv")}


@cache
def affixes(*names: str) -> tuple[str, ...]:
    """The affixes of these classes (lexicon/affixes.tsv), folded, in the order asked for and of the table.

    Raises `KeyError` for a class that the table has not.
    """
    return tuple(affix for name in names for affix in _affixes()[name])
