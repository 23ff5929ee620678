"""Single noun phrases that name a source, with no apposition: a name, an office with its bearer, a body, a document.

A head with no article goes on through its idafa chain to the first definite word; definite adjectives follow a definite
head; then come the complements that belong to the name, and for an office the name of its holder.
"""

from __future__ import annotations

from typing import Literal

from agents.extract.lexicon.words import affixes, words_of
from agents.extract.phrases import gazetteer as g
from agents.extract.phrases.gazetteer import Word, word
from agents.extract.phrases.person_names import (
    maybe_name,
    name_end,
    name_parts,
    perhaps_name,
    quoted_person,
    son_of,
    surname,
    title_for_name,
)
from agents.extract.reading.text import Text
from streams.letters import ALEF, BEH, HEH, WAW

# What a phrase ended with: a person's name, an office or trade, a known entity, another noun; "" for no phrase.
Ending = Literal["name", "role", "entity", "noun", ""]
_POSSESSED = (*g.POSSESSED, *affixes("pronoun-1p"))
# What a ministry may be of, too: وزارة الثقافة والإعلام، وزارة الشباب والمرأة.
_FIELDS = g.GROUP | g.MEDIA
_NEVER_NAMES = g.BOUND | g.MARK | g.VERB | g.HEAD | g.PLACE | g.NUMBER | g.SOME | g.THIS


def nominal(text: Text, i: int, stop: int, depth: int) -> tuple[int, Ending]:
    """One noun phrase with no apposition."""
    if i >= stop or depth > 5:
        return i, ""
    w = word(text.word[i])
    c = w.classes
    if c & g.SOME:
        return quantified(text, i, stop, depth)
    if c & g.THIS:
        if i + 1 < stop and word(text.word[i + 1]).definite:
            return _completed(text, i + 2, stop, word(text.word[i + 1]), depth)
        return i, ""
    if c & g.NUMBER and not depth and (share := _share(text, i, stop)) > i:
        return share, "noun"
    if c & g.NUMBER and i + 1 < stop and not depth:
        counted = word(text.word[i + 1])
        people = counted.noun is not None or (
            text.form[i + 1].endswith(ALEF) and not counted.classes & (g.TIME | g.BOUND)
        )
        if people and not counted.definite and not counted.clitic and text.form[i].isdigit():
            return nominal(text, i + 1, stop, 1) if counted.noun else (i + 2, "noun")
    if c & (g.MARK | g.NUMBER):
        end = quoted_name(text, i, stop) if depth else i
        return end, "entity" if end > i else ""
    known = g.entity(text, i, stop) if c & g.PLACE else None
    if known:
        end = _adjectives(text, known[1], stop, w, True)
        if known[0].kind == "media" and end == known[1]:
            return end, "entity"
        return _placed(text, _bracketed(text, end, stop), stop, known[0].kind), "entity"
    if text.form[i] in name_parts() and i + 1 < stop and maybe_name(word(text.word[i + 1])):
        return name_end(text, i, stop), "name"
    if c & g.BOUND and not c & (g.HEAD | g.GIVEN):
        return i, ""
    if son_of(text, i, stop) and not w.definite:
        return name_end(text, i, stop), "name"
    lettered = (
        i + 2 < stop
        and text.form[i] in words_of("title-letter")
        and text.form[i + 1] == "."
        and text.end[i] == text.start[i + 1]
    )
    if c & g.TITLE and not w.definite and i + 1 < stop:
        of = word(text.word[i + 1])
        if of.definite and of.classes & (g.ORDINARY | g.BODY) and not of.classes & (g.ROLE | g.TITLE | g.GIVEN):
            return _idafa(text, i, stop, w, depth)  # نقيب الممثلين
    if lettered or (c & g.TITLE and not c & (g.BODY | g.ROLE)) or _rank(text, i, stop):
        return titled(text, i, stop, depth)
    of_the_faith = i + 1 < stop and text.form[i + 1] in words_of("of-the-faith") and not w.definite
    if c & g.GIVEN or maybe_name(w) or of_the_faith or text.form[i] in name_parts():
        end = name_end(text, i, stop)
        if end > i:
            return end, "name"
    if c & g.VERB and not c & g.HEAD:
        return i, ""
    if w.definite:
        return _completed(text, i + 1, stop, w, depth)
    return _idafa(text, i, stop, w, depth)


