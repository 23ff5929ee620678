"""Noun phrases that name a source: where they end.

There is no tagger: a phrase is followed word by word, by what the tables know of each word (see `gazetteer.word`)
and by the grammar of definiteness. A head with no article goes on through its idafa chain to the first definite word;
definite adjectives follow a definite head; what is in no table may be a name.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import Literal

from agents.extract import gazetteer as g
from agents.extract.gazetteer import Word, word
from agents.extract.lexicon import rows
from agents.extract.lexicon import words as classes
from agents.extract.report import Span
from agents.extract.text import Text
from streams.arabic import fold

# What a phrase ended with: a person's name, an office or trade, a known entity, another noun; "" for no phrase.
Ending = Literal["name", "role", "entity", "noun", ""]

_LONGEST = 40
_NAME_WORDS = 7
# Complements that any office or body may have, and those of a body's place.
_ANY_ROLE = frozenset(map(fold, ("ل", "باسم", "لدى")))

_ANY_BODY = frozenset(map(fold, ("ل", "في")))
_ANY_PLURAL = frozenset(map(fold, ("من", "في")))
_BY = fold("ب")


@cache
def _name_parts() -> dict[str, str]:
    return {fold(row["word"]): row["class"] for row in rows("name_parts.tsv")}


@cache
def _marks(*names: str) -> frozenset[str]:
    return frozenset().union(*(classes()[name] for name in names))


def noun_phrase(text: Text, first: int, stop: int) -> int:
    """The end (exclusive token) of the noun phrase that begins at token `first`; `first` itself when none does.

    Titles, the idafa chain, adjectives, complements that belong to the name, appositions and coordinated names are in;
    relative clauses, times and places are not. Never goes past `stop` nor over a line end.
    """
    return phrase(text, first, stop)[0]


def phrase(text: Text, first: int, stop: int) -> tuple[int, Ending]:
    """As `noun_phrase`, with what the phrase ended with."""
    stop = min(stop, first + _LONGEST, len(text))
    end, ending = _simple(text, first, stop, 0)
    if end == first:
        return first, ""
    head = word(text.word[first])
    for _ in range(4):
        grown = _apposition(text, end, stop, ending, head) or _coordinated(text, end, stop, ending, head)
        if grown is None:
            break
        end, ending = grown
    return end, ending


def _simple(text: Text, i: int, stop: int, depth: int) -> tuple[int, Ending]:
    """One noun phrase with no apposition."""
    if i >= stop or depth > 5:
        return i, ""
    w = word(text.word[i])
    c = w.classes
    if c & g.SOME:
        return _quantified(text, i, stop, depth)
    if c & g.THIS:
        if i + 1 < stop and word(text.word[i + 1]).definite:
            return _completed(text, i + 2, stop, word(text.word[i + 1]), depth)
        return i, ""
    if c & g.NUMBER and i + 1 < stop and not depth:
        counted = word(text.word[i + 1])
        people = counted.noun is not None or (
            text.form[i + 1].endswith(_TANWIN) and not counted.classes & (g.TIME | g.BOUND)
        )
        if people and not counted.definite and not counted.clitic and text.form[i].isdigit():
            return _simple(text, i + 1, stop, 1) if counted.noun else (i + 2, "noun")
    if c & (g.MARK | g.NUMBER):
        end = quoted_name(text, i, stop) if depth else i
        return end, "entity" if end > i else ""
    known = g.entity(text, i, stop) if c & g.PLACE else None
    if known:
        end = _adjectives(text, known[1], stop, w, True)
        if known[0].kind == "media" and end == known[1]:
            return end, "entity"
        return _placed(text, _bracketed(text, end, stop), stop, known[0].kind), "entity"
    if text.form[i] in _name_parts() and i + 1 < stop and _maybe_name(word(text.word[i + 1])):
        return name_end(text, i, stop), "name"
    if c & g.BOUND and not c & (g.HEAD | g.GIVEN):
        return i, ""
    if son_of(text, i, stop) and not w.definite:
        return name_end(text, i, stop), "name"
    lettered = (
        i + 2 < stop
        and text.form[i] in _marks("title-letter")
        and text.form[i + 1] == "."
        and text.end[i] == text.start[i + 1]
    )
    if c & g.TITLE and not w.definite and i + 1 < stop:
        of = word(text.word[i + 1])
        if of.definite and of.classes & (g.ORDINARY | g.BODY) and not of.classes & (g.ROLE | g.TITLE | g.GIVEN):
            return _idafa(text, i, stop, w, depth)  # نقيب الممثلين
    if lettered or (c & g.TITLE and not c & (g.BODY | g.ROLE)) or _rank(text, i, stop):
        return _titled(text, i, stop, depth)
    of_the_faith = i + 1 < stop and text.form[i + 1] in _marks("of-the-faith") and not w.definite
    if c & g.GIVEN or _maybe_name(w) or of_the_faith or text.form[i] in _name_parts():
        end = name_end(text, i, stop)
        if end > i:
            return end, "name"
    if c & g.VERB and not c & g.HEAD:
        return i, ""
    if w.definite:
        return _completed(text, i + 1, stop, w, depth)
    return _idafa(text, i, stop, w, depth)


def _placed(text: Text, j: int, stop: int, kind: str) -> int:
    """Past the country in which a body is (منظمة الصحة العالمية في سوريا), else `j`."""
    if kind == "organization" and j + 1 < stop and text.form[j] in _marks("in"):
        known = g.entity(text, j + 1, stop) if word(text.word[j + 1]).classes & g.PLACE else None
        if known and known[0].kind == "country":
            return known[1]
    return j


def _quantified(text: Text, i: int, stop: int, depth: int) -> tuple[int, Ending]:
    """بعض المسؤولين، عدد من الخبراء، كل من مصر وتونس."""
    j = i + 1
    while j < stop and word(text.word[j]).classes & (g.NUMBER | g.SOME):
        j += 1
    if j < stop and text.form[j] in _marks("of-them"):
        return j + 1, "entity"
    if j + 1 < stop and text.form[j + 1] in _marks("of") and word(text.word[j]).classes & g.ORDINARY:
        j += 1
    if j < stop and text.form[j] in _marks("of"):
        j += 1
    while j < stop and word(text.word[j]).classes & (g.NUMBER | g.SOME):
        j += 1
    end, ending = _simple(text, j, stop, depth + 1)
    while end > j:
        grown = _coordinated(text, end, stop, ending, word(text.word[j]))
        if grown is None:
            break
        end, ending = grown
    return (end, ending) if end > j else (i, "")


def _rank(text: Text, i: int, stop: int) -> bool:
    """الفريق is a team and a rank: a rank before a further word of rank or a given name."""
    w = word(text.word[i])
    if w.base not in _marks("team-or-rank") or not w.definite or i + 1 >= stop:
        return False
    return text.form[i + 1] in _marks("of-rank") or bool(word(text.word[i + 1]).classes & g.GIVEN)


def _titled(text: Text, i: int, stop: int, depth: int) -> tuple[int, Ending]:
    """A form of address, and the name or office after it; alone it is a noun (الشيخ)."""
    w = word(text.word[i])
    end = _adjectives(text, i + 1, stop, w, w.definite)
    while end < stop and text.form[end] in _marks("of-rank"):
        end += 1
    if end < stop and text.form[end] == "." and text.end[end - 1] == text.start[end]:
        end += 1
    if end < stop and text.line[end] == text.line[i]:
        following = word(text.word[end])
        if following.classes & g.VERB and not following.classes & (g.HEAD | g.GIVEN):
            return end, "role"
        after, ending = _simple(text, end, stop, depth + 1)
        if after > end and (ending == "name" or following.classes & (g.ROLE | g.TITLE) or not w.definite):
            named = ending == "name" and after == name_end(text, end, stop)
            return name_end(text, end, stop, sure=True) if named else after, ending
        given = not following.definite and not following.clitic and not following.classes & _NEVER_NAMES
        if w.definite and given and end + 1 < stop:
            further = name_end(text, end + 1, stop, sure=True)
            if further > end + 1:
                return further, "name"  # الدكتورة عواطف زهران
        if _perhaps_name(text, end, stop):
            return name_end(text, end, stop, sure=True), "name"
    return end, "role"


_NEVER_NAMES = g.BOUND | g.MARK | g.VERB | g.HEAD | g.PLACE | g.NUMBER | g.SOME | g.THIS


def _idafa(text: Text, i: int, stop: int, head: Word, depth: int) -> tuple[int, Ending]:
    """A phrase whose head has no article: through the chain to its definite word, or to its indefinite adjective."""
    j = i + 1
    if _of_pronoun(head):
        return _completed(text, j, stop, head, depth)
    while j < stop:
        w = word(text.word[j])
        c = w.classes
        if _complement(text, j, stop, head, depth) > j:
            break
        if w.clitic or c & (g.BOUND | g.NUMBER | g.SOME):
            break
        if c & g.MARK:
            end = quoted_name(text, j, stop) if head.classes & (g.BODY | g.MEDIA | g.ROLE) else j
            if end > j:
                return _completed(text, end, stop, head, depth)
            break
        nation = (
            c & g.ADJECTIVE and not w.definite and not head.classes & g.ROLE
        )  # وسائل إعلام سورية: Syrian, not Syria
        known = g.entity(text, j, stop) if c & g.PLACE and not nation else None
        if known:
            return _completed(text, known[1], stop, head, depth)
        if w.definite:
            personal = bool(w.classes & (g.ROLE | g.TITLE))
            end = _fields(text, j + 1, stop) if w.base in _marks("affairs") else j + 1
            body = bool(w.classes & g.BODY) or any(word(text.word[k]).classes & g.BODY for k in range(i + 1, j))
            return _completed(text, end, stop, head, depth, personal=personal, last=w, body=body)
        if (c & g.NISBA and not c & (g.HEAD | g.GIVEN)) or (
            w.base in g.table_words("adjectives.tsv") and not c & g.GIVEN and not head.classes & g.ROLE
        ):
            end = _adjectives(text, j, stop, head, False)
            return _completed(text, max(end, j + 1), stop, head, depth, definite=False)
        genitive = j + 1 < stop and word(text.word[j + 1]).definite and not word(text.word[j + 1]).clitic
        if c & g.VERB and not c & (g.HEAD | g.TITLE) and not (genitive and j == i + 1):
            break
        chained = genitive and not c & (g.GIVEN | g.COMMON) and j == i + 1 and text.form[j + 1] not in _name_parts()
        if (c & (g.HEAD | g.ORDINARY | g.TITLE | g.VERB) or (chained and head.classes & g.BODY)) and not c & g.GIVEN:
            if j - i > 4 or not head.classes & g.HEAD:
                break
            if _of_pronoun(w):
                return _completed(text, j + 1, stop, head, depth)
            j += 1
            continue
        if head.classes & (g.HEAD | g.TITLE):
            end = name_end(text, j, stop, sure=bool(c & g.GIVEN))
            return _completed(text, end, stop, head, depth, named=end > j)
        break
    return _completed(text, j, stop, head, depth, definite=False)


def _of_pronoun(w: Word) -> bool:
    """Made definite by an attached pronoun (وزير خارجيتها)."""
    return w.noun is not None and w.base != w.noun.lemma and w.base.endswith(_PRONOUNS) and w.noun.number == "s"


_PRONOUNS = ("ته", "تها", "تهم", "ها", "هم", "نا")


def _completed(
    text: Text,
    j: int,
    stop: int,
    head: Word,
    depth: int,
    definite: bool = True,
    named: bool = False,
    personal: bool = False,
    last: Word | None = None,
    body: bool = False,
) -> tuple[int, Ending]:
    """What may follow a complete noun: adjectives, complements of its head, and for a role the bearer's name."""
    personal = personal or bool(head.classes & (g.ROLE | g.TITLE | g.KIN | g.SOURCE | g.GROUP))
    wide = bool(head.classes & (g.ROLE | g.BODY)) and not head.definite and not named
    for _ in range(4):
        before = j
        if not named:
            j = _adjectives(text, j, stop, last or head, definite)
            if wide and definite:
                j = _also(text, j, stop, head.noun is not None and head.noun.lemma in _marks("has-fields"))
        j = _complement(text, j, stop, head, depth, body)
        j = _governed(text, j, stop, depth)
        if j == before:
            break
    if head.classes & g.MEDIA and j < stop and text.form[j].isdigit():
        j = _adjectives(text, j + 1, stop, head, definite)  # القناة 12 الإسرائيلية
    j = _bracketed(text, j, stop)
    if named:
        further = _adjectives(text, j, stop, head, True) if head.classes & g.ROLE else j
        if further == j:
            return j, "name"
        j = further
    if personal and j < stop and text.line[j] == text.line[j - 1]:
        w = word(text.word[j])
        if head.definite and w.definite and w.clitic == _AND and w.noun and w.noun.number == "s" and depth < 3:
            end, ending = _completed(text, j + 1, stop, w, depth + 1)
            if ending == "name":
                return end, "name"  # المحامية والناشطة التونسية سنية بن سالم
        if title_for_name(text, j, stop):
            return name_end(text, j, stop), "name"
        if (
            (w.classes & (g.TITLE | g.ROLE) and not w.classes & g.GIVEN and w.definite)
            or _rank(text, j, stop)
            or (w.classes & g.TITLE and not w.clitic)
        ):
            end, ending = _titled(text, j, stop, depth + 1)
            if ending == "name":
                return end, "name"
        # One name is no apposition to several people: it is the verb's object (ناشدت الأحزاب ماكرون).
        several = head.noun is not None and head.noun.number == "p"
        if not several and not w.clitic and (w.classes & g.GIVEN or _maybe_name(w) or _perhaps_name(text, j, stop)):
            end = name_end(text, j, stop, sure=True)
            if end > j:
                return end, "name"
        if head.definite and head.classes & g.ROLE and w.definite and surname(w) and _closed(text, j + 1, stop):
            return max(j + 1, name_end(text, j + 1, stop, sure=True)), "name"
    return j, "role" if personal else "noun"


