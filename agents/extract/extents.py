"""How far the noun phrase beside a cue goes: the ends it may have, each with the facts that speak for it.

The chunker's end (phrases.py) is one candidate; others lie inside it, or beyond the parts that follow it: an apposition
over a comma, a complement after a preposition, a word that no table knows.
"""

from __future__ import annotations

from typing import NamedTuple

from agents.extract import source_features as named
from agents.extract.agreement import OBLIQUE, is_oblique
from agents.extract.chunks import PHRASE, steps
from agents.extract.gazetteer import HEAD, ORDINARY, word
from agents.extract.layout import Layout
from agents.extract.lexicon import word_classes
from agents.extract.model import Facts
from agents.extract.nominals import quoted_name
from agents.extract.phrases import phrase
from agents.extract.sorts import clitic, sort
from agents.extract.text import Text

# How many tokens and further parts a phrase may have.
_LONGEST, _PARTS = 34, 5
_STEPS = 4
_CLOSING = frozenset(("that", "which", "stop", "colon", "semicolon"))


class End(NamedTuple):
    """The phrase ends before token `last`."""

    last: int
    facts: tuple[Facts, ...]


def ends(layout: Layout, first: int, bound: int, reason: str) -> list[End]:
    """The ends of the phrase that begins at token `first` and never goes past `bound`; `reason`: what stands there."""
    text = layout.text
    bound = min(bound, first + _LONGEST)
    end, ending = phrase(text, first, bound)
    if end == first:
        end, ending = quoted_name(text, first, bound), "entity"
    end = max(end, first + 1)
    head = sort(text.word[first])
    parts = _parts(layout, end, bound, head)
    begins = {part.begin: part for part in parts}
    found: list[End] = []
    crossed: tuple[Facts, ...] = ()
    where, how = "in", str(ending)
    for last in range(first + 1, bound + 1):
        if last == end:
            where = "at"
        elif last > end:
            reached = next((part for part in parts if part.first < last <= part.last), None)
            where = "out" if reached is None else "beyond" if last == reached.last else "through"
            how = reached.ending if reached else ""
        gap = _gap(text, where, how, first, last, bound, reason)
        joint = _joint(layout, begins[last], how, head, bound, reason) if last in begins else ()
        if last == end or (
            sort(text.word[last - 1]) not in _NEVER_LAST and (last == bound or sort(text.word[last]) != "bracket-close")
        ):
            found.append(End(last, crossed + _told("end", gap) + _told("not", joint)))
        if last == bound or (last >= end and _closes(text, last)):
            break
        crossed += _told("over", gap) + _told("over", joint)
    return found


def _told(how: str, facts: tuple[Facts, ...]) -> tuple[Facts, ...]:
    """The facts of a place, for an end there or for going on: over it; of a part, for leaving it out (not)."""
    return tuple((namer, how, *values) for namer, *values in facts)


def _closes(text: Text, i: int) -> bool:
    return sort(text.word[i]) in _CLOSING and text.word[i] != "."


def _gap(text: Text, where: str, how: str, first: int, last: int, bound: int, reason: str) -> tuple[Facts, ...]:
    """The place before token `last`."""
    before, w = text.word[last - 1], word(text.word[first])
    coarse = word_classes()
    left = coarse[text.form[last - 1]][1]
    if last >= bound:
        after = form = right = following = reason
        attached, definite, letters = "", False, ""
    else:
        after, form, attached = sort(text.word[last]), text.form[last], clitic(text.word[last])
        definite, letters, right = word(text.word[last]).definite, form[-2:], coarse[form][1]
        following = coarse[text.form[last + 1]][1] if last + 1 < bound else reason
    head, number = sort(text.word[first]), w.noun.number if w.noun else ""
    return (
        (named.between, where, how, sort(before), word(before).definite, after, definite, attached),
        (named.between_classes, where, left, right, following),
        (named.before_form, where, form, head),
        (named.from_head, where, head, w.definite, number, after),
        (named.ends_like, letters, after, definite),
    )


_NEVER_LAST = frozenset(("comma", "bracket-open", "preposition", "and", "after"))


class _Part(NamedTuple):
    """What follows a phrase: the token where the steps to it begin, the steps, and the phrase itself."""

    begin: int
    steps: str
    first: int
    last: int
    ending: str


def _parts(layout: Layout, first: int, bound: int, head: str) -> list[_Part]:
    text, begin = layout.text, first
    found: list[_Part] = []
    between: list[str] = []
    for step in steps(text, first, bound):
        initial = step.kind == "stop" and text.word[step.first] == "."
        if step.kind == PHRASE and (_object(layout, step.first, first) or _audience(layout, step.first, head)):
            break
        if (step.kind in _CLOSING and not initial) or len(found) == _PARTS or len(between) == _STEPS:
            break
        if step.kind == PHRASE:
            found.append(_Part(begin, " ".join(between), step.first, step.last, step.ending))
            between, begin = [], step.last
        elif step.kind == "bracket-close" and found and not between:
            found[-1] = found[-1]._replace(last=step.last, ending=found[-1].ending + ")")
            begin = step.last
        else:
            between.append(step.kind)
    return found


def _object(layout: Layout, i: int, end: int) -> bool:
    """A plural or dual in the oblique case right behind the phrase: the verb's object (حث الوزير الجانبين)."""
    w = word(layout.text.word[i])
    stem = w.base.removesuffix(OBLIQUE)
    two = w.definite and stem != w.base and bool(word(stem).classes & (HEAD | ORDINARY))
    return i == end and (is_oblique(layout.text, i) or two)


def _audience(layout: Layout, i: int, head: str) -> bool:
    """An outlet that was spoken to (لوكالة رويترز); of a document it is the author."""
    return head not in _OF_OUTLETS and clitic(layout.text.word[i]) == "to" and sort(layout.text.word[i]) == "media"


_OF_OUTLETS = frozenset(("document", "media"))


def _joint(layout: Layout, part: _Part, ending: str, head: str, bound: int, reason: str) -> tuple[Facts, ...]:
    """The part that begins there."""
    text = layout.text
    w = word(text.word[part.first])
    kind = sort(text.word[part.first])
    after = reason if part.last >= bound else sort(text.word[part.last])
    return (
        (named.joint, part.steps, ending, kind, part.ending),
        (named.joint_form, text.form[part.begin], head),
        (
            named.joint_class,
            part.steps,
            word_classes()[text.form[part.first]][1],
            clitic(text.word[part.first]),
            w.definite,
            text.form[part.first][-2:],
        ),
        (
            named.joint_toward,
            clitic(text.word[part.first]),
            kind,
            bool(w.noun and w.noun.number == "p"),
            ending,
        ),
        (named.joint_after, part.steps, after, kind),
    )
