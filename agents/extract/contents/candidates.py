"""Candidates: the places where the content of a report may begin and end, described by facts."""

from __future__ import annotations

from dataclasses import dataclass

from agents.extract.model import Facts, features


@dataclass(slots=True)
class Start:
    """A place where content may begin; `kind` is what introduces it. `first` is None for "it is no report at all"."""

    kind: str
    first: int
    mark: int  # the token that introduces it
    facts: list[Facts]
    summary: str = ""  # what kind of candidate it is, for weighing it against "none"

    @property
    def features(self) -> list[str]:
        """The names of its features."""
        return features(self.facts)


@dataclass(slots=True)
class End:
    """A place where content may end."""

    last: int  # exclusive
    boundary: int  # the token at which it was cut
    facts: list[Facts]

    @property
    def features(self) -> list[str]:
        """The names of its features."""
        return features(self.facts)
