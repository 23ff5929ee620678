"""Noun phrases that name a source: where they end.

There is no tagger: a phrase is followed word by word, by what the tables know of each word (see `gazetteer.word`)
and by the grammar of definiteness (nominals.py); here its appositions are joined to it.
"""

from __future__ import annotations

from agents.extract.lexicon.words import words_of
from agents.extract.phrases import gazetteer as g
from agents.extract.phrases.gazetteer import Word, word
from agents.extract.phrases.nominals import Ending, coordinated, nominal, quantified, titled
from agents.extract.phrases.person_names import maybe_name, name_end, perhaps_name
from agents.extract.reading.text import Text
from agents.extract.report import Span
from streams.letters import ALEF

_LONGEST = 40


def noun_phrase(text: Text, first: int, stop: int) -> int:
    """The end (exclusive token) of the noun phrase that begins at token `first`; `first` itself when none does.

    Titles, the idafa chain, adjectives, complements that belong to the name, appositions and coordinated names are in;
    relative clauses, times and places are not. Never goes past `stop` nor over a line end.
    """
    return phrase(text, first, stop)[0]


def phrase(text: Text, first: int, stop: int) -> tuple[int, Ending]:
    """As `noun_phrase`, with what the phrase ended with."""
    stop = min(stop, first + _LONGEST, len(text))
    end, ending = nominal(text, first, stop, 0)
    if end == first:
        return first, ""
    head = word(text.word[first])
    for _ in range(4):
        grown = _apposition(text, end, stop, ending, head) or coordinated(text, end, stop, ending, head)
        if grown is None:
            break
        end, ending = grown
    return end, ending


def _apposition(text: Text, end: int, stop: int, ending: Ending, head: Word) -> tuple[int, Ending] | None:
    """The name after a role or the role after a name, over a comma or none."""
    if end >= stop:
        return None
    comma = text.form[end] in words_of("comma")
    k = end + 1 if comma else end
    if k >= stop or text.line[k] != text.line[end - 1]:
        return None
    w = word(text.word[k])
    if w.clitic and not w.classes & g.GIVEN:
        return None
    # What is unknown after an office may be its place and no name (رئيس شرطة تاوس، جيري هوجريف).
    placed = ending == "name" and head.classes & g.ROLE and not head.definite and not w.classes & g.ROLE
    if comma and (ending == "role" or placed):
        if w.classes & (g.TITLE | g.ROLE) and not w.classes & g.GIVEN:
            after, kind = titled(text, k, stop, 1) if w.definite or w.classes & g.TITLE else nominal(text, k, stop, 1)
            if kind == "role" and not w.definite and not w.classes & g.TITLE:
                return _apposition(text, after, stop, kind, w)
            return (after, kind) if kind == "name" else None
        if w.classes & g.GIVEN or maybe_name(w) or perhaps_name(text, k, stop):
            after = name_end(text, k, stop, sure=True)
            closed = after >= stop or word(text.word[after]).classes & (g.MARK | g.BOUND) or after - k > 2
            whole = after - k > 1 or ending == "role"
            return (after, "name") if after > k and closed and whole else None
        return None
    if ending == "role" and w.classes & g.PREPOSITION:
        return _beyond_place(text, k, stop, head.definite)
    if ending == "name" and comma and w.classes & g.SOME:
        after, _ = quantified(text, k, stop, 1)
        return (after, "entity") if after > k else None
    if ending == "name" and w.noun and w.classes & (g.ROLE | g.SOURCE | g.KIN) and not w.classes & g.GIVEN:
        speaks = bool(w.noun.takes & words_of("for"))
        if not comma and (
            text.form[k].endswith(w.noun.lemma + ALEF) or w.noun.number != "s" or (w.definite and not speaks)
        ):
            return None
        after, _ = nominal(text, k, stop, 1)
        return (after, "entity") if after > k else None
    return None


def _beyond_place(text: Text, k: int, stop: int, definite: bool) -> tuple[int, Ending] | None:
    """Past a place, perhaps a comma, and the name of the office's holder (الباحثة في الدراسة، رضوى بركات)."""
    place, _ = nominal(text, k + 1, stop, 1)
    if place == k + 1 or place + 1 >= stop:
        return None
    comma = text.form[place] in words_of("comma")
    first = place + 1 if comma else place
    w = word(text.word[first])
    if text.line[first] != text.line[k] or w.clitic:
        return None
    if w.classes & g.TITLE and w.definite:
        end, kind = titled(text, first, stop, 1)
        return (end, "name") if kind == "name" else None  # مندوب الكويت في جنيف السفير بدر المقهوي
    if not (definite if comma else w.classes & g.GIVEN and not w.classes & g.HEAD):
        return None
    if not (w.classes & g.GIVEN or maybe_name(w)):
        return None
    end = name_end(text, first, stop, sure=True)
    closed = end >= stop or word(text.word[end]).classes & (g.MARK | g.BOUND | g.VERB)
    return (end, "name") if end > first + 1 and closed else None


def subject(text: Text, first: int, stop: int) -> Span | None:
    """The source after a verb: the first noun phrase from token `first`, times and adverbs between passed over."""
    i = past_time(text, first, stop)
    end = noun_phrase(text, i, stop)
    return (i, end) if end > i else None


def past_time(text: Text, i: int, stop: int) -> int:
    """Past the words of time and the adverbs at `i` (اليوم الثلاثاء، العام الماضي، أيضا)."""
    first = i
    while i < stop:
        w = word(text.word[i])
        timed = (
            w.classes & (g.TIME | g.ADVERB)
            or w.base in words_of("period")
            or text.form[i] in words_of("period-adjective")
        )
        if not (timed or (i > first and w.classes & g.NUMBER)):
            break
        i += 1
    return i
