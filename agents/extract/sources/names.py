"""What a noun phrase names: its kind, the person's name in it, the words of the office, gender and number."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from agents.extract.lexicon.tables import REMEMBERED
from agents.extract.lexicon.words import affixes
from agents.extract.lexicon.words import words as classes
from agents.extract.phrases import gazetteer as g
from agents.extract.phrases.gazetteer import Word, word
from agents.extract.phrases.person_names import name_end, son_of, title_behind, title_for_name
from agents.extract.reading.text import Text
from agents.extract.report import Kind, Span
from agents.extract.sources.naming import name_in
from streams.arabic import fold
from streams.letters import ALEF, GHAIN, HEH, JEEM, MEEM, SEEN, SHEEN, WAW, YEH

# Letters that outlets write differently in foreign names (غوتيريس, جوتيريش, غوتيرس): dropped or made one.
_ALIKE = [*((letter, "") for letter in (ALEF, WAW, YEH, HEH)), (JEEM, GHAIN), (SHEEN, SEEN)]


class Source(NamedTuple):
    """A described noun phrase. `span` and `name` are token spans; `name` is the person's name in it, if there is one.

    role: the content words of the office, as lemmas and country codes · head: the lemma of the first noun ·
    code: the identity of a known entity.
    """

    span: Span
    kind: Kind
    name: Span | None = None
    role: frozenset[str] = frozenset()
    head: str = ""
    definite: bool = False
    gender: str | None = None
    number: str | None = None
    code: str = ""


@lru_cache(maxsize=REMEMBERED)
def skeleton(form: str) -> str:
    """A folded name without what its spellings differ in; two words with one skeleton may be one name.

    They begin with the same letter.
    """
    return _bare(form[0]) + form[0] + _bare(form[1:]) if len(form) > 3 else form


def _bare(letters: str) -> str:
    for letter, alike in _ALIKE:
        letters = letters.replace(letter, alike)
    return letters


_PEOPLE = g.ROLE | g.SOURCE | g.GROUP
_PERSONAL = g.ROLE | g.TITLE | g.KIN | g.SOURCE | g.GROUP


def describe(text: Text, span: Span, mention: bool = False) -> Source:
    """What the phrase of tokens `span` names; of a mention the name in it is weighed (naming.py), not found by rule."""
    first, last = span
    if last - first > 1 and text.form[last - 1] in classes()["self"]:
        last -= 1  # المصدر نفسه
        span = first, last
    if last - first > 1 and text.form[first] in classes()["same"] and word(text.word[first + 1]).definite:
        first += 1  # ذات المصدر
        span = first, last
    w = word(text.word[first])
    if w.classes & g.SOME and last - first > 1:
        return _some(text, span)
    quoted = w.classes & g.MARK
    at = first + 1 if quoted and last - first > 1 else first
    w = word(text.word[at])
    known = g.entity(text, at, last) if w.classes & g.PLACE else None
    if known and known[1] < last and text.form[known[1]] in classes()["comma"] and not quoted:
        last, span = known[1], (first, known[1])  # تركيا، العضو في حلف شمال الأطلسي
    whole = known is not None and known[1] >= last - (1 if quoted else 0)
    if known and (whole or not w.classes & g.HEAD):
        entity = known[0]
        return Source(
            span,
            entity.kind,
            None,
            head=text.form[at],
            definite=True,
            gender=_entity_gender(entity),
            number="s",
            code=entity.code,
        )
    name = find_name(text, span)
    gender = _gender(text, w, name)
    noun = w.noun
    nominal = noun is None or w.classes & g.GIVEN
    plural = nominal and (_plural(w) or _construct(text, at, last))
    if not name and nominal and not plural and not quoted and last - first <= 2 and not w.classes & g.PLACE:
        # What no table knows is a name.
        name = span if not w.classes & g.ORDINARY or w.classes & (g.PERHAPS | g.VERB) else None
        gender = _gender(text, w, name)  # العبادلة is no woman
    if mention and (weighed := name_in(text, span, name)) != name:
        name, gender = weighed, _gender(text, w, weighed)
    if noun is None or w.classes & g.GIVEN:
        if name and not plural and _several(text, name):
            return Source(span, "group", None, gender=gender, number="p")
        if name and not plural:
            return Source(span, "person", name, role_words(text, name[1], last), gender=gender, number="s")
        kind: Kind = "group" if plural and not quoted else "organization" if quoted or w.definite else "anonymous"
        return Source(span, kind, None, head=w.base, definite=w.definite, gender=gender, number="p" if plural else "s")
    number = noun.number
    definite = w.definite or _of_theirs(w) or _definite(text, first + 1, last)
    of_people = noun.kind & _PERSONAL or noun.lemma in classes()["of-the-press-person"]
    if name and ((number == "s" and of_people) or name == (at, last)):
        role = role_words(text, first, name[0]) | role_words(text, name[1], last)
        return Source(span, "person", name, role, noun.lemma, definite, gender, "s")
    return Source(span, _kind(text, span, w), None, role_words(text, first, last), noun.lemma, definite, gender, number)


def _several(text: Text, name: Span) -> bool:
    """Two people are named, joined by و."""
    between = (word(text.word[i]) for i in range(name[0] + 1, name[1]))
    return any(w.clitic in affixes("conjunction") and w.classes & g.GIVEN for w in between)


def _definite(text: Text, i: int, last: int) -> bool:
    """A head without article is definite by the end of its idafa chain (وزير الخارجية), not by a complement."""
    while i < last:
        w = word(text.word[i])
        if (
            w.classes & (g.BOUND | g.MARK)
            or w.clitic
            or (w.classes & g.NISBA and not w.definite)
            or text.form[i] in classes()["for"]
        ):
            return False
        if w.definite or w.classes & (g.PLACE | g.GIVEN) or _of_theirs(w):
            return True
        i += 1
    return False


def _of_theirs(w: Word) -> bool:
    """A noun with a pronoun (أعمالها، سموه); of ه only titles tell, elsewhere it may be teh marbuta."""
    if w.noun is None or w.base == w.noun.lemma:
        return False
    his = w.noun.kind == g.TITLE and w.noun.gender == "m" and w.base.endswith(HEH)
    return his or w.base.endswith(g.POSSESSED)


def _some(text: Text, span: Span) -> Source:
    """بعض المسؤولين، عدد من الخبراء، أحد الشهود."""
    first, last = span
    at = first + 2 if text.form[first + 1] in classes()["of"] and last - first > 2 else first + 1
    inner = describe(text, (at, last))
    kind = "group" if inner.kind in ("person", "office") else inner.kind
    one = text.form[first] in classes()["one-of"]
    named = _called(text, at, last) if one else None
    if named:
        return Source(span, "person", named, number="s")
    if one and inner.kind in ("group", "person", "office"):
        kind = "anonymous"
    return Source(span, kind, None, inner.role, inner.head, inner.definite, None, "s" if one else "p", inner.code)


def _called(text: Text, first: int, last: int) -> Span | None:
    """The name of one of several: أحد الشهود، واسمه كريم نصار."""
    called = next((i for i in range(first, last - 1) if text.form[i] in classes()["called"]), None)
    return find_name(text, (called + 1, last)) if called is not None else None


def _kind(text: Text, span: Span, w: Word) -> Kind:
    noun = w.noun
    assert noun is not None
    words = {word(text.word[i]).base for i in range(*span)}
    if noun.kind & (g.MEDIA | g.DOCUMENT) and words & classes()["of-the-press"]:
        return "media"
    if noun.lemma in classes()["agency"] and all(
        g.nation(word(text.word[i]).base) for i in range(span[0] + 1, span[1])
    ):
        return "media"  # الوكالة، الوكالة السورية
    if (
        noun.lemma in classes()["agency"]
        and span[1] - span[0] > 1
        and not any(text.form[i] in classes()["quote-both"] for i in range(*span))
    ):
        return "organization"
    if noun.lemma in classes()["states"] and noun.number != "s":
        return "country"
    if noun.kind == g.KIN:
        someone = w.definite or w.base.endswith(g.POSSESSED) or _definite(text, span[0] + 1, span[1])
        return "person" if someone else "anonymous"
    if noun.kind == g.BODY and noun.number == "p":
        return "group"  # جماعات حقوقية: several bodies, none of them named
    if noun.lemma in classes()["activists"] and noun.number == "p":
        return "group"  # ناشطون: many are no unnamed source
    kinds: list[tuple[int, Kind]] = [
        (g.BODY, "organization"), (g.MEDIA, "media"), (g.DOCUMENT, "document"),
        (g.SOURCE, "anonymous"), (g.GROUP, "group"),
    ]  # fmt: skip
    for bit, kind in kinds:
        if noun.kind == bit:
            return kind
    if noun.number in ("p", "d"):
        return "group"
    definite = w.definite or _of_theirs(w) or _definite(text, span[0] + 1, span[1])
    if noun.lemma in classes()["trade"] and not w.definite:
        return "anonymous"
    return "office" if definite or noun.lemma in classes()["speaks-for"] else "anonymous"


def _entity_gender(entity: g.Entity) -> str | None:
    if entity.kind == "country":
        return "m" if fold(entity.names[0]) in classes()["masculine-countries"] else "f"
    first = word(entity.names[0].split()[0])
    return first.noun.gender if first.noun else None


def _plural(w: Word) -> bool:
    if w.base.endswith(_NISBA_PLURAL) and len(w.base) > 6 and not w.classes & g.GIVEN:
        return True
    participle = w.definite and w.base[0] == MEEM and len(w.base) > 5  # المستجوبون, but المأمون is a name
    known = w.classes & (g.ORDINARY | g.NISBA) and len(w.base) > 4
    return w.base.endswith(_PLURAL) and bool(participle or known)


def _construct(text: Text, i: int, last: int) -> bool:
    """A plural before its genitive: معدو التقرير، مستخدمو المواقع."""
    if i + 1 >= last or not text.form[i].endswith(WAW) or len(text.form[i]) < 4 or word(text.word[i]).classes & g.GIVEN:
        return False
    after = word(text.word[i + 1])
    return after.definite and not after.classes & (g.ADJECTIVE | g.NISBA)


_PLURAL = affixes("masculine-plural")
_NISBA_PLURAL = affixes("nisba-plural")[0]


def _gender(text: Text, w: Word, name: Span | None) -> str | None:
    if w.noun and w.noun.number == "p" and w.noun.kind & _PEOPLE and w.base.endswith(_PLURAL):
        return "m"
    if w.noun and w.noun.number == "s" and not w.classes & g.GIVEN:
        return w.noun.gender if w.noun.gender in ("m", "f") else None
    if name:
        return g.given_names().get(text.form[name[0]])
    if w.definite and w.base.endswith(HEH):
        return "f"
    return None


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
    name = w.definite and not w.clitic and w.base in g.given_names() and not w.classes & (g.HEAD | g.TITLE)
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


def role_words(text: Text, first: int, last: int) -> frozenset[str]:
    """The content words of an office: lemmas of nouns, countries' codes, other words without article."""
    found: set[str] = set()
    for i in range(first, last):
        w = word(text.word[i])
        if w.classes & (g.MARK | g.BOUND | g.NUMBER):
            continue
        if w.noun:
            found.add(w.noun.lemma)
        elif w.classes & g.PLACE and (known := g.entity(text, i, last)):
            found.add(known[0].code)
        elif w.classes & g.ADJECTIVE and (code := g.nation(w.base)):
            found.add(code)
        else:
            found.add(w.base)
    if found >= classes()["head-of-government"]:
        found = found - classes()["government"] | classes()["minister"]  # رئيس الحكومة is رئيس الوزراء
    return frozenset(found)
