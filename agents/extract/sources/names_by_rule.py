"""The person's name inside a phrase, by rule: at its head, behind its titles, or in apposition to its office.

What the rules find is one of the facts by which the name in a mention is weighed (naming.py).
"""

from __future__ import annotations

from agents.extract.lexicon.words import affixes, given_names
from agents.extract.lexicon.words import words as classes
from agents.extract.phrases import gazetteer as g
from agents.extract.phrases.gazetteer import Word, word
from agents.extract.phrases.person_names import name_end, quoted_person, son_of, title_behind, title_for_name
from agents.extract.reading.text import Text
from agents.extract.report import Span
from streams.letters import ALEF, HEH, YEH


def find_name(text: Text, span: Span) -> Span | None:
    """The person's name inside a phrase: at its head, after its titles, or in apposition to its office."""
    head = word(text.word[span[0]])
    if head.noun and head.noun.lemma in classes()["nameless"]:
        return None  # مصدر في مستشفى ناصر
    told = _behind_comma(text, span, head) or _at_head(text, span, head) or _behind_titles(text, span, head)
    return _in_apposition(text, span, head) if told is None else (_begun(text, told[0], span[0]), told[1])


def _behind_comma(text: Text, span: Span, head: Word) -> Span | None:
    """An apposition at the end: رئيس جماعة آيت عباس، موحى أوعلي."""
    first, last = span
    if not head.classes & (g.ROLE | g.TITLE | g.KIN) or head.classes & g.GIVEN:
        return None
    comma = next((k for k in range(last - 2, first, -1) if text.form[k] in classes()["comma"]), None)
    named = find_name(text, (comma + 1, last)) if comma is not None else None
    if named and named[1] == last and comma is not None and _opens(text, comma + 1, named[0]):
        return named
    return None


def _at_head(text: Text, span: Span, head: Word) -> Span | None:
    """The phrase begins with a name."""
    first, last = span
    if head.classes & (g.HEAD | g.TITLE) and not head.classes & g.GIVEN:
        return None
    end = name_end(text, first, last)
    after = word(text.word[end]).classes if end < last else 0
    # An unknown noun before a definite or known one is a head of its own (مستخدمو المواقع، معاون المدير).
    chained = (
        end < last
        and not head.classes & g.GIVEN
        and (after & g.HEAD or (word(text.word[end]).definite and after & g.ORDINARY))
    )
    if end == first or (chained and end == first + 1):
        return None
    return first, _rest(text, end, _segment(text, end, last))


def _behind_titles(text: Text, span: Span, head: Word) -> Span | None:
    """The phrase tells an office or title first, and then who holds it."""
    first, last = span
    i = first
    while i + 1 < last:
        i += 1
        if (end := quoted_person(text, i, last)) > i:
            return i + 1, end - 1
        if text.form[i] in classes()["quote"]:
            # What stands in quotation marks or brackets is the name of a body (رئيس "الخوذ البيضاء" رائد صالح).
            i = next((k for k in range(i + 1, last) if text.form[k] in classes()["quote"]), i)
            continue
        w = word(text.word[i])
        given = _given(text, i, last)
        if w.clitic in _GOVERNING and w.definite:
            continue  # وزير الدفاع بالإنابة
        if head.classes & g.KIN and not head.definite and not text.form[first].endswith(g.POSSESSED):
            return None  # زوجة مينغ is not مينغ
        if text.form[i] in classes()["for"] and i + 1 < last and word(text.word[i + 1]).classes & _SPOKEN_FOR:
            # Who is spoken for does not speak; who does may stand after a comma.
            comma = next((k for k in range(i, last) if text.form[k] in classes()["comma"]), None)
            if comma is None:
                return None
            i = comma
            continue
        known = g.entity(text, i, last) if w.classes & g.PLACE and not given else None
        if known:
            i = known[1] - 1
        elif not _of_the_title(text, span, i, given):
            named = _name_from(text, span, i, given) or _surname_alone(text, i, last)
            if named:
                return named
    return None


_SPOKEN_FOR = g.ROLE | g.GIVEN | g.GROUP | g.KIN