def _governed(text: Text, j: int, stop: int, depth: int) -> int:
    """Past the complement of the adjective before `j` (التابعة للتنظيم، الصادرة عن الوزارة), else `j`."""
    if j >= stop or depth > 2:
        return j
    adjective = word(text.word[j - 1])
    takes = g.adjectives_taking().get(adjective.base)
    if takes is None:
        return j
    w = word(text.word[j])
    if (
        text.form[j] in takes
        and len(text.form[j]) > 1
        and j + 1 < stop
        and not word(text.word[j + 1]).classes & g.BOUND
    ):
        end, _ = _simple(text, j + 1, stop, depth + 1)
        return end if end > j + 1 else j
    if w.clitic and w.clitic in takes and not w.classes & g.BOUND:
        end, _ = _completed(text, j + 1, stop, w, depth + 1) if w.definite else _idafa(text, j, stop, w, depth + 1)
        return end
    return j


def _closed(text: Text, j: int, stop: int) -> bool:
    """The phrase can end before `j`: nothing follows, or what follows goes with no name."""
    return (
        j >= stop
        or bool(word(text.word[j]).classes & (g.MARK | g.BOUND | g.GIVEN | g.VERB))
        or _maybe_name(word(text.word[j]))
    )


def _also(text: Text, j: int, stop: int, field: bool = False) -> int:
    """Past further fields of an office or body (وزير الخارجية والتعاون الدولي), else `j`."""
    while j < stop:
        w = word(text.word[j])
        if (
            w.clitic != _AND
            or not w.definite
            or w.classes & (g.ROLE | g.MEDIA | g.SOURCE | g.GROUP | g.PLACE | g.GIVEN) & ~(g.GROUP if field else 0)
        ):
            break
        if w.classes & g.BODY and w.base not in _marks("ministry"):
            break
        j = _adjectives(text, j + 1, stop, w, True)
    return j


