"""Words without what is written together with them before (و ف ب ل ك and ال), for the search and the rules of alerts.

Light stemming after Larkey, Ballesteros and Connell (2002), prefixes only: they are taken off while three letters
remain, until nothing more can be, so that a word is found behind any chain of them. What that would tear is in
whole.tsv. The result is for comparing only: it may be no word (بغداد stands whole there for that reason).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise

from streams.letters import ARTICLE, BEH, FEH, KAF, LAM, WAW

_TO_THE = LAM + LAM
_PROCLITICS = frozenset((WAW, FEH, BEH, LAM, KAF))
_SHORTEST = 3


@cache
def _whole() -> frozenset[str]:
    lines = files("streams").joinpath("whole.tsv").read_text("utf-8").splitlines()
    _header, *found = (line for line in lines if line and not line.startswith("#"))
    return frozenset(found)


def _bared(word: str) -> Iterator[str]:
    """A folded word, then what is left of it after each of its proclitics."""
    whole = _whole()
    yield word
    while word not in whole:
        if word.startswith(_TO_THE) and word[1:] in whole:  # للجنة is ل + ال + لجنة
            yield word[1:]
            return
        rest = word[2:] if word.startswith((ARTICLE, _TO_THE)) else word[1:] if word[:1] in _PROCLITICS else word
        if rest == word or len(rest) < _SHORTEST:
            return
        word = rest
        yield word


@lru_cache(maxsize=4096)
def bare(word: str) -> str:
    """A folded word without its proclitics."""
    *_, last = _bared(word)
    return last


@lru_cache(maxsize=4096)
def torn(word: str) -> tuple[str, ...]:
    """What a folded word is called when the letters taken off may be its own; before an article none is."""
    return tuple(
        before for before, after in pairwise(_bared(word)) if before[1:] == after and not after.startswith(ARTICLE)
    )
