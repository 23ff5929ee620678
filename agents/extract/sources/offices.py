"""Who held an office when: the titles of lexicon/offices.tsv, for articles that name the holder elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache

from agents.extract.lexicon.tables import rows
from agents.extract.lexicon.words import words as classes
from agents.extract.reading.text import Text
from agents.extract.sources.names import role_words, skeleton
from streams.arabic import fold


@dataclass(frozen=True, slots=True)
class Tenure:
    """An office, the names of one holder (folded, fullest first) and the days between which he or she held it."""

    role: frozenset[str]
    names: tuple[str, ...]
    first: date
    last: date


def _day(cell: str, default: date) -> date:
    cell = (cell or "").strip()
    if not cell:
        return default
    return date.fromisoformat(cell + "-01-01"[len(cell) - 10 :] if len(cell) < 10 else cell)


@cache
def tenures() -> dict[frozenset[str], tuple[Tenure, ...]]:
    """Holders by the words of their office."""
    table: dict[frozenset[str], list[Tenure]] = {}
    for row in rows("offices.tsv"):
        names = tuple(fold(name.strip()) for name in row["holder"].split("|"))
        first, last = _day(row["from"], date.min), _day(row["to"], date.max)
        for title in row["title"].split("|"):
            text = Text(title.strip())
            role = role_words(text, 0, len(text))
            table.setdefault(role, []).append(Tenure(role, names, first, last))
    return {role: tuple(held) for role, held in table.items()}


@cache
def _without_nation() -> dict[frozenset[str], tuple[Tenure, ...]]:
    """Holders by the words of their office, its country left out (رئيس الوزراء)."""
    table: dict[frozenset[str], list[Tenure]] = {}
    for role, held in tenures().items():
        nations = {word for word in role if word.isupper()}
        if len(nations) == 1 and len(role) > 1:
            table.setdefault(role - nations, []).extend(held)
    return {role: tuple(held) for role, held in table.items()}


def holders(role: frozenset[str], published: datetime | None) -> list[tuple[str, ...]]:
    """The names of those who held the office when the article appeared; of all its holders if that is not known."""
    former = role & classes()["former"]
    held = tenures().get(role - former) or _without_nation().get(role - former, ())
    day = published.date() if published else None
    if former:
        return [t.names for t in held if day is None or t.last <= day]
    return [t.names for t in held if day is None or t.first <= day < t.last]


@cache
def _known() -> dict[str, str]:
    known: dict[str, str] = {}
    for held in tenures().values():
        for tenure in held:
            for name in tenure.names:
                known.setdefault(_key(name), tenure.names[0])
    return known


def _key(name: str) -> str:
    """What the spellings of a name have in common; a surname alone has but its own (الإرياني is no الإيراني)."""
    return " ".join(skeleton(part) for part in name.split()) if " " in name else name


@lru_cache(maxsize=4096)
def same_person(name: str) -> str | None:
    """The fullest spelling that the table has of a folded name, if it knows the person."""
    return _known().get(_key(name))
