"""Which statements a reader wants: the same filter for lists, streams, charts and feeds.

It is said twice, as SQL for what is in the archive and as a predicate for what comes in; a property test holds the two
together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from agents.serve.position import first_place, moment
from agents.serve.words import Term, indexed, terms
from streams.records import Act, Form, Kind, Statement

_EPOCH = datetime.fromtimestamp(0, UTC)
_Name = Annotated[str, Meta(min_length=1, max_length=300)]
_Time = Annotated[str, Meta(max_length=40, description="ISO 8601 date or time; UTC when it does not say")]


class Filter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """Which statements: all that is said must hold; of a parameter given several times, one must."""

    q: Annotated[
        str,
        Meta(
            max_length=500,
            description="Words in any spelling, all to occur in the content or the speaker's name; "
            '"in quotation marks" side by side; word* a beginning',
        ),
    ] = ""
    speaker: Annotated[str, Meta(max_length=300, description="Words of the speaker's name, in any spelling")] = ""
    speaker_id: tuple[_Name, ...] = ()
    outlet: tuple[_Name, ...] = ()
    article_id: tuple[_Name, ...] = ()
    act: tuple[Act, ...] = ()
    form: tuple[Form, ...] = ()
    kind: tuple[Kind, ...] = ()
    headline: Annotated[bool | None, Meta(description="Whether it stands in the headline")] = None
    min_confidence: Annotated[float, Meta(ge=0, le=1)] = 0.0
    from_: Annotated[_Time, Meta(description="Published at or after; ISO 8601")] = ""
    to: Annotated[_Time, Meta(description="Published before; ISO 8601")] = ""
    status: Annotated[
        Literal["new", "retracted", "any"] | None,
        Meta(description="new by default in lists, any on streams"),
    ] = None

    def compiled(self, status: Literal["new", "any"] = "new") -> Selection:
        """The filter ready for use; `status` holds where it does not say. Raises `ValueError` naming the parameter."""
        since, until = _read("from", moment, self.from_), _read("to", moment, self.to)
        if since and until and since > until:
            raise ValueError("from: is later than `to`; nothing was published in between")
        return Selection(
            said=self,
            terms=_read("q", terms, self.q) or (),
            speaker=_read("speaker", terms, self.speaker) or (),
            since=since,
            until=until,
            status=self.status or status,
        )


def _read(parameter: str, read: Callable[[str], Any], text: str) -> Any:
    if not text:
        return None
    try:
        return read(text)
    except ValueError as error:
        raise ValueError(f"{parameter}: {error}") from error


@dataclass(frozen=True)
class Selection:
    """A filter, read. Hashable: readers with the same one are served together."""

    said: Filter
    terms: tuple[Term, ...] = ()
    speaker: tuple[Term, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    status: str = "new"

    def matches(self, wanted: Candidate) -> bool:
        """Whether the statement is one of these."""
        s, said = wanted.statement, self.said
        return (
            (self.status in ("any", s.status))
            and (not said.act or s.act in said.act)
            and (not said.outlet or s.outlet in said.outlet)
            and (not said.speaker_id or s.speaker.id in said.speaker_id)
            and (not said.kind or s.speaker.kind in said.kind)
            and (not said.form or s.form in said.form)
            and (not said.article_id or s.article_id in said.article_id)
            and (said.headline is None or s.headline == said.headline)
            and s.confidence >= said.min_confidence
            and (self.since is None or s.published_at >= self.since)
            and (self.until is None or s.published_at < self.until)
            and all(t.occurs(wanted.speaker) for t in self.speaker)
            and all(t.occurs(wanted.content) or t.occurs(wanted.speaker) for t in self.terms)
        )

    def conditions(self, place: str = "s.place") -> Conditions:
        """What is said of the columns of table `statements` (`s`); the words are the database's affair.

        `place` is the column that is read in order.
        """
        said, found = self.said, Conditions()
        if self.status != "any":  # in so many words, so that the databases see which index serves
            found.add("s.status = 'new'" if self.status == "new" else "s.status <> 'new'")
        found.among("s.act", said.act)
        found.among("s.outlet", said.outlet)
        found.among("s.speaker_id", said.speaker_id)
        found.among("s.kind", said.kind)
        found.among("s.form", said.form)
        found.among("s.article_id", said.article_id)
        if said.headline is not None:
            found.add("s.headline = {}", int(said.headline))
        if said.min_confidence:
            found.add("s.confidence >= {}", said.min_confidence)
        # The place begins with the second: it bounds what is looked at, the exact time decides. PostgreSQL does not see
        # that a bound of one place is one of the other, whose equal it is.
        places = dict.fromkeys((place, "s.place"))
        if self.since:
            for column in places:
                found.add(f"{column} >= {{}}", first_place(self.since))
            found.add("s.published_at >= {}", microseconds(self.since))
        if self.until:
            found.add("s.published_at < {}", microseconds(self.until))
            if self.until.timestamp() < 2**32 - 2:
                for column in places:
                    found.add(f"{column} < {{}}", first_place(self.until) + first_place(datetime.fromtimestamp(1, UTC)))
        return found


class Candidate:
    """A statement that filters are tried on; its words are found once, and only when a filter asks."""

    def __init__(self, statement: Statement) -> None:
        self.statement = statement

    @cached_property
    def content(self) -> list[str]:
        """The words of what was said."""
        return indexed(self.statement.content)

    @cached_property
    def speaker(self) -> list[str]:
        """The words of who said it."""
        return indexed(self.statement.speaker.name or "")


@dataclass
class Conditions:
    """SQL conditions with their values, numbered `$1`, `$2`, … as both databases take them."""

    clauses: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    def value(self, value: Any) -> str:
        """The placeholder of `value`."""
        self.values.append(value)
        return f"${len(self.values)}"

    def add(self, clause: str, *values: Any) -> None:
        """`clause` with a `{}` for each value."""
        self.clauses.append(clause.format(*map(self.value, values)))

    def among(self, column: str, values: Sequence[Any]) -> None:
        """One of `values`; nothing when there are none."""
        if values:
            self.clauses.append(f"{column} IN ({', '.join(map(self.value, values))})")

    @property
    def where(self) -> str:
        """All of them, as a WHERE clause."""
        return "WHERE " + " AND ".join(self.clauses) if self.clauses else ""


def microseconds(time: datetime) -> int:
    """`time` as the archive keeps it: microseconds since 1970."""
    return (time - _EPOCH) // timedelta(microseconds=1)


def time_of(microseconds: int) -> datetime:
    """The other way."""
    return _EPOCH + timedelta(microseconds=microseconds)
