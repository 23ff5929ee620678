"""A report of speech on its way to becoming a statement: what each step of the engine fills in.

All spans are token spans [first, last) of the `Text`; only `engine.py` turns them into code point offsets.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

Span = tuple[int, int]
Act = Literal["assert", "deny", "demand", "warn", "accuse", "support", "commit", "ask", "feel"]
Form = Literal["direct", "indirect", "mixed"]
Kind = Literal["person", "office", "organization", "country", "media", "document", "group", "anonymous"]
KINDS: tuple[Kind, ...] = get_args(Kind)
ResolvedBy = Literal["named", "title", "pronoun", "elided", "continued"]


@dataclass(slots=True)
class Cue:
    """The words that report, and what their form tells about who speaks."""

    span: Span
    lemma: str
    # finite: قال · participle: قائلا · masdar: إعلان · noun: a nominal cue (قول) · attribution: بحسب · colon: headlines
    shape: Literal["finite", "participle", "masdar", "noun", "attribution", "colon"]
    gender: Literal["m", "f"] | None = None
    number: Literal["s", "d", "p"] | None = None
    person: Literal[1, 2, 3] | None = None
    passive: bool = False
    # An attached pronoun's folded form (ه in قوله, ها in تصريحاتها); on a finite verb it is the object (أعلنته).
    pronoun: str = ""
    act: Act = "assert"
    rule: str = ""


@dataclass(slots=True)
class Report:
    """One report of speech: found by `cues` and `content`, given its speaker by `mentions` and `speakers`."""

    cue: Cue | None
    content: list[Span]
    form: Form = "indirect"
    act: Act = "assert"
    parent: Report | None = None
    # The noun phrase beside the cue that names the source; None when it is only in the verb's form or a pronoun.
    mention: Span | None = None
    # The outlet or document that passes the words on, and its name.
    via: Span | None = None
    via_name: str | None = None
    speaker: str | None = None
    speaker_id: str | None = None
    kind: Kind | None = None
    resolved_by: ResolvedBy | None = None
    confidence: float = 0.0
    # How likely its beginning and its end were held to be; confidence.py makes one figure of them.
    chances: tuple[float, float] = (1.0, 1.0)
    # The trace: the names of the rules that made it, in order.
    rule: list[str] = field(default_factory=list)


def meet(one: Span, other: Span) -> bool:
    """Whether two spans have a token in common."""
    return one[0] < other[1] and other[0] < one[1]