_AND = fold("و")


def _adjectives(text: Text, j: int, stop: int, head: Word, definite: bool) -> int:
    while j < stop:
        if text.form[j] in _marks("acting"):
            j += 1
            continue
        w = word(text.word[j])
        c = w.classes
        if c & (g.BOUND | g.MARK | g.GIVEN) or w.clitic not in ("", _AND):
            break
        feminine = head.definite and w.base.endswith("ه") and head.base.endswith("ه")
        if definite and w.definite and (c & g.ADJECTIVE or (not c and feminine)):
            if c & (g.HEAD | g.PLACE) and not c & g.NISBA and w.base not in g.table_words("adjectives.tsv"):
                break
            j += 1
        elif (
            definite
            and not w.definite
            and c & g.ADJECTIVE
            and not w.clitic
            and w.base in g.demonyms()
            and _last_definite(text, j)
        ):
            break
        elif (
            not definite
            and not w.definite
            and not w.clitic
            and ((c & g.NISBA and not c & g.HEAD) or w.base in g.table_words("adjectives.tsv"))
            and not c & g.VERB
        ):
            j += 1
        else:
            break
    return j


def _last_definite(text: Text, j: int) -> bool:
    return word(text.word[j - 1]).definite


def _complement(text: Text, j: int, stop: int, head: Word, depth: int, body: bool = False) -> int:
    """The end of a complement that belongs to the name (باسم الحكومة، للأمم المتحدة، في الوزارة), else `j`."""
    if j >= stop or depth > 2 or not head.classes & (g.HEAD | g.TITLE):
        return j
    form, w = text.form[j], word(text.word[j])
    takes = head.noun.takes if head.noun else frozenset()
    if head.classes & g.ROLE:
        takes |= _ANY_ROLE
    if head.classes & g.BODY or body:
        takes |= _ANY_BODY
    if head.classes & (g.SOURCE | g.GROUP | g.ROLE) and head.noun and head.noun.number == "p":
        takes |= _ANY_PLURAL
    if form in takes and len(form) > 1 and j + 1 < stop:
        after = word(text.word[j + 1])
        loose = form not in _marks("in", "of")
        if (
            after.classes & (g.BODY | g.PLACE | g.MEDIA)
            or (loose and not after.classes & (g.BOUND | g.MARK))
            or (after.classes & g.HEAD and form in _marks("of"))
        ):
            end, _ = _simple(text, j + 1, stop, depth + 1)
            if end > j + 1:
                return _also(text, end, stop) if loose else end
        quoted = quoted_name(text, j + 1, stop) if not head.definite and form in _marks("in") else 0
        if quoted > j + 1 and head.noun and head.noun.number == "p":
            return quoted  # محللون في «بيت المال»
        # An unnamed source is told by its place (مصدر في المطار), but not by where it spoke (في بيان).
        place = head.classes & g.SOURCE and not head.definite and after.definite and form in _marks("in")
        if place and not after.classes & (g.DOCUMENT | g.TIME) and after.base not in _marks("period"):
            return _adjectives(text, j + 2, stop, after, True)
        return j
    if form in takes and head.noun and head.noun.lemma in _marks("runs") and j + 1 < stop:
        return max(quoted_name(text, j + 1, stop), j) if quoted_name(text, j + 1, stop) > j + 1 else j
    if w.clitic == _BY and w.classes & g.PLACE and head.classes & (g.ROLE | g.BODY):
        known = g.entity(text, j, stop)
        if known:
            return known[1] if known[0].kind == "country" else j
    if w.clitic and w.clitic in takes and not w.classes & g.BOUND:
        c = w.classes
        if c & (g.MEDIA | g.GROUP) and not head.classes & (g.ROLE | g.BODY):
            return j
        if c & g.MEDIA and not (head.noun and head.noun.lemma in _marks("runs")):
            return j
        if c & g.PLACE:
            known = g.entity(text, j, stop)
            if known:
                return j if known[0].kind == "media" else known[1]
        audience = w.noun is not None and w.noun.number == "p" and c & (g.ROLE | g.SOURCE | g.GROUP)
        if audience and not (head.noun and head.noun.lemma in _marks("of-people")):
            return j
        if w.definite:
            if head.classes & (g.SOURCE | g.DOCUMENT | g.GROUP) and not c & (g.BODY | g.PLACE):
                return j
            return _also(text, _fields(text, j + 1, stop), stop)
        genitive = (
            j + 1 < stop
            and (word(text.word[j + 1]).definite or c & g.NISBA)
            and head.classes & (g.BODY | g.ROLE | g.MEDIA)
        )
        if not (c & (g.HEAD | g.PLACE | g.ORDINARY | g.GIVEN) or genitive) or c & (g.SOURCE | g.GROUP):
            return j
        further = word(text.word[j + 1]) if j + 2 < stop else w
        if further.clitic == _AND and not further.definite and word(text.word[j + 2]).definite:
            return _adjectives(text, j + 3, stop, word(text.word[j + 2]), True)  # لإغاثة وتشغيل اللاجئين
        end, _ = _idafa(text, j, stop, w, depth + 1)
        return end if end > j + 1 or not genitive else j + 2
    return j


