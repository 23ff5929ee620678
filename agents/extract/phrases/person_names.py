"""The names of people: where one ends, and which words may be part of one.

Any word that no table knows may be a name. Known words are names by their places: before بن (سلطان بن حمد), behind a
single given name (شريف القاضي), behind an office (الناشط سيد الوداعي).
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import NamedTuple

from agents.extract.lexicon.classes import parts_of_speech
from agents.extract.lexicon.cues import cues
from agents.extract.lexicon.tables import rows
from agents.extract.lexicon.words import affixes, words_of
from agents.extract.phrases import gazetteer as g
from agents.extract.phrases.gazetteer import Word, word
from agents.extract.reading.text import Text
from streams.arabic import fold
from streams.letters import ALEF, ARTICLE, MEEM, YEH

_NAME_WORDS = 7
_PLURALS = affixes("masculine-plural", "feminine-plural")
_INFLECTED = (ALEF, *affixes("pronoun-3ms", "pronoun-3fs", "pronoun-3mp"), *_PLURALS)
# The tag of a verb in the future (lexicon/parts_of_speech.tsv); the others are known to `word`.
_FUTURE = "RP+VB"
# What no name holds, not even behind a particle of names.
_NO_NAMES = g.MARK | g.NUMBER | g.BOUND | g.HEAD | g.TITLE
_NISBA_PLURAL = affixes("nisba-plural")
# A participle or adjective with tanwin (متحديا), which no name looks like; or a pronoun alone.
_PARTICIPLE = (rf"{MEEM}[^{ALEF}{YEH}]\w{{2,}}{ALEF}", rf"{MEEM}{ALEF}\w{{2}}{ALEF}")  # but ماريا, ميستورا
_ACCUSATIVE = re.compile("|".join((*_PARTICIPLE, *affixes("pronoun-3fs", "pronoun-3mp"))))


@cache
def name_parts() -> dict[str, str]:
    """Small words inside names, folded, and their classes (lexicon/name_parts.tsv)."""
    return {fold(row["word"]): row["class"] for row in rows("name_parts.tsv")}


class _Step(NamedTuple):
    """How a name goes on: over so many tokens, with so many words of it in them, and whether it ends behind them."""

    tokens: int
    words: int = 0
    ends: bool = False


_WORD, _LAST, _END = _Step(1, words=1), _Step(1, ends=True), _Step(0, ends=True)


def name_end(text: Text, i: int, stop: int, sure: bool = False) -> int:
    """The end of a person's name that begins at `i`; `sure` when what stands before it calls for a name."""
    name, j, count = _Name(text, i, stop, sure), i, 0
    while j < stop and count < _NAME_WORDS:
        step = name.step(j, count)
        j, count = j + step.tokens, count + step.words
        if step.ends:
            break
    return j


