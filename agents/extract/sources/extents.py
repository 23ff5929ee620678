"""How far the noun phrase beside a cue goes: the ends it may have, each with the facts that speak for it.

The chunker's end (noun_phrases.py) is one candidate; others lie inside it, or beyond the parts that follow it: an
apposition over a comma, a complement after a preposition, a word that no table knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import inf
from typing import NamedTuple

from agents.extract.lexicon.classes import word_classes
from agents.extract.lexicon.words import words_of
from agents.extract.model import Facts, Ranking
from agents.extract.phrases.agreement import OBLIQUE, is_oblique
from agents.extract.phrases.chunks import PHRASE, steps
from agents.extract.phrases.gazetteer import (
    GIVEN,
    HEAD,
    ORDINARY,
    PLACE,
    ROLE,
    TITLE,
    VERB,
    entity,
    without_pronoun,
    word,
)
from agents.extract.phrases.nominals import possessed, quoted_name
from agents.extract.phrases.noun_phrases import phrase
from agents.extract.phrases.sorts import clitic, sort
from agents.extract.reading.layout import Layout
from agents.extract.reading.text import Text
from agents.extract.sources import features as named
from agents.extract.sources.offices import same_person
from streams.letters import LAM, TEH, YEH

# How many tokens and further parts a phrase may have.
_LONGEST, _PARTS = 34, 5
_STEPS = 4
_CLOSING = frozenset(("that", "which", "stop", "colon", "semicolon"))
# The facts of a place for an end there, or for going on: over it; of a part, for leaving it out (not), or over it.
_Told = Callable[[str], tuple[Facts, ...]]


class Place(NamedTuple):
    """The phrase may end before token `last`: the facts of its ending there, None where it cannot; of its going on."""

    last: int
    here: tuple[Facts, ...] | None
    over: tuple[Facts, ...]


class End(NamedTuple):
    """The phrase ends before token `last`: all facts, those of going on so far too."""

    last: int
    facts: tuple[Facts, ...]


def likeliest(layout: Layout, first: int, bound: int, reason: str, ranking: Ranking) -> int:
    """The likeliest end of the phrase that begins at token `first`; bounds as in `places`."""
    best, most, crossed = first, -inf, 0.0
    for last, here, over in places(layout, first, bound, reason):
        if here is not None:
            likely = ranking.score(here, crossed)
            if likely > most:
                best, most = last, likely
        crossed = ranking.score(over, crossed)
    return best


def ends(layout: Layout, first: int, bound: int, reason: str) -> list[End]:
    """The ends that the phrase may have, each with all that speaks for it; bounds as in `places`."""
    found: list[End] = []
    crossed: tuple[Facts, ...] = ()
    for last, here, over in places(layout, first, bound, reason):
        if here is not None:
            found.append(End(last, crossed + here))
        crossed += over
    return found


def places(layout: Layout, first: int, bound: int, reason: str) -> Iterator[Place]:
    """Where the phrase that begins at token `first` may end; it never goes past `bound`, where `reason` stands."""
    text = layout.text
    bound = min(bound, first + _LONGEST)
    end, ending = phrase(text, first, bound)
    if end == first:
        end, ending = quoted_name(text, first, bound), "entity"
    end = max(end, first + 1)
    head = sort(text.word[first])
    parts = _parts(layout, end, bound, head)
    begins = {part.begin: part for part in parts}
    where, how = "in", str(ending)
    heard = next((i for i in range(end, bound) if _audience(layout, i, head) or _person(text, i, first)), bound)
    heard = next((i for i in range(first + 1, heard) if _predicate(text, i, first) or _spoken_in(text, i)), heard)
    w = word(text.word[first])
    if w.classes & TITLE and possessed(w):
        heard = min(heard, first + 1)  # سماحته
    for last in range(first + 1, heard + 1):
        if last == end:
            where = "at"
        elif last > end:
            reached = next((part for part in parts if part.first < last <= part.last), None)
            where = "out" if reached is None else "beyond" if last == reached.last else "through"
            how = reached.ending if reached else ""
        gap = _gap(text, where, how, first, last, bound, reason)
        joint = _joint(layout, begins[last], how, head, bound, reason) if last in begins else _nothing
        possible = last == end or (
            sort(text.word[last - 1]) not in _NEVER_LAST and (last == bound or sort(text.word[last]) != "bracket-close")
        )
        here = gap("end") + joint("not") if possible else None
        if last == bound or (last >= end and _closes(text, last)):
            yield Place(last, here, ())
            break
        yield Place(last, here, gap("over") + joint("over"))


def _closes(text: Text, i: int) -> bool:
    return sort(text.word[i]) in _CLOSING and text.word[i] != "."


def _gap(text: Text, where: str, how: str, first: int, last: int, bound: int, reason: str) -> _Told:
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
    kind, known = sort(before), word(before).definite

    def told(crossed: str) -> tuple[Facts, ...]:
        return (
            (named.between, crossed, where, how, kind, known, after, definite, attached),
            *named.between_classes(crossed, where, left, right, following),
            *named.before_form(crossed, where, form, head),
            *named.from_head(crossed, where, head, w.definite, number, after),
            (named.ends_like, crossed, letters, after, definite),
        )

    return told


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
    """An outlet that was spoken to (لوكالة رويترز، لبي بي سي); of a document it is the author."""
    text = layout.text
    if text.form[i] == LAM and head in _BY_NAME and i + 1 < len(text):
        return sort(text.word[i + 1]) in ("latin", "quote")  # مصدر مطلع لـ«الجريدة»
    if head in _OF_OUTLETS or clitic(text.word[i]) != "to":
        return False
    known = entity(text, i, len(text)) if word(text.word[i]).classes & PLACE else None
    return sort(text.word[i]) == "media" or (known is not None and known[0].kind == "media")


# Sources that nobody runs: what ل brings is no body of theirs (but مدير لـ«شركة»).
_BY_NAME = frozenset(("source", "group", "given", "unknown", "the-unknown", "perhaps", "the-noun"))


def _person(text: Text, i: int, first: int) -> bool:
    """Someone spoken to by the holder of an office (العاهل السعودي لترامب)."""
    w, head = word(text.word[i]), word(text.word[first])
    if clitic(text.word[i]) != "to" or w.definite or not head.definite or not head.classes & ROLE:
        return False
    return bool(w.classes & GIVEN) or same_person(w.base) is not None


def _predicate(text: Text, i: int, first: int) -> bool:
    """A verb of the present that tells what the one named before it does (الوزير يعلق على الأزمة: …).

    Behind an indefinite noun it may be its relative clause (مسؤول يعمل هناك), or a name (حركة تمرد).
    """
    w, head, before = word(text.word[i]), word(text.word[first]), word(text.word[i - 1])
    if not w.classes & VERB or w.classes & (GIVEN | PLACE) or text.form[i][0] not in _PRESENT:
        return False
    if text.form[i] in words_of("called") or i + 1 == len(text) or not text.wordlike[i + 1]:
        return False
    return (head.definite or head.noun is None) and (before.definite or before.noun is None)


def _spoken_in(text: Text, i: int) -> bool:
    """Where it was said, not who says it (النادي في كتابه، النائب في تغريدة); but الباحثة في الدراسة."""
    if text.form[i] not in words_of("in") or i + 1 == len(text):
        return False
    base = word(text.word[i + 1]).base
    return not words_of("spoken-in").isdisjoint((base, *without_pronoun(base)))


_PRESENT = frozenset((YEH, TEH))
_OF_OUTLETS = frozenset(("document", "media"))


def _joint(layout: Layout, part: _Part, ending: str, head: str, bound: int, reason: str) -> _Told:
    """The part that begins there."""
    text = layout.text
    w, attached = word(text.word[part.first]), clitic(text.word[part.first])
    kind, form = sort(text.word[part.first]), text.form[part.first]
    coarse, plural = word_classes()[form][1], bool(w.noun and w.noun.number == "p")
    after = reason if part.last >= bound else sort(text.word[part.last])

    def told(crossed: str) -> tuple[Facts, ...]:
        return (
            (named.joint, crossed, part.steps, ending, kind, part.ending),
            (named.joint_form, crossed, text.form[part.begin], head),
            (named.joint_class, crossed, part.steps, coarse, attached, w.definite, form[-2:]),
            (named.joint_toward, crossed, attached, kind, plural, ending),
            (named.joint_after, crossed, part.steps, after, kind),
        )

    return told


def _nothing(crossed: str) -> tuple[Facts, ...]:
    """No part begins there."""
    return ()
