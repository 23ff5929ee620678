"""The seeded newsroom: what it publishes, and in which order, is a function of the seed alone."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from streams.records import Entry

_START = datetime(2026, 1, 1, tzinfo=UTC)
_ROWS = [
    line.split("\t") for line in (Path(__file__).parent / "phrases.tsv").read_text().splitlines() if line[0] != "#"
]
_SPEAKERS, _VERBS, _CLAUSES = (
    [phrase for kind, phrase in _ROWS if kind == wanted] for wanted in ("speaker", "verb", "clause")
)

# One article in six is edited, one edit in four is taken back: the first text returns.
_EDITED, _TAKEN_BACK = 1 / 6, 1 / 4
# An edit comes this many publications after the text that it changes, at the most.
_LATEST_EDIT = 300


@dataclass(frozen=True)
class Newsroom:
    """`articles` articles and their edits."""

    seed: int
    articles: int

    def entries(self) -> Iterator[Entry]:
        """Every publication, in order: what an outlet's feed shows, one item at a time."""
        dice = random.Random(self.seed)
        due: dict[int, list[Entry]] = {}
        for number in range(self.articles):
            first, *edits = self._versions(dice, number)
            yield first
            when = number
            for edit in edits:
                when += dice.randint(1, _LATEST_EDIT)
                due.setdefault(when, []).append(edit)
            yield from due.pop(number, ())
        for when in sorted(due):
            yield from due[when]

    def _versions(self, dice: random.Random, number: int) -> list[Entry]:
        paragraphs = [self._paragraph(dice, number) for _ in range(dice.randint(1, 4))]
        first = self._entry(number, paragraphs)
        if dice.random() > _EDITED:
            return [first]
        changed = list(paragraphs)
        changed[dice.randrange(len(changed))] = self._paragraph(dice, number)
        second = self._entry(number, changed, edit=1)
        return (
            [first, second, self._entry(number, paragraphs, edit=2)] if dice.random() < _TAKEN_BACK else [first, second]
        )

    @staticmethod
    def _paragraph(dice: random.Random, number: int) -> str:
        clause = dice.choice(_CLAUSES).format(n=f"{number}.{dice.randrange(1000)}")
        return f"{dice.choice(_VERBS)} {dice.choice(_SPEAKERS)} إن {clause}."

    def _entry(self, number: int, paragraphs: list[str], edit: int = 0) -> Entry:
        url = f"http://newsroom.test/{self.seed}/{number}"
        published = _START + timedelta(seconds=number)
        return Entry(
            article_id=f"{self.seed}-{number}",
            entry_id=url,
            feed="http://newsroom.test/feed",
            outlet="newsroom",
            url=url,
            title=f"{number}: {paragraphs[0].removesuffix('.')}",
            content="".join(f"<p>{paragraph}</p>" for paragraph in paragraphs),
            published_at=published,
            fetched_at=published + timedelta(hours=edit),
        )