def _fields(text: Text, j: int, stop: int) -> int:
    """Past the definite words of a complement, fields of office among them (للشؤون الخارجية)."""
    while j < stop:
        w = word(text.word[j])
        if (
            not w.definite
            or w.clitic not in ("", _AND)
            or not (w.classes & (g.ADJECTIVE | g.NISBA) or w.base.endswith(_FIELD))
        ):
            break
        j += 1
    return j


_FIELD = ("يه",)


# A participle or adjective with tanwin (متحديا), which no name looks like.
ACCUSATIVE = re.compile(fold("م") + r"\w{3,}" + fold("ا") + "$|" + fold("ها") + "$|" + fold("هم") + "$")


def son_of(text: Text, i: int, stop: int) -> bool:
    """The word at `i` is a given name, whatever else it may be: a father's name follows (سلطان بن حمد)."""
    c = word(text.word[i]).classes
    verb = c & g.VERB and not c & (g.GIVEN | g.HEAD)
    return i + 2 < stop and text.form[i + 1] in _marks("son-of") and not c & g.BOUND and not verb


def title_for_name(text: Text, i: int, stop: int) -> bool:
    """A title that is a name here (رائد صالح، سيد الوداعي): without article, behind what is definite, before a name."""
    w = word(text.word[i])
    if not i or w.definite or w.clitic or w.base not in _marks("title-or-name") or i + 1 >= stop:
        return False
    before, after = word(text.word[i - 1]), word(text.word[i + 1])
    behind = before.definite or text.form[i - 1] in _marks("quote", "bracket-close")
    return behind and (bool(after.classes & g.GIVEN) or _maybe_name(after) or surname(after))