def _given(text: Text, i: int, last: int) -> bool:
    """Token `i` is sure to be a given name."""
    before, w = word(text.word[i - 1]), word(text.word[i])
    faithful = i + 1 < last and text.form[i + 1] in classes()["of-the-faith"] and not w.definite  # شمس الدين
    listed = bool(w.classes & g.GIVEN) and (before.definite or not g.nation(w.base))
    return faithful or son_of(text, i, last) or title_for_name(text, i, last) or listed


def _of_the_title(text: Text, span: Span, i: int, given: bool) -> bool:
    """Token `i` belongs to the office or title: another noun of it, what it is for, an adjective."""
    first, last = span
    head, before, w = word(text.word[first]), word(text.word[i - 1]), word(text.word[i])
    if text.form[i] in classes()["for"] or (before.classes & g.TITLE and text.form[i] in classes()["of-rank"]):
        return True
    second = i == first + 1
    unnamed = head.classes & g.SOURCE and not head.definite and not before.definite
    adjective = w.classes & g.NISBA or g.nation(w.base) or second
    if unnamed and adjective and (w.base.endswith(YEH) or (second and not given)):
        return True  # مصدر رسمي، مصدر مطلع: an adjective, though some are called so
    if given:
        return False
    if w.classes & (g.HEAD | g.TITLE | g.MARK | g.BOUND):
        return True
    if before.definite:
        return False
    if before.classes & (g.BODY | g.MEDIA | g.PREPOSITION):
        return True
    common = before.classes & (g.HEAD | g.ORDINARY | g.PLACE) and not before.classes & (g.GIVEN | g.TITLE | g.ADJECTIVE)
    chained = second and i + 1 < last and word(text.word[i + 1]).definite
    personal = before.classes & g.ROLE or (before.classes & (g.ORDINARY | g.BODY | g.PLACE) and not second)
    # أمين سر اللجنة، عمدة كيزليار، مفاوضة جزر مارشال: a noun of the chain
    construct = common and not before.classes & g.NISBA and (chained or personal)
    return bool(construct) and text.form[i] not in g.table_words("name_parts.tsv")


def _name_from(text: Text, span: Span, i: int, given: bool) -> Span | None:
    """The name that begins at token `i`, or one before it, if one does."""
    first, last = span
    before, w = word(text.word[i - 1]), word(text.word[i])
    end = name_end(text, i, last, sure=True)
    end = _rest(text, end, last) if end > i else i
    titled = end < last and title_behind(text, end)
    if end == i or (end < last and not titled and not word(text.word[end]).classes & (g.MARK | g.HEAD)):
        return None
    if given:
        return (i - 1 if _begun_before(text, i, first) else i), end  # السفير الصادق بابكر
    calls = g.ROLE | g.TITLE | g.ADJECTIVE | g.MARK | g.PLACE | g.NISBA
    if not (before.classes & calls or before.definite or before.noun):
        return (i - 1, end) if end == last and i > first + 1 and _unknown_given(text, i - 1) else None
    if end == i + 1 and w.base.endswith(YEH) and not before.definite and before.classes & g.HEAD:
        return None  # an adjective (مسؤول أمني)
    return i, end


def _surname_alone(text: Text, i: int, last: int) -> Span | None:
    """A definite word that no table knows well, the last behind a definite office (الوزير الصفران)."""
    before, w = word(text.word[i - 1]), word(text.word[i])
    called = before.classes & (g.ROLE | g.TITLE) and before.definite and i == last - 1
    if not called or not w.definite or w.clitic or w.classes & (g.HEAD | g.ADJECTIVE & ~g.NISBA):
        return None
    ordinary = w.classes & (g.ORDINARY | g.PERHAPS) == g.ORDINARY
    return None if ordinary or g.nation(w.base) else (i, last)


def _in_apposition(text: Text, span: Span, head: Word) -> Span | None:
    """Ordinary words that are a name where they stand (وزير الطوارئ السوري رائد الصالح، الناقدة أمل المناعي)."""
    first, last = span
    if not head.classes & (g.ROLE | g.TITLE) or head.noun is None or head.noun.number != "s":
        return None
    end = word(text.word[last - 1])
    if not end.definite or end.clitic or end.classes & (g.HEAD | g.TIME):
        return None
    starts = range(max(first + 1, last - 3), last - 1)
    return next(((i, last) for i in starts if _apposed(text, i) and not text.form[i].endswith(HEH)), None)


