"""What a word may be inside the name of a source: the tables of people, bodies and countries, one look-up a word.

`word(form)` tells the classes of a folded token, its clitics taken off; `entity(text, i, stop)` finds the longest known
name (a country, a capital, an organisation, an outlet) that begins at a token.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from agents.extract.lexicon.classes import parts_of_speech
from agents.extract.lexicon.cues import cues
from agents.extract.lexicon.tables import REMEMBERED, rows
from agents.extract.lexicon.words import affixes, given_names
from agents.extract.reading.text import Text
from agents.extract.report import Kind
from streams.arabic import fold
from streams.letters import (
    ALEF,
    ALEF_MAKSURA,
    ARTICLE,
    FATHATAN,
    HAMZA,
    HAMZA_ON_ALEF,
    HAMZA_UNDER_ALEF,
    HEH,
    KAF,
    LAM,
    MADDA_ON_ALEF,
    NOON,
    TEH,
    TEH_MARBUTA,
    WAW,
    YEH,
)

# Classes of words, as bits; a word may be of several.
ROLE, TITLE, BODY, MEDIA, DOCUMENT, SOURCE, GROUP, KIN = (1 << i for i in range(8))
HEAD = ROLE | BODY | MEDIA | DOCUMENT | SOURCE | GROUP | KIN
PREPOSITION, AFTER, THAT, WHICH, TIME, ADVERB, LINK = (1 << i for i in range(8, 15))
ADJECTIVE, ORDINARY, GIVEN, PLACE, MARK, NUMBER, NISBA, LATIN, VERB, PERHAPS, THIS, SOME = (
    1 << i for i in range(15, 27)
)
# What no noun phrase goes over, and what a person's name has none of.
BOUND = THAT | WHICH | TIME | ADVERB | LINK | AFTER | PREPOSITION
COMMON = HEAD | TITLE | ORDINARY | PLACE | BOUND | MARK | NUMBER | ADJECTIVE | NISBA | VERB | THIS | SOME

_TOKEN = re.compile(r"[^\W_]+")
_CLITICS = affixes("proclitic")
_CLITICS_BY_LETTER = {letter: tuple(c for c in _CLITICS if c[0] == letter) for letter in {c[0] for c in _CLITICS}}
_QUOTES = frozenset("\"«»“”„'")
_QUOTES_AND_STOPS = _QUOTES | {"."}
_PRONOUNS = affixes("pronoun-3ms", "pronoun-3fs", "pronoun-3mp", "pronoun-3d", "pronoun-1p", "pronoun-3fp")
# A noun of the feminine before a pronoun, and pronouns that nothing else ends like.
POSSESSED = (
    *(TEH + pronoun for pronoun in affixes("pronoun-3ms", "pronoun-3fs", "pronoun-3mp")),
    *affixes("pronoun-3fs", "pronoun-3mp"),
)
# Of inflected words, in the order in which they are tried.
_ENDINGS = (
    *_PRONOUNS,
    ALEF,
    WAW,
    *affixes("masculine-plural", "feminine-plural"),
    TEH,
    WAW + ALEF,
    *affixes("feminine-dual", "dual"),
)
_PREFIXES = frozenset(affixes("imperfect-prefix"))
# Verbal nouns are hardly names.
_VERBAL_NOUN = re.compile("|".join(affixes("verbal-noun")))
# The tags of names, and others (lexicon/parts_of_speech.tsv).
PROPER, _VERBAL, _NOUNS = "NNP", "VB", ("NN", "NNS")
# … of what و and ف, and prepositions of one letter, are joined to.
_JOINED = ("CC", "IN")
_NO_ADJECTIVES, _CERTAIN = (_VERBAL, "NN"), (*_NOUNS, "JJ", "VBD", "VBP")
_DUAL = affixes("dual")
# The sound plural, which loses its last letter before a genitive (معدو التقرير، مستخدمي المواقع).
_SOUND = affixes("masculine-plural")
_NISBA = affixes("nisba")
NISBA_FEMININE = YEH + HEH
_ADJECTIVE_ENDINGS = (*(ending for ending in _NISBA if ending != YEH), *affixes("masculine-plural"))
_VERBAL_FEMININE = ALEF + NISBA_FEMININE  # حماية، ولاية: nouns


@dataclass(frozen=True, slots=True)
class Noun:
    """A row of lexicon/nouns.tsv in one of its forms."""

    lemma: str
    kind: int
    gender: str
    number: str
    takes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Word:
    """A folded token: `base` without clitics and article, what was taken off, and its classes."""

    base: str
    clitic: str
    definite: bool
    classes: int
    noun: Noun | None = None


@dataclass(frozen=True, slots=True)
class Entity:
    """A known name: its identity, its kind and, for a country, whether this is its seat of government."""

    code: str
    kind: Kind
    names: tuple[str, ...]
    short: tuple[str, ...] = ()
    seat: bool = False


def _variants(cell: str) -> list[str]:
    return [name.strip() for name in cell.split("|") if name.strip()]


def _plain(name: str) -> str:
    return " ".join(_TOKEN.findall(fold(name)))


@cache
def nouns() -> dict[str, Noun]:
    """Head nouns by folded form, without the article."""
    kinds = {
        "role": ROLE,
        "title": TITLE,
        "body": BODY,
        "media": MEDIA,
        "document": DOCUMENT,
        "source": SOURCE,
        "group": GROUP,
        "kin": KIN,
    }
    table: dict[str, Noun] = {}
    for row in rows("nouns.tsv"):
        kind, takes = kinds[row["class"]], frozenset(fold(row["takes"] or "").split())
        lemma = fold(row["noun"])
        forms = [(lemma, row["gender"], "s")]
        if lemma[-1] not in (HEH, ALEF, YEH):
            forms.append((lemma + ALEF, row["gender"], "s"))  # the accusative (متحدثا)
        feminine = row["feminine"] or ""
        if feminine == "+":
            forms.append((lemma + HEH, "f", "s"))
        else:
            forms += [(fold(f), "f", "s") for f in feminine.split()]
        plurals = [fold(f) for f in (row["plural"] or "").split()]
        forms += [(plural, row["gender"], "p") for plural in plurals]
        forms += [
            (plural[:-1], row["gender"], "p") for plural in plurals if plural.endswith(_SOUND) and len(plural) > 5
        ]
        forms += [(lemma + dual, row["gender"], "d") for dual in _DUAL if kind & (ROLE | KIN)]
        for form, gender, number in forms:
            table.setdefault(form, Noun(lemma, kind, gender, number, takes))
    return table


@cache
def _particles() -> dict[str, int]:
    kinds = {
        "preposition": PREPOSITION,
        "after": AFTER,
        "that": THAT,
        "which": WHICH,
        "time": TIME,
        "adverb": ADVERB,
        "link": LINK,
        "this": THIS,
        "some": SOME,
    }
    return {fold(row["word"]): kinds[row["class"]] for row in rows("particles.tsv")}


@cache
def table_words(table: str) -> frozenset[str]:
    """The first column of a table, folded."""
    return frozenset(fold(next(iter(row.values()))) for row in rows(table))


@cache
def adjectives_taking() -> dict[str, frozenset[str]]:
    """Adjectives with a complement, and its prepositions (folded)."""
    return {
        fold(row["adjective"]): frozenset(fold(row["takes"]).split()) for row in rows("adjectives.tsv") if row["takes"]
    }


@cache
def demonyms() -> dict[str, str]:
    """Folded adjective (and broken plural) without the article → the country's code."""
    return {
        _plain(word): row["code"]
        for row in rows("countries.tsv")
        for word in _variants(row["demonym"] or "") + _variants(row["people"] or "")
    }