class _Name:
    """A name that begins at token `first`, and how it goes on at token `j`, behind `count` words; None: not so."""

    def __init__(self, text: Text, first: int, stop: int, sure: bool) -> None:
        self.text, self.first, self.stop, self.sure = text, first, stop, sure

    def step(self, j: int, count: int) -> _Step:
        """The next step; the first reading of the token that holds decides."""
        return self._part(j, count) or self._mark(j, count) or self._given(j, count) or self._family(j, count) or _END

    def _part(self, j: int, count: int) -> _Step | None:
        """A small word inside names: ابن, دي, زاده."""
        form, part = self.text.form[j], name_parts().get(self.text.form[j])
        if part == "ends" and count:
            return _Step(1)  # مجيد عراقجي زاده
        if part == "joins" and j + 1 < self.stop:
            return self._joined(j)
        if part and count and j + 1 < self.stop:
            return self._particle(j)
        return _Step(1) if part and count and form.startswith(ARTICLE) else None

    def _joined(self, j: int) -> _Step:
        after, part = word(self.text.word[j + 1]), name_parts().get(self.text.form[j + 1])
        bound = after.classes & g.BOUND and not after.clitic  # but إبراهيم ولد ببانه
        if part is None and (bound or after.classes & (g.MARK | g.NUMBER)):
            return _END
        return _WORD if part == "joins" else _Step(2, words=1)

    def _particle(self, j: int) -> _Step | None:
        text, parts = self.text, name_parts()
        form, w, after = text.form[j], word(text.word[j]), word(text.word[j + 1])
        if form != text.form[self.first] and parts.get(text.form[j - 1]) == parts[form] == "particle":
            return _Step(2)  # فون دير لاين
        further = text.form[j + 1] in parts and j + 2 < self.stop
        if form.startswith(ARTICLE) or further or after.classes & g.GIVEN or maybe_name(after) or surname(after):
            return _Step(1)
        foreign = not (w.classes | after.classes) & _NO_NAMES and not after.definite and not after.clitic
        return _Step(2) if foreign else None  # فاوتر دي يونغه

    def _mark(self, j: int, count: int) -> _Step | None:
        """A full stop behind an initial and a hyphen go on, every other mark ends the name."""
        text = self.text
        if not word(text.word[j]).classes & g.MARK:
            return None
        touching = text.start[j] == text.end[j - 1]
        within = count and j + 1 < self.stop and touching
        initial = text.form[j] == "." and len(text.form[j - 1]) <= 2
        hyphen = text.form[j] == "-" and j + 1 < self.stop and text.start[j + 1] == text.end[j]
        return _Step(1) if within and (initial or hyphen) else _END

    def _given(self, j: int, count: int) -> _Step | None:
        """A given name, or a word that no table knows; what no name holds ends it."""
        text, stop, w = self.text, self.stop, word(self.text.word[j])
        c = w.classes
        faithful = j + 1 < stop and text.form[j + 1] in words_of("of-the-faith") and not w.definite
        if faithful and not c & g.BOUND:
            return _Step(2, words=1)
        begins = j == self.first
        if (son_of(text, j, stop) and not w.definite and (begins or not w.clitic)) or (
            begins and title_for_name(text, j, stop)
        ):
            return _WORD
        parted = not begins and w.clitic and (not c & g.GIVEN or w.definite)
        placed = c & g.PLACE and not c & g.GIVEN and g.entity(text, j, stop)
        if parted or placed or c & (g.BOUND | g.NUMBER | g.SOME | g.THIS):
            return _END
        behind_given = count and word(text.word[j - 1]).classes & g.GIVEN
        if c & g.GIVEN or (len(text.form[j]) <= 2 and count and not c & g.ORDINARY):
            return _WORD
        plain = not w.definite
        if plain and (maybe_name(_nowhere(w)) or (behind_given and _foreign(_nowhere(w)))):
            return _WORD
        return _WORD if plain and (count or self.sure) and perhaps_name(text, j, stop) else None

    def _family(self, j: int, count: int) -> _Step | None:
        """A known word that is a surname in this place."""
        text, w = self.text, _nowhere(word(self.text.word[j]))
        if not count:
            return None
        before, c = word(text.word[j - 1]), w.classes
        after = word(text.word[j + 1]).classes if j + 1 < self.stop else g.MARK
        second, given = count == 1, bool(before.classes & g.GIVEN)
        lone = second and (given or self.sure) and not w.definite and not c & (g.VERB | g.HEAD | g.TITLE)
        if lone and not w.base.endswith(_INFLECTED) and after & (g.BOUND | g.MARK):
            return _LAST  # an ordinary word for a surname (جورج حداد)
        family = w.definite and not w.clitic and not c & (g.HEAD | g.TITLE) and w.base not in g.demonyms()
        if family and any(text.form[k] in words_of("son-of") for k in range(self.first, j)):
            return _LAST
        joins = j + 1 < self.stop and name_parts().get(text.form[j + 1]) == "joins"
        if w.definite and second and joins and not w.clitic:
            return _Step(1)  # محمد الأمين ولد الشيخ
        if text.form[j] in words_of("ordinal") and second:
            return _LAST  # محمد السادس
        if w.definite and surname(w, before):
            next_ = word(text.word[j + 1]) if j + 1 < self.stop else None
            return _Step(1, words=1, ends=next_ is None or next_.classes != 0 or not surname(next_))
        return _LAST if second and given and _family_name(text, j, self.stop, self.sure) else None


def _nowhere(w: Word) -> Word:
    """The word, no known place being meant by it."""
    return w if w.classes & g.GIVEN else replace(w, classes=w.classes & ~g.PLACE)


def _family_name(text: Text, j: int, stop: int, sure: bool) -> bool:
    """A known word behind a single given name is its family name (شريف القاضي، غسان الزين، جورج شكر).

    It has to stand where the phrase can end; behind a title or an office (`sure`) hardly anything else follows.
    """
    w = word(text.word[j])
    plural = w.noun is not None and w.noun.number != "s"
    if w.clitic or plural or w.base in g.demonyms() or w.classes & (g.BODY | g.MEDIA | g.PLACE | g.GROUP):
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