def _maybe_name(w: Word) -> bool:
    """No table knows it: in this place it may be a name."""
    return not w.classes & g.COMMON and not w.definite and len(w.base) > 1 and not ACCUSATIVE.match(w.base)


def _perhaps_name(text: Text, j: int, stop: int) -> bool:
    """A word that looks like an inflected one but stands where a name does, before another name or a mark."""
    w = word(text.word[j])
    if not w.classes & g.PERHAPS or w.definite or w.clitic or w.classes & (g.VERB | g.HEAD):
        return False
    before = word(text.word[j - 1])
    if (
        before.classes & g.GIVEN
        or text.form[j - 1] in _name_parts()
        or (_maybe_name(before) and not w.base.endswith(_INFLECTED))
    ):
        return True
    if j + 1 >= stop:
        return False
    after = word(text.word[j + 1])
    return bool(after.classes & g.GIVEN) or _maybe_name(after) or surname(after)


_TANWIN, _NISBA_PLURAL = fold("ا"), (fold("يين"), fold("يون"))


def _foreign(w: Word) -> bool:
    """A name that looks like a participle in the accusative (كريستوفر مويمبا): no table knows it without its ending."""
    stem = w.base[:-1]
    known = g.said(w.base) or word(stem).classes & g.COMMON or stem in g.table_words("adjectives.tsv")
    return not w.classes & g.COMMON and w.base.endswith(_TANWIN) and not known