def nation(base: str) -> str:
    """The code of the country that an adjective without its article belongs to, "" for none."""
    table = demonyms()
    return table.get(base) or table.get(_stem(base)) or ""


@cache
def entities() -> dict[str, Entity]:
    """Known names by folded form (tokens joined by single spaces)."""
    table: dict[str, Entity] = {}
    for row in rows("countries.tsv"):
        names = _variants(row["names"] or "")
        for name in names:
            table.setdefault(_plain(name), Entity(row["code"], "country", tuple(names)))
        for name in _variants(row["seats"] or ""):
            table.setdefault(_plain(name), Entity(row["code"], "country", tuple(names), seat=True))
    for file, default in (("organisations.tsv", "organization"), ("media.tsv", "media")):
        for row in rows(file):
            names, short = _variants(row["names"]), tuple(_plain(s) for s in _variants(row.get("short") or ""))
            kind: Kind = row.get("kind") or default  # type: ignore[assignment]
            for name in names:
                table.setdefault(_plain(name), Entity(row["code"], kind, tuple(names), short))
    return table


@cache
def _first_words() -> dict[str, tuple[int, ...]]:
    """First word of a known name → the lengths in words of the names that begin with it, longest first."""
    lengths: dict[str, set[int]] = {}
    for name in entities():
        words = name.split()
        lengths.setdefault(words[0], set()).add(len(words))
    return {word: tuple(sorted(sizes, reverse=True)) for word, sizes in lengths.items()}


