"""Near copies across outlets: agency text that several publish, each with its own headline and small edits.

A text's sketch is the MinHash (Broder, 1997) of its shingles of folded words: the share of equal numbers in two
sketches estimates the share of shingles that the two texts have in common. Sketches of the last articles stand in one
array and are all compared at once: a millisecond for five thousand, in a fixed two megabytes.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from streams.arabic import fold
from streams.records import Article

Sketch = NDArray[np.uint32]

_SHINGLE = 4  # words
_SKETCH = 96  # numbers: the estimate is within 0.1, nineteen times in twenty
_LEAST = 30  # shingles: shorter texts are alike by chance (a score, a price, a forecast)
# Share of shingles in common from which a text is a copy. Different reports of one event rarely have a tenth; one that
# an outlet has cut by a third, or given a new lead, still has half.
_ALIKE = 0.5

_WORD = re.compile(r"\w+")
_dice = np.random.default_rng(20180301)
_FACTORS = _dice.integers(1, 2**63, _SKETCH, dtype=np.uint64) * 2 + 1
_SUMMANDS = _dice.integers(0, 2**63, _SKETCH, dtype=np.uint64)


def sketch(text: str) -> Sketch | None:
    """The sketch of an article's text without its headline; None when it is too short to tell."""
    words = _WORD.findall(fold(text.partition("\n")[2]))
    shingles = {crc32(" ".join(words[n : n + _SHINGLE]).encode()) for n in range(len(words) - _SHINGLE + 1)}
    if len(shingles) < _LEAST:
        return None
    numbers = np.fromiter(shingles, np.uint64, len(shingles))
    # Multiply-shift: a family of hash functions for which the upper half of the product will do.
    hashed: Sketch = ((numbers[:, None] * _FACTORS + _SUMMANDS) >> np.uint64(32)).astype(np.uint32)
    least: Sketch = hashed.min(axis=0)
    return least


class Known(NamedTuple):
    """What is remembered of an article beside its sketch."""

    first_fetched: datetime
    article_id: str
    outlet: str
    revision: str


class Copies:
    """The sketches of the last `size` articles.

    An article copies the one like it, of another outlet, that was first fetched before all others like it and before
    itself. When an article was fetched stands in its record, so whoever remembers the same articles answers the same,
    in whatever order they came, and no two are copies of each other.
    """

    def __init__(self, size: int = 5_000) -> None:
        self.size = size
        self._sketches = np.zeros((size, _SKETCH), np.uint32)
        self._known: list[Known] = []  # in the order of the array
        self._rows: dict[str, int] = {}
        self._oldest = 0

    def knows(self, article: Article) -> bool:
        """Whether this revision is remembered."""
        row = self._rows.get(article.article_id)
        return row is not None and self._known[row].revision == article.revision

    def add(self, article: Article, found: Sketch | None) -> None:
        """Remember `article`, whose sketch is `found`; a revision takes the place of the one before it."""
        if found is None:
            return
        row = self._rows.get(article.article_id)
        if row is not None:
            first = self._first_fetched(article)
            self._known[row] = Known(first, article.article_id, article.outlet, article.revision)
        else:
            known = Known(article.fetched_at, article.article_id, article.outlet, article.revision)
            row = self._rows[article.article_id] = self._place(known)
        self._sketches[row] = found

    def original(self, article: Article, found: Sketch | None) -> str | None:
        """The article_id of what `article`, whose sketch is `found`, copies; None when it copies nothing known."""
        if found is None or not self._known:
            return None
        itself = (self._first_fetched(article), article.article_id)
        shares = (self._sketches[: len(self._known)] == found).mean(axis=1)
        alike = (self._known[row] for row in np.flatnonzero(shares >= _ALIKE))
        earlier = [known for known in alike if known.outlet != article.outlet and known[:2] < itself]
        return min(earlier).article_id if earlier else None

    def _first_fetched(self, article: Article) -> datetime:
        row = self._rows.get(article.article_id)
        return article.fetched_at if row is None else min(article.fetched_at, self._known[row].first_fetched)

    def _place(self, known: Known) -> int:
        """A row for `known`: a free one, else that of the article remembered for longest."""
        if len(self._known) < self.size:
            self._known.append(known)
            return len(self._known) - 1
        row, self._oldest = self._oldest, (self._oldest + 1) % self.size
        del self._rows[self._known[row].article_id]
        self._known[row] = known
        return row