def _share(text: Text, i: int, stop: int) -> int:
    """The end of a share of people (54,3٪، 41 في المئة من المستطلعين), else `i`."""
    j = i + 1
    while j + 1 < stop and text.form[j] in words_of("decimal") and word(text.word[j + 1]).classes & g.NUMBER:
        j += 2
    percent = next((n for n in (1, 2) if " ".join(text.form[j : j + n]) in words_of("percent")), 0)
    if not percent or j + percent > stop:
        return i
    j += percent
    if j + 1 < stop and text.form[j] in words_of("of"):
        end, _ = nominal(text, j + 1, stop, 1)
        return end if end > j + 1 else j
    return j


def _placed(text: Text, j: int, stop: int, kind: str) -> int:
    """Past the country in which a body is (منظمة الصحة العالمية في سوريا), else `j`."""
    if kind == "organization" and j + 1 < stop and text.form[j] in words_of("in"):
        known = g.entity(text, j + 1, stop) if word(text.word[j + 1]).classes & g.PLACE else None
        if known and known[0].kind == "country":
            return known[1]
    return j


def quantified(text: Text, i: int, stop: int, depth: int) -> tuple[int, Ending]:
    """بعض المسؤولين، عدد من الخبراء، كل من مصر وتونس."""
    j = i + 1
    while j < stop and word(text.word[j]).classes & (g.NUMBER | g.SOME):
        j += 1
    if j < stop and text.form[j] in words_of("of-them"):
        return j + 1, "entity"
    if j + 1 < stop and text.form[j + 1] in words_of("of") and word(text.word[j]).classes & g.ORDINARY:
        j += 1
    if j < stop and text.form[j] in words_of("of"):
        j += 1
    while j < stop and word(text.word[j]).classes & (g.NUMBER | g.SOME):
        j += 1
    end, ending = nominal(text, j, stop, depth + 1)
    while end > j:
        grown = coordinated(text, end, stop, ending, word(text.word[j]))
        if grown is None:
            break
        end, ending = grown
    return (end, ending) if end > j else (i, "")


def _rank(text: Text, i: int, stop: int) -> bool:
    """الفريق is a team and a rank: a rank before a further word of rank or a given name."""
    w = word(text.word[i])
    if w.base not in words_of("team-or-rank") or not w.definite or i + 1 >= stop:
        return False
    return text.form[i + 1] in words_of("of-rank") or bool(word(text.word[i + 1]).classes & g.GIVEN)


def titled(text: Text, i: int, stop: int, depth: int) -> tuple[int, Ending]:
    """A form of address, and the name or office after it; alone it is a noun (الشيخ)."""
    w = word(text.word[i])
    if possessed(w):
        return i + 1, "role"  # سماحته
    end = _adjectives(text, i + 1, stop, w, w.definite)
    while end < stop and text.form[end] in words_of("of-rank"):
        end += 1
    if end < stop and text.form[end] == "." and text.end[end - 1] == text.start[end]:
        end += 1
    if end < stop and text.line[end] == text.line[i]:
        if (quoted := quoted_person(text, end, stop)) > end:
            return quoted, "name"
        following = word(text.word[end])
        if following.classes & g.VERB and not following.classes & (g.HEAD | g.GIVEN):
            return end, "role"
        after, ending = nominal(text, end, stop, depth + 1)
        if after > end and (ending == "name" or following.classes & (g.ROLE | g.TITLE) or not w.definite):
            named = ending == "name" and after == name_end(text, end, stop)
            return name_end(text, end, stop, sure=True) if named else after, ending
        given = not following.definite and not following.clitic and not following.classes & _NEVER_NAMES
        if w.definite and given and end + 1 < stop:
            further = name_end(text, end + 1, stop, sure=True)
            if further > end + 1:
                return further, "name"  # الدكتورة عواطف زهران
        if perhaps_name(text, end, stop):
            return name_end(text, end, stop, sure=True), "name"
    return end, "role"