def entity(text: Text, i: int, stop: int) -> tuple[Entity, int] | None:
    """The longest known name that begins at token `i`, and the token after it; quotation marks inside are skipped."""
    form = text.form[i]
    first = _first_words()
    for head in dict.fromkeys((form, _whole(word(text.word[i])))):
        if head not in first:
            continue
        for size in first[head]:
            words, j = [head], i + 1
            while len(words) < size and j < min(stop, i + 2 * size + 2):
                if _TOKEN.match(text.form[j]):
                    words.append(text.form[j])
                elif text.form[j] not in _QUOTES_AND_STOPS:
                    break
                j += 1
            found = entities().get(" ".join(words)) if len(words) == size else None
            if found:
                if j < stop and text.form[j] in _QUOTES and any(form in _QUOTES for form in text.form[i:j]):
                    j += 1
                return found, j
    return None


def _whole(found: Word) -> str:
    """The word without its clitics, with its article."""
    return ARTICLE + found.base if found.definite else found.base


@cache
def _times() -> frozenset[str]:
    """The words of time behind any clitic; all that `word` may find to be of TIME."""
    return frozenset(clitic + form for form, kind in _particles().items() if kind & TIME for clitic in ("", *_CLITICS))


def is_time(form: str) -> bool:
    """Whether a folded token is a word of time: `word` would tell too, but at a cost for each new token."""
    return form in _times() and bool(word(form).classes & TIME)


@lru_cache(maxsize=REMEMBERED)
def word(token: str) -> Word:
    """The classes of a token as written (spelling helps: إلغاء has no article, علي is a name and على none)."""
    form = fold(token)
    if not form or not form[0].isalnum():
        return Word(form, "", False, MARK)
    if form[0].isdigit():
        return Word(form, "", False, NUMBER)
    if not HAMZA <= form[0] <= YEH:
        return Word(form, "", False, LATIN)
    if FATHATAN in token:
        found = word(token.replace(FATHATAN, ""))  # غالبًا، نقدًا: no name is written so
        return found if found.classes & (HEAD | BOUND | ADJECTIVE) else Word(form, found.clitic, False, ORDINARY)
    if token in _spelt_names():
        return Word(form, "", False, GIVEN)
    particle = _particles().get(form, 0)
    if particle:
        return Word(form, "", False, particle)
    joined = _joined(token, form)
    if joined:
        return joined
    unknown: Word | None = None
    bare = () if form.startswith(_TO_THE) and len(form) > 5 else ("",)
    for clitic in (*bare, *_CLITICS_BY_LETTER.get(form[0], ())):
        if not form.startswith(clitic):
            continue
        rest = form[len(clitic) :]
        short = len(rest) < 3 and clitic and rest not in _particles() and rest not in _first_words()
        if len(rest) < 2 or short:
            continue
        found = _read(rest, clitic, article=bool(clitic) or token[0] not in _HAMZAS)
        if found.classes & VERB and token.endswith(TEH_MARBUTA):
            found = replace(found, classes=found.classes & ~VERB)  # قضية is not قضى with ه
        # What only looks inflected, once a letter is taken off, is as likely a name that begins with that letter.
        doubtful = bool(clitic) and not found.definite and found.classes & PERHAPS and not found.classes & ~_GUESSED
        if found.classes and not doubtful and (clitic != KAF or found.definite):
            return found
        if not clitic:
            unknown = found
            if parts_of_speech().get(form, "") == PROPER:
                break  # باكل is not أكل with ب
    if form.startswith(_TO_THE) and len(form) > 4:
        return Word(form[2:], LAM, True, 0)
    if token.endswith(TEH_MARBUTA) and form[1:3] == ARTICLE and form[0] in _CLITICS_BY_LETTER and len(form) > 6:
        return Word(form[3:], form[0], True, 0)  # بالإنابة, but بالحاج is a name
    return _tagged(form) or unknown or Word(form, "", False, 0)