_INFLECTED = tuple(map(fold, ("ا", "ه", "ها", "هم", "ين", "ون", "ات")))


def name_end(text: Text, i: int, stop: int, sure: bool = False) -> int:
    """The end of a person's name that begins at `i`; `sure` when what stands before it calls for a name."""
    parts = _name_parts()
    j, count = i, 0
    while j < stop and count < _NAME_WORDS:
        form, w = text.form[j], word(text.word[j])
        c = w.classes
        part = parts.get(form)
        if part and j + 1 < stop and (part == "joins" or count):
            after = word(text.word[j + 1])
            if part == "joins":
                if after.classes & (g.MARK | g.NUMBER | g.BOUND) and text.form[j + 1] not in parts:
                    break
                j += 1 if text.form[j + 1] in parts and parts[text.form[j + 1]] == "joins" else 2
                count += 1
                continue
            further = text.form[j + 1] in parts and j + 2 < stop
            if (
                count
                and form != text.form[i]
                and text.form[j - 1] in parts
                and part == parts[text.form[j - 1]] == "particle"
            ):
                j += 2  # فون دير لاين
                continue
            if form.startswith("ال") or further or after.classes & g.GIVEN or _maybe_name(after) or surname(after):
                j += 1
                continue
        if part and count and form.startswith("ال"):
            j += 1
            continue
        if c & g.MARK:
            initial = len(text.form[j - 1]) <= 2 and text.start[j] == text.end[j - 1]
            hyphen = (
                form == "-" and j + 1 < stop and text.start[j] == text.end[j - 1] and text.start[j + 1] == text.end[j]
            )
            if count and j + 1 < stop and ((form == "." and initial) or hyphen):
                j += 1
                continue
            break
        if j + 1 < stop and text.form[j + 1] in _marks("of-the-faith") and not w.definite and not c & g.BOUND:
            j, count = j + 2, count + 1
            continue
        if (son_of(text, j, stop) and not w.definite and (j == i or not w.clitic)) or (
            j == i and title_for_name(text, j, stop)
        ):
            j += 1
            count += 1
            continue
        if c & (g.BOUND | g.NUMBER | g.SOME | g.THIS) or (j > i and w.clitic and (not c & g.GIVEN or w.definite)):
            break
        if c & g.PLACE and not c & g.GIVEN:
            if g.entity(text, j, stop):
                break
            c &= ~g.PLACE
            w = replace(w, classes=c)
        behind_given = count and word(text.word[j - 1]).classes & g.GIVEN
        if (
            c & g.GIVEN
            or (not w.definite and _maybe_name(w))
            or (behind_given and not w.definite and _foreign(w))
            or (len(form) <= 2 and count and not c & g.ORDINARY)
        ):
            j += 1
            count += 1
            continue
        if not w.definite and (count or sure) and _perhaps_name(text, j, stop):
            j += 1
            count += 1
            continue
        lone = (
            count == 1
            and word(text.word[j - 1]).classes & g.GIVEN
            and not w.definite
            and not c & (g.VERB | g.HEAD | g.PLACE | g.TITLE)
        )
        if (
            lone
            and not w.base.endswith(_INFLECTED)
            and (j + 1 >= stop or word(text.word[j + 1]).classes & (g.BOUND | g.MARK))
        ):
            return j + 1  # an ordinary word for a surname (جورج حداد)
        family = w.definite and not w.clitic and not c & (g.HEAD | g.PLACE | g.TITLE)
        if family and w.base not in g.demonyms() and any(text.form[k] in _marks("son-of") for k in range(i, j)):
            return j + 1
        if w.definite and count == 1 and j + 1 < stop and parts.get(text.form[j + 1]) == "joins" and not w.clitic:
            j += 1
            continue  # محمد الأمين ولد الشيخ
        if form in _marks("ordinal") and count == 1:
            return j + 1  # محمد السادس
        if w.definite and count and surname(w, word(text.word[j - 1])):
            j += 1
            count += 1
            if j < stop and surname(word(text.word[j]), None) and word(text.word[j]).classes == 0:
                continue
            break
        if count == 1 and word(text.word[j - 1]).classes & g.GIVEN and _family_name(text, j, stop, sure):
            return j + 1
        break
    return j


