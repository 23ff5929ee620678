"""The names of people: where one ends, and which words may be part of one.

Any word that no table knows may be a name. Known words are names by their places: before بن (سلطان بن حمد), behind a
single given name (شريف القاضي), behind an office (الناشط سيد الوداعي).
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

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
# The tags of verbs (lexicon/parts_of_speech.tsv).
_VERBS = ("VB", "RP+VB")
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


def name_end(text: Text, i: int, stop: int, sure: bool = False) -> int:
    """The end of a person's name that begins at `i`; `sure` when what stands before it calls for a name."""
    parts = name_parts()
    j, count = i, 0
    while j < stop and count < _NAME_WORDS:
        form, w = text.form[j], word(text.word[j])
        c = w.classes
        part = parts.get(form)
        if part == "ends" and count:
            j += 1
            continue  # مجيد عراقجي زاده
        if part and j + 1 < stop and (part == "joins" or count):
            after = word(text.word[j + 1])
            if part == "joins":
                bound = after.classes & g.BOUND and not after.clitic  # إبراهيم ولد ببانه
                if (bound or after.classes & (g.MARK | g.NUMBER)) and text.form[j + 1] not in parts:
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
            if form.startswith(ARTICLE) or further or after.classes & g.GIVEN or maybe_name(after) or surname(after):
                j += 1
                continue
            foreign = part == "particle" and count and not (c | after.classes) & _NO_NAMES
            if foreign and not after.definite and not after.clitic:
                j += 2
                continue  # فاوتر دي يونغه
        if part and count and form.startswith(ARTICLE):
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
        if j + 1 < stop and text.form[j + 1] in words_of("of-the-faith") and not w.definite and not c & g.BOUND:
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
            or (not w.definite and maybe_name(w))
            or (behind_given and not w.definite and _foreign(w))
            or (len(form) <= 2 and count and not c & g.ORDINARY)
        ):
            j += 1
            count += 1
            continue
        if not w.definite and (count or sure) and perhaps_name(text, j, stop):
            j += 1
            count += 1
            continue
        lone = (
            count == 1
            and (sure or word(text.word[j - 1]).classes & g.GIVEN)
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
        if family and w.base not in g.demonyms() and any(text.form[k] in words_of("son-of") for k in range(i, j)):
            return j + 1
        if w.definite and count == 1 and j + 1 < stop and parts.get(text.form[j + 1]) == "joins" and not w.clitic:
            j += 1
            continue  # محمد الأمين ولد الشيخ
        if form in words_of("ordinal") and count == 1:
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


def maybe_name(w: Word) -> bool:
    """No table knows it: in this place it may be a name."""
    if w.classes & g.COMMON or w.definite or len(w.base) < 2:
        return False
    tag = parts_of_speech().get(w.base, "")
    return bool(w.classes) or tag == g.PROPER or not (tag.startswith(_VERBS) or _ACCUSATIVE.fullmatch(w.base))


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