def _joined(token: str, form: str) -> Word | None:
    """و and a particle (وبعد، وعلى), though the two may look like a word (وعلي an adjective, والي an office)."""
    rest = form[1:]
    if form[0] != WAW or rest not in _particles() or rest in _name_parts() or _finite(rest):
        return None
    alike = form in nouns() or rest in given_names()
    if alike and not (len(form) > 3 and token.endswith(ALEF_MAKSURA)):
        return None  # ولي العهد، آيت وعلي
    return _read(rest, WAW, article=False)


def _tagged(form: str) -> Word | None:
    """A word that no table knows, as the tagged news parts it, if it knows both parts: بإنهاء is ب and a noun."""
    clitic, _, rest = parts_of_speech().get(form, "").partition("+")
    if clitic not in _JOINED or parts_of_speech().get(form[1:]) != rest or rest == PROPER:
        return None
    return Word(form[1:], form[0], False, VERB if rest.startswith(_VERBAL) else ORDINARY)


# للأسد: whatever follows, this is ل and the article.
_TO_THE = LAM + LAM
_GUESSED = ORDINARY | PERHAPS | NISBA | VERB
# Letters that no article begins with.
_HAMZAS = frozenset((HAMZA_ON_ALEF, HAMZA_UNDER_ALEF, MADDA_ON_ALEF))


@cache
def _spelt_names() -> frozenset[str]:
    """Names that folding makes one with a particle or with a noun spelt otherwise."""
    spelt = {row["noun"] for row in rows("nouns.tsv")}
    names = (name for row in rows("given_names.tsv") for name in row["names"].split())
    return frozenset(
        name for name in names if fold(name) in _particles() or (fold(name) in nouns() and name not in spelt)
    )


def _read(form: str, clitic: str, article: bool) -> Word:
    """`form`, its clitic off, as an article and a base; no classes when nothing is known of it."""
    if clitic and form in _particles():
        particle = _particles()[form]
        stays = clitic in affixes("conjunction") or particle & (TIME | SOME)
        return Word(form, clitic, False, particle if stays else PREPOSITION if particle & THIS else LINK)
    definite, base = False, form
    if article and _takes_article(form):
        definite, base = True, form[2:]
    elif clitic.endswith(LAM) and form[0] == LAM and len(form) > 3:
        definite, base = True, form[1:]
    classes = 0
    whole = ARTICLE + base if definite else base
    if whole in _first_words():
        classes |= PLACE
    noun = nouns().get(base)
    if noun is None and not definite:
        noun = _of_pronoun(base)
    if noun:
        classes |= noun.kind
    if whole in given_names() and whole not in nouns():
        classes |= GIVEN
    if base in demonyms() or _stem(base) in demonyms():
        classes |= ADJECTIVE | NISBA
    elif definite:
        if base in table_words("adjectives.tsv"):
            classes |= ADJECTIVE
        elif base.endswith(_NISBA) and base not in table_words("nisba_nouns.tsv"):
            classes |= ADJECTIVE | NISBA
    elif (
        base.endswith(_NISBA)
        and base not in table_words("nisba_nouns.tsv")
        and (
            (base.endswith(NISBA_FEMININE) and len(base) > 4 and not base.endswith(_VERBAL_FEMININE))
            or _ordinary(base) == ORDINARY
        )
    ):
        classes |= NISBA
    if not definite and not noun and (not clitic or clitic in affixes("conjunction")) and _finite(form):
        classes |= VERB
    classes |= _ordinary(base)
    if not noun and not definite:
        classes = _told(base, classes)
    return Word(base, clitic, definite, classes, noun)