def _family_name(text: Text, j: int, stop: int, sure: bool) -> bool:
    """A known word behind a single given name is its family name (شريف القاضي، غسان الزين، جورج شكر).

    It has to stand where the phrase can end; behind a title or an office (`sure`) hardly anything else follows.
    """
    w = word(text.word[j])
    if w.clitic or w.base in g.demonyms() or w.classes & (g.BODY | g.MEDIA | g.PLACE | g.GROUP):
        return False
    after = word(text.word[j + 1]).classes if j + 1 < stop else g.MARK
    if w.definite:
        if after & g.THAT or (after & g.MARK and w.classes & (g.ROLE | g.TITLE)):
            return True
        return (
            sure
            and not (w.base.endswith(_PLURALS) and len(w.base) > 4)
            and (not w.classes & g.HEAD or bool(after & (g.MARK | g.BOUND)))
        )
    return sure and bool(after & (g.MARK | g.THAT)) and not w.classes & (g.HEAD | g.TITLE)


_PLURALS = tuple(map(fold, ("ين", "ون", "ات")))


def surname(w: Word, before: Word | None = None) -> bool:
    """A definite word that may end a name: a نسبة of no country, or none of the known words."""
    c = w.classes
    if w.definite and (w.base.endswith(_NISBA_PLURAL) or (w.noun is not None and w.noun.number != "s")):
        return False
    if not w.definite or w.clitic or c & (g.HEAD & ~g.BODY | g.PLACE | g.TITLE):
        return False
    if w.base.endswith(("ي", "وي", "اوي")) and not c & g.BODY:
        if w.base in g.demonyms():
            return before is not None and bool(before.classes & g.GIVEN)
        return w.base not in g.table_words("nisba_nouns.tsv")
    return not c & (g.ORDINARY | g.BODY | g.ADJECTIVE) or bool(c & g.PERHAPS and not c & g.ADJECTIVE)


def quoted_name(text: Text, i: int, stop: int) -> int:
    """The end of a short name in quotation marks that open at `i`, else `i`."""
    if text.form[i] not in _marks("quote"):
        return i
    for j in range(i + 1, min(stop, i + 8)):
        if text.form[j] in _marks("quote"):
            return j + 1 if j > i + 1 else i
        if (
            text.form[j] in _marks("comma", "stop", "colon")
            or text.form[j] == "\n"
            or (
                word(text.word[j]).classes & (g.THAT | g.LINK)
                and not (j > i + 1 and j + 1 < stop and text.form[j + 1] == text.form[i])
            )
        ):
            return i
    return i