def son_of(text: Text, i: int, stop: int) -> bool:
    """The word at `i` is a given name, whatever else it may be: a father's name follows (سلطان بن حمد)."""
    c = word(text.word[i]).classes
    verb = c & g.VERB and not c & (g.GIVEN | g.HEAD)
    return i + 2 < stop and text.form[i + 1] in words_of("son-of") and not c & g.BOUND and not verb


def title_for_name(text: Text, i: int, stop: int) -> bool:
    """A title that is a name here (رائد صالح، سيد الوداعي): without article, behind what is definite, before a name."""
    w = word(text.word[i])
    if not i or w.definite or w.clitic or w.base not in words_of("title-or-name") or i + 1 >= stop:
        return False
    before, after = word(text.word[i - 1]), word(text.word[i + 1])
    behind = before.definite or text.form[i - 1] in words_of("quote", "bracket-close")
    return behind and (bool(after.classes & g.GIVEN) or maybe_name(after) or surname(after))


def title_behind(text: Text, i: int) -> bool:
    """A title at `i` that tells what the one named before it is the head of (آدم صالح شيخ المخيم)."""
    w = word(text.word[i])
    titled = w.classes & g.TITLE and not w.classes & g.GIVEN and not w.definite and not w.clitic
    return (
        bool(titled)
        and w.base not in words_of("title-or-name")
        and i + 1 < len(text)
        and word(text.word[i + 1]).definite
    )


def quoted_person(text: Text, i: int, stop: int) -> int:
    """The end of a person's name in quotation marks that open at `i` (المدرب "دراغان ستويتش"), else `i`."""
    if not i or i + 2 >= stop or text.form[i] not in words_of("quote"):
        return i
    before = word(text.word[i - 1])
    if not before.definite and not before.classes & (g.ROLE | g.TITLE | g.PLACE):
        return i  # باسم "كلاود نورا"، أغنية "عييت نسول"
    end = name_end(text, i + 1, stop, sure=True)
    closed = end < stop and text.form[end] in words_of("quote")
    whole = end - i > 2 or word(text.word[i + 1]).classes & g.GIVEN
    return end + 1 if end > i + 1 and closed and whole else i


def maybe_name(w: Word) -> bool:
    """No table knows it: in this place it may be a name."""
    if w.classes & g.COMMON or w.definite or len(w.base) < 2:
        return False
    tag = parts_of_speech().get(w.base, "")
    return bool(w.classes) or tag == g.PROPER or not (tag.startswith(_FUTURE) or _ACCUSATIVE.fullmatch(w.base))


def perhaps_name(text: Text, j: int, stop: int) -> bool:
    """A word that looks like an inflected one but stands where a name does, before another name or a mark."""
    w = word(text.word[j])
    if not w.classes & g.PERHAPS or w.definite or w.clitic or w.classes & (g.VERB | g.HEAD):
        return False
    if any(reading.pronoun for reading in cues().readings(w.base)):
        return False  # على لسان علي قوله
    before = word(text.word[j - 1])
    if (
        before.classes & g.GIVEN
        or text.form[j - 1] in name_parts()
        or (maybe_name(before) and not w.base.endswith(_INFLECTED))
    ):
        return True
    if j + 1 >= stop:
        return False
    after = word(text.word[j + 1])
    return bool(after.classes & g.GIVEN) or maybe_name(after) or surname(after)


def _foreign(w: Word) -> bool:
    """A name that looks like a participle in the accusative (كريستوفر مويمبا): no table knows it without its ending."""
    stem = w.base[:-1]
    known = g.said(w.base) or word(stem).classes & g.COMMON or stem in g.table_words("adjectives.tsv")
    return not w.classes & g.COMMON and w.base.endswith(ALEF) and not known


def surname(w: Word, before: Word | None = None) -> bool:
    """A definite word that may end a name: a نسبة of no country, or none of the known words."""
    c = w.classes
    if w.definite and (w.base.endswith(_NISBA_PLURAL) or (w.noun is not None and w.noun.number != "s")):
        return False
    if not w.definite or w.clitic or c & (g.HEAD & ~g.BODY | g.PLACE | g.TITLE):
        return False
    if w.base.endswith(YEH) and not c & g.BODY:
        if w.base in g.demonyms():
            return before is not None and bool(before.classes & g.GIVEN)
        return w.base not in g.table_words("nisba_nouns.tsv")
    return not c & (g.ORDINARY | g.BODY | g.ADJECTIVE) or bool(c & g.PERHAPS and not c & g.ADJECTIVE)