def _told(base: str, classes: int) -> int:
    """Classes that were guessed from a word's ending, set right by what the tagged news has the word as."""
    tag = parts_of_speech().get(base, "") if HAMZA <= base[-1] <= YEH else ""
    if classes & NISBA and not classes & ADJECTIVE and tag.startswith(_NO_ADJECTIVES):
        classes = classes & ~NISBA | (ORDINARY if tag in _NOUNS else 0)
    if classes & PERHAPS:
        if tag == PROPER:
            return classes & ~(PERHAPS | ORDINARY)
        if tag in _CERTAIN:
            return classes & ~PERHAPS
    return classes or (VERB if tag.startswith(_VERBAL) else 0)


def _takes_article(form: str) -> bool:
    if not form.startswith(ARTICLE) or form in table_words("words.tsv"):
        return False
    return len(form) > 3 and form not in _name_parts()


@cache
def _name_parts() -> frozenset[str]:
    return table_words("name_parts.tsv")


def _finite(form: str) -> bool:
    """A verb: of the cues, their participles that go with a verb too (قائلا); an imperfect known of two persons."""
    words, twin = table_words("words.tsv"), _TWINS.get(form[0])
    if form in _verbs() or (twin and len(form) > 3 and form in words and twin + form[1:] in words):
        return True
    return said(form) or any(reading.form.shape == "finite" for reading in cues().readings(form))


def said(form: str) -> bool:
    """A participle that goes with a verb of saying (قائلا، مضيفا): as little a name as the verb."""
    return form.endswith(ALEF) and any(r.form.shape == "participle" for r in cues().readings(form))


@cache
def _verbs() -> frozenset[str]:
    """The forms of lexicon/verbs.tsv that news uses: he, she and they, past and present."""
    found: set[str] = set()
    for row in rows("verbs.tsv"):
        past, present = fold(row["perfect"]), fold(row["imperfect"])
        stem = past[:-1] if past[-1] in _WEAK else past
        found |= {
            past,
            stem + _SHE,
            stem + _THEY,
            present,
            _SHE + present[1:],
            present + _THEY_NOW,
            _SHE + present[1:] + _THEY_NOW,
        }
    return frozenset(found)


_WEAK, _SHE, _THEY, _THEY_NOW = (YEH, ALEF), TEH, WAW + ALEF, WAW + NOON
# The imperfect's he and she.
_TWINS = {YEH: TEH, TEH: YEH}


def _of_pronoun(base: str) -> Noun | None:
    """A head noun with an attached pronoun (وزيرها، زوجته)."""
    return next(filter(None, map(nouns().get, without_pronoun(base))), None)


def without_pronoun(base: str) -> Iterator[str]:
    """What a word may be that ends in an attached pronoun, without it (كتابه is كتاب, خطبته is خطبة)."""
    for ending in _PRONOUNS if base.endswith(_PRONOUNS) else ():
        if base.endswith(ending) and len(base) > len(ending) + 2:
            stem = base[: -len(ending)]
            yield stem
            if stem.endswith(TEH):
                yield stem[:-1] + HEH


def _stem(base: str) -> str:
    """An adjective's masculine singular, by its ending: روسيه، روسيين → روسي."""
    if not base.endswith(_ADJECTIVE_ENDINGS):
        return base
    for ending in _ADJECTIVE_ENDINGS:
        if base.endswith(ending):
            return base[: len(base) - len(ending)] + (YEH if ending[0] == YEH else "")
    return base


def _ordinary(base: str) -> int:
    """ORDINARY for a word of the table and its inflected forms, with PERHAPS where a name may well end or begin so."""
    words = table_words("words.tsv")
    if base in words:
        return ORDINARY
    for ending in _ENDINGS if base.endswith(_ENDINGS) else ():
        if base.endswith(ending) and len(base) > len(ending) + 2:
            stem = base[: -len(ending)]
            if stem in words or stem + HEH in words or (stem.endswith(TEH) and stem[:-1] + HEH in words):
                sure = (
                    len(stem) > 4
                    or stem.endswith(YEH)
                    or (ending == HEH and len(stem) > 3 and stem in words)
                    or (ending in _PRONOUNS and len(ending) > 1 and len(stem) > 2)
                )
                return ORDINARY if sure else ORDINARY | PERHAPS
    if _VERBAL_NOUN.fullmatch(base):
        return ORDINARY
    if base[0] in _PREFIXES and len(base) > 4 and base[1:] in words:
        return ORDINARY | PERHAPS
    return 0