def _bracketed(text: Text, j: int, stop: int) -> int:
    """Past a short aside in brackets at `j` (an acronym, a party), else `j`."""
    if j + 1 < stop and text.form[j] in _marks("bracket-open") and not text.form[j + 1][0].isdigit():
        for k in range(j + 1, min(stop, j + 7)):
            if text.form[k] in _marks("bracket-close"):
                return k + 1
    return j


def _apposition(text: Text, end: int, stop: int, ending: Ending, head: Word) -> tuple[int, Ending] | None:
    """The name after a role or the role after a name, over a comma or none."""
    if end >= stop:
        return None
    comma = text.form[end] in _marks("comma")
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
            after, kind = _titled(text, k, stop, 1) if w.definite or w.classes & g.TITLE else _simple(text, k, stop, 1)
            if kind == "role" and not w.definite and not w.classes & g.TITLE:
                return _apposition(text, after, stop, kind, w)
            return (after, kind) if kind == "name" else None
        if w.classes & g.GIVEN or _maybe_name(w) or _perhaps_name(text, k, stop):
            after = name_end(text, k, stop, sure=True)
            closed = after >= stop or word(text.word[after]).classes & (g.MARK | g.BOUND) or after - k > 2
            whole = after - k > 1 or ending == "role"
            return (after, "name") if after > k and closed and whole else None
        return None
    if ending == "role" and w.classes & g.PREPOSITION:
        return _beyond_place(text, k, stop, head.definite)
    if ending == "name" and comma and w.classes & g.SOME:
        after, _ = _quantified(text, k, stop, 1)
        return (after, "entity") if after > k else None
    if ending == "name" and w.noun and w.classes & (g.ROLE | g.SOURCE | g.KIN) and not w.classes & g.GIVEN:
        speaks = bool(w.noun.takes & _marks("for"))
        if not comma and (
            text.form[k].endswith(w.noun.lemma + _TANWIN) or w.noun.number != "s" or (w.definite and not speaks)
        ):
            return None
        after, _ = _simple(text, k, stop, 1)
        return (after, "entity") if after > k else None
    return None


def _beyond_place(text: Text, k: int, stop: int, definite: bool) -> tuple[int, Ending] | None:
    """Past a place, perhaps a comma, and the name of the office's holder (الباحثة في الدراسة، رضوى بركات)."""
    place, _ = _simple(text, k + 1, stop, 1)
    if place == k + 1 or place + 1 >= stop:
        return None
    comma = text.form[place] in _marks("comma")
    first = place + 1 if comma else place
    w = word(text.word[first])
    if not (definite if comma else w.classes & g.GIVEN and not w.classes & g.HEAD):
        return None
    if text.line[first] != text.line[k] or w.clitic or not (w.classes & g.GIVEN or _maybe_name(w)):
        return None
    end = name_end(text, first, stop, sure=True)
    closed = end >= stop or word(text.word[end]).classes & (g.MARK | g.BOUND | g.VERB)
    return (end, "name") if end > first + 1 and closed else None


def _coordinated(text: Text, end: int, stop: int, ending: Ending, head: Word) -> tuple[int, Ending] | None:
    """A second phrase of the same kind, joined by و."""
    if end >= stop or text.form[end][0] != _AND:
        return None
    w = word(text.word[end])
    if w.clitic != _AND:
        return None
    if w.classes & g.PLACE and (ending == "entity" or head.classes & g.PLACE):
        known = g.entity(text, end, stop)
        return (_adjectives(text, known[1], stop, w, True), "entity") if known else None
    if ending == "name" and w.classes & g.GIVEN:
        after = name_end(text, end, stop)
        return (after, "name") if after > end else None
    if (
        w.noun
        and head.noun
        and w.noun.kind == head.noun.kind
        and w.definite == head.definite
        and not w.classes & g.VERB
    ):
        return _completed(text, end + 1, stop, w, 1) if w.definite else _idafa(text, end, stop, w, 1)
    return None


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
            w.classes & (g.TIME | g.ADVERB) or w.base in _marks("period") or text.form[i] in _marks("period-adjective")
        )
        if not (timed or (i > first and w.classes & g.NUMBER)):
            break
        i += 1
    return i
