"""Words that an article spells as another is spelt, told by how it writes: علي for على."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

from agents.extract.lexicon.tables import rows
from agents.extract.lexicon.words import given_names
from streams.arabic import fold
from streams.letters import ALEF_MAKSURA, ARTICLE, YEH


def prepositions(words: list[str], known: dict[str, str]) -> dict[str, tuple[str, frozenset[str]]]:
    """The names that an article writes for prepositions, each with how these are spelt and the words before which.

    `words`: its tokens in order; `known`: each distinct one. Many outlets of the Nile write every final ى as ي, so that
    their على is the name علي: it is the preposition where the article has no على, and علي before several words none of
    which goes on a name.
    """
    found: dict[str, tuple[str, frozenset[str]]] = {}
    for name, spelt in _alike().items():
        if name in known and spelt not in known:
            behind = frozenset(after for word, after in pairwise(words) if word == name and _no_name(after))
            if len(behind) > 1:
                found[name] = spelt, behind
    return found


def _no_name(word: str) -> bool:
    return word[0].isalnum() and fold(word).removeprefix(ARTICLE) not in given_names()


@cache
def _alike() -> dict[str, str]:
    """Given names that differ by their last letter alone from a particle, and how that is spelt."""
    particles = {fold(row["word"]) for row in rows("particles.tsv")}
    names = (name for row in rows("given_names.tsv") for name in row["names"].split())
    return {name: name[:-1] + ALEF_MAKSURA for name in names if name.endswith(YEH) and fold(name) in particles}