def _idafa(text: Text, i: int, stop: int, head: Word, depth: int) -> tuple[int, Ending]:
    """A phrase whose head has no article: through the chain to its definite word, or to its indefinite adjective."""
    j = i + 1
    if possessed(head):
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
            end = _fields(text, j + 1, stop) if w.base in words_of("affairs") else j + 1
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
        chained = genitive and not c & (g.GIVEN | g.COMMON) and j == i + 1 and text.form[j + 1] not in name_parts()
        if (c & (g.HEAD | g.ORDINARY | g.TITLE | g.VERB) or (chained and head.classes & g.BODY)) and not c & g.GIVEN:
            if j - i > 4 or not head.classes & g.HEAD:
                break
            if possessed(w):
                return _completed(text, j + 1, stop, head, depth)
            j += 1
            continue
        if head.classes & (g.HEAD | g.TITLE):
            end = name_end(text, j, stop, sure=bool(c & g.GIVEN))
            return _completed(text, end, stop, head, depth, named=end > j)
        break
    return _completed(text, j, stop, head, depth, definite=False)


def possessed(w: Word) -> bool:
    """Made definite by an attached pronoun (وزير خارجيتها)."""
    return w.noun is not None and w.base != w.noun.lemma and w.base.endswith(_POSSESSED) and w.noun.number == "s"


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
                j = _also(text, j, stop, head.noun is not None and head.noun.lemma in words_of("has-fields"))
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
        if head.definite and w.definite and w.clitic == WAW and w.noun and w.noun.number == "s" and depth < 3:
            end, ending = _completed(text, j + 1, stop, w, depth + 1)
            if ending == "name":
                return end, "name"  # المحامية والناشطة التونسية سنية بن سالم
        if title_for_name(text, j, stop):
            return name_end(text, j, stop), "name"
        if (end := quoted_person(text, j, stop)) > j:
            return end, "name"
        if (
            (w.classes & (g.TITLE | g.ROLE) and not w.classes & g.GIVEN and w.definite)
            or _rank(text, j, stop)
            or (w.classes & g.TITLE and not w.clitic)
        ):
            end, ending = titled(text, j, stop, depth + 1)
            if ending == "name":
                return end, "name"
        # One name is no apposition to several people: it is the verb's object (ناشدت الأحزاب ماكرون).
        several = head.noun is not None and head.noun.number == "p"
        joins = name_parts().get(text.form[j]) == "joins"
        called = w.classes & g.GIVEN or joins or maybe_name(w) or perhaps_name(text, j, stop)
        if not several and not w.clitic and called:
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
        end, _ = nominal(text, j + 1, stop, depth + 1)
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
        or maybe_name(word(text.word[j]))
    )


def _also(text: Text, j: int, stop: int, field: bool = False) -> int:
    """Past further fields of an office or body (وزير الخارجية والتعاون الدولي), else `j`."""
    while j < stop:
        w = word(text.word[j])
        if (
            w.clitic != WAW
            or not w.definite
            or w.classes & (g.ROLE | g.MEDIA | g.SOURCE | g.GROUP | g.PLACE | g.GIVEN) & ~(_FIELDS if field else 0)
        ):
            break
        if w.classes & g.BODY and w.base not in words_of("ministry"):
            break
        j = _adjectives(text, j + 1, stop, w, True)
    return j