def _apposed(text: Text, i: int) -> bool:
    """Token `i` is an apposition of what stands before it.

    Behind what is definite a noun without article is neither its adjective, which would be definite too, nor its
    genitive, which nothing definite has: who holds an office is named so.
    """
    before, w = word(text.word[i - 1]), word(text.word[i])
    if w.definite or w.clitic or w.base.endswith(ALEF) or w.classes & (_NO_APPOSITION | g.PLACE):
        return False
    closed = before.definite or before.classes & (g.ADVERB | g.TIME) or text.form[i - 1] in classes()["of-rank"]
    return bool(closed) and text.form[i] not in classes()["called"] | classes()["of-rank"]


_NO_APPOSITION = g.HEAD | g.BOUND | g.MARK | g.NUMBER | g.TIME | g.ADVERB


def _begun(text: Text, name: int, first: int) -> int:
    """Where the name found at token `name` begins: with a word before it that can be nothing else, if there is one."""
    if name - 2 < first:
        return name
    if text.form[name] in g.table_words("name_parts.tsv"):
        return name - 1 if not word(text.word[name - 1]).classes else name  # السالكة منت سالم
    before = word(text.word[name - 1])
    placed = not before.classes and text.form[name - 1][0] in _GOVERNING  # نقابة المعلمين بجرجيس نجاة
    named = word(text.word[name]).classes & g.GIVEN and not before.classes & g.TITLE and not placed
    return name - 1 if named and _apposed(text, name - 1) else name


def _opens(text: Text, first: int, name: int) -> bool:
    """Only titles stand between token `first` and the name."""
    return all(word(text.word[i]).classes & (g.TITLE | g.ROLE) or text.form[i] == "." for i in range(first, name))


def _begun_before(text: Text, i: int, first: int) -> bool:
    """Behind a title stands a given name with an article before the one at `i`."""
    if i - 2 < first:
        return False
    title, w = word(text.word[i - 2]), word(text.word[i - 1])
    name = w.definite and not w.clitic and w.base in given_names() and not w.classes & (g.HEAD | g.TITLE)
    return name and title.definite and bool(title.classes & (g.TITLE | g.ROLE)) and not g.nation(w.base)


def _unknown_given(text: Text, i: int) -> bool:
    """The word before a name is taken for an ordinary one, but what stands before that calls for a name."""
    w, before = word(text.word[i]), word(text.word[i - 1])
    plain = not w.definite and not w.clitic and not w.classes & (g.HEAD | g.BOUND | g.MARK | g.NUMBER)
    return plain and bool(before.definite or before.classes & (g.ADJECTIVE | g.MARK))


def _segment(text: Text, i: int, last: int) -> int:
    """The first token from `i` on that begins another part of the phrase: a mark, or an office or body."""
    while i < last and not word(text.word[i]).classes & (g.MARK | g.HEAD):
        i += 1
    return i


def _rest(text: Text, end: int, last: int) -> int:
    """The end of a name whose last word or two the tables take for something else."""
    if 0 < last - end <= 2 and not any(_foreign(text, i) for i in range(end, last)):
        return last
    w = word(text.word[end]) if end < last else None
    if (
        w
        and last - end == 1
        and w.definite
        and not w.clitic
        and w.classes & g.ROLE
        and word(text.word[end - 1]).classes
    ):
        return last  # سميح الزعيم: a trade in the place of the surname
    return end


def _foreign(text: Text, i: int) -> bool:
    """Token `i` cannot stand in a name, even one that holds words of the tables."""
    w = word(text.word[i])
    if w.classes & (g.MARK | g.HEAD | g.NUMBER | g.PREPOSITION | g.THAT | g.WHICH | g.TIME) or title_behind(text, i):
        return True
    return (w.clitic in _GOVERNING and not len(text.word[i]) > 3) or (w.clitic in _GOVERNING and w.definite)


_GOVERNING = frozenset(affixes("preposition"))
