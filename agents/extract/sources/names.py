"""What a noun phrase names: its kind, the person's name in it, the words of the office, gender and number."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from agents.extract.lexicon.tables import REMEMBERED
from agents.extract.lexicon.words import affixes, given_names
from agents.extract.lexicon.words import words as classes
from agents.extract.phrases import gazetteer as g
from agents.extract.phrases.gazetteer import Word, word
from agents.extract.reading.text import Text
from agents.extract.report import Kind, Span
from agents.extract.sources.names_by_rule import find_name
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
        return given_names().get(text.form[name[0]])
    if w.definite and w.base.endswith(HEH):
        return "f"
    return None


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