def _adjectives(text: Text, j: int, stop: int, head: Word, definite: bool) -> int:
    while j < stop:
        if text.form[j] in words_of("acting", "self"):
            j += 1
            continue
        w = word(text.word[j])
        c = w.classes
        if c & (g.BOUND | g.MARK | g.GIVEN) or w.clitic not in ("", WAW):
            break
        feminine = head.definite and w.base.endswith(HEH) and head.base.endswith(HEH)
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
        takes |= words_of("of-any-office")
    if head.classes & g.BODY or body:
        takes |= words_of("of-any-body")
    if head.classes & (g.SOURCE | g.GROUP | g.ROLE) and head.noun and head.noun.number == "p":
        takes |= words_of("of-any-plural")
    if form in takes and len(form) > 1 and j + 1 < stop:
        after = word(text.word[j + 1])
        loose = form not in words_of("in", "of")
        if (
            after.classes & (g.BODY | g.PLACE | g.MEDIA)
            or (loose and not after.classes & (g.BOUND | g.MARK))
            or (after.classes & g.HEAD and form in words_of("of"))
        ):
            end, _ = nominal(text, j + 1, stop, depth + 1)
            if end > j + 1:
                return _also(text, end, stop) if loose else end
        quoted = quoted_name(text, j + 1, stop) if not head.definite and form in words_of("in") else 0
        if quoted > j + 1 and head.noun and head.noun.number == "p":
            return quoted  # محللون في «بيت المال»
        # An unnamed source is told by its place (مصدر في المطار), but not by where it spoke (في بيان).
        place = head.classes & g.SOURCE and not head.definite and after.definite and form in words_of("in")
        if place and not after.classes & (g.DOCUMENT | g.TIME) and after.base not in words_of("period"):
            return _adjectives(text, j + 2, stop, after, True)
        return j
    if form in takes and head.noun and head.noun.lemma in words_of("runs") and j + 1 < stop:
        return max(quoted_name(text, j + 1, stop), j) if quoted_name(text, j + 1, stop) > j + 1 else j
    if w.clitic == BEH and w.classes & g.PLACE and head.classes & (g.ROLE | g.BODY):
        known = g.entity(text, j, stop)
        if known:
            return known[1] if known[0].kind == "country" else j
    if w.clitic and w.clitic in takes and not w.classes & g.BOUND:
        c = w.classes
        if c & (g.MEDIA | g.GROUP) and not head.classes & (g.ROLE | g.BODY):
            return j
        if c & g.MEDIA and not (head.noun and head.noun.lemma in words_of("runs")):
            return j
        if c & g.PLACE:
            known = g.entity(text, j, stop)
            if known:
                return j if known[0].kind == "media" else known[1]
        audience = w.noun is not None and w.noun.number == "p" and c & (g.ROLE | g.SOURCE | g.GROUP)
        if audience and not (head.noun and head.noun.lemma in words_of("of-people")):
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
        if further.clitic == WAW and not further.definite and word(text.word[j + 2]).definite:
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
            or w.clitic not in ("", WAW)
            or not (w.classes & (g.ADJECTIVE | g.NISBA) or w.base.endswith(g.NISBA_FEMININE))
        ):
            break
        j += 1
    return j


def _bracketed(text: Text, j: int, stop: int) -> int:
    """Past a short aside in brackets at `j` (an acronym, a party), else `j`."""
    if j + 1 < stop and text.form[j] in words_of("bracket-open") and not text.form[j + 1][0].isdigit():
        for k in range(j + 1, min(stop, j + 7)):
            if text.form[k] in words_of("bracket-close"):
                return k + 1
    return j


def quoted_name(text: Text, i: int, stop: int) -> int:
    """The end of a short name in quotation marks that open at `i`, else `i`."""
    if text.form[i] not in words_of("quote"):
        return i
    for j in range(i + 1, min(stop, i + 8)):
        if text.form[j] in words_of("quote"):
            return j + 1 if j > i + 1 else i
        if (
            text.form[j] in words_of("comma", "stop", "colon")
            or text.form[j] == "\n"
            or (
                word(text.word[j]).classes & (g.THAT | g.LINK)
                and not (j > i + 1 and j + 1 < stop and text.form[j + 1] == text.form[i])
            )
        ):
            return i
    return i


def coordinated(text: Text, end: int, stop: int, ending: Ending, head: Word) -> tuple[int, Ending] | None:
    """A second phrase of the same kind, joined by و."""
    if end >= stop or text.form[end][0] != WAW:
        return None
    w = word(text.word[end])
    if w.clitic != WAW:
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
