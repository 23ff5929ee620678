"""Arabic inflection by rule, on folded and unvocalised skeletons: from a lemma, the forms that news may print.

What short vowels alone tell apart (active and passive, a past and its first person present) is one form here; the
commoner reading stands first. Rules after any reference grammar: measures I to X; assimilated, hollow, defective,
doubled and hamzated roots.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from streams.arabic import fold
from streams.letters import ALEF, HAMZA, HAMZA_ON_ALEF, HEH, MEEM, NOON, SHADDA, TEH, WAW, YEH

Shape = Literal["finite", "participle", "masdar", "noun", "attribution"]
Gender = Literal["m", "f"]
Number = Literal["s", "d", "p"]
Person = Literal[1, 2, 3]


@dataclass(frozen=True, slots=True)
class Form:
    """One form of a lemma, without clitics; `bound` when an attached pronoun must follow (دعوت in دعوته)."""

    text: str
    shape: Shape
    gender: Gender | None = None
    number: Number | None = None
    person: Person | None = None
    past: bool = False
    passive: bool = False
    bound: bool = False


@dataclass(frozen=True, slots=True)
class _Stems:
    """The stems that a measure gives a root; all else is endings."""

    past: str  # before a vowel and alone
    past_c: str  # before a consonant ending (قلت, أصررت)
    present: str  # after the prefix
    present_c: str  # before ن of the feminine plural, and jussive (يقل)
    participle: str
    masdar: str
    passive_past: str = ""
    passive_present: str = ""


def inflect(lemma: str, measure: str, imperfect: str = "", masdar: str = "") -> Iterator[Form]:
    """The forms of `lemma`, commoner readings first. `measure`: I to X, Q, N or P (see lexicon/cues.tsv)."""
    if measure == "P":
        yield Form(fold(lemma), "attribution")
    elif measure == "N":
        yield from _noun(fold(lemma), "noun")
        if masdar:
            yield from _noun(fold(masdar), "noun", "p")
    else:
        stems = _stems(lemma, measure, fold(imperfect), fold(masdar))
        yield from _finite(stems)
        yield from _participle(stems.participle)
        if stems.masdar:
            yield from _noun(stems.masdar, "masdar")


def _stems(lemma: str, measure: str, imperfect: str, masdar: str) -> _Stems:
    doubled = lemma.endswith(SHADDA)
    past = fold(lemma)
    final_hamza = lemma.rstrip(SHADDA).endswith(HAMZA_ON_ALEF)
    # What follows a prefix: measures IV, VII, VIII and X lose their alef; an initial hamza of II and III sits on waw.
    tail = past[1:] if measure in ("IV", "VII", "VIII", "X") else past
    if measure in ("II", "III", "Q") and lemma[0] == HAMZA_ON_ALEF:
        tail = WAW + past[1:]
    present = imperfect[1:] if imperfect else tail
    past_c, present_c, passive_past, passive_present = past, present, "", ""
    defective = past[-1] == YEH or (measure == "I" and len(past) == 3 and past[-1] == ALEF and not final_hamza)
    hollow = (
        not doubled
        and not defective
        and past[-2:-1] == ALEF
        and (
            (measure == "I" and len(past) == 3)
            or (measure == "IV" and len(past) == 4)
            or (measure == "X" and len(past) == 6)
        )
    )
    if doubled and measure in ("I", "IV", "VII", "VIII", "X"):
        past_c = past + past[-1]
    if hollow:
        past_c = past[:-2] + past[-1]
        if measure == "I":
            passive_past, passive_present = past[:-2] + YEH + past[-1], past
        else:
            present = tail[:-2] + YEH + tail[-1]
            passive_past, passive_present = past[:-2] + YEH + past[-1], tail
        present_c = present[:-2] + present[-1]
    elif defective:
        past_c = past[:-1] + (WAW if past[-1] == ALEF else YEH)
        present_c = present[:-1]
    elif measure == "I" and lemma[1] == HAMZA_ON_ALEF:
        passive_past = past[0] + YEH + past[2:]
    participle = MEEM + present
    if measure == "I":
        if hollow:
            participle = past[0] + ALEF + YEH + past[-1]
        elif doubled:
            participle = past[0] + ALEF + past[-1]
        elif defective:
            participle = past[0] + ALEF + past[1] + YEH
        else:
            participle = past[0] + ALEF + past[1:]
    if final_hamza:
        participle = participle[:-1] + YEH
    elif past[-2] == HAMZA:  # before i a hamza sits on yeh (تساءل: متسائل)
        participle = participle[:-2] + YEH + past[-1]
    return _Stems(
        past,
        past_c,
        present,
        present_c,
        participle,
        masdar or _masdar(past, measure, doubled, hollow, defective),
        passive_past,
        passive_present,
    )


def _masdar(past: str, measure: str, doubled: bool, hollow: bool, defective: bool) -> str:
    """The regular verbal noun; measure I has none."""
    match measure:
        case "II":
            return TEH + past[:-1] + YEH + (HEH if defective else past[-1])
        case "III" | "Q":
            return (MEEM if measure == "III" else "") + (past[:-1] + ALEF if defective else past) + HEH
        case "V" | "VI":
            return past
        case "IV" | "VII" | "VIII" | "X":
            first = past[0] + YEH + past[2:] if measure == "IV" and past[1] == WAW else past
            if hollow:
                return first + HEH
            if doubled and measure in ("IV", "X"):
                return first + ALEF + past[-1]
            if doubled:
                return first + ALEF + past[-1]
            return first[:-1] + ALEF + (HAMZA if defective else past[-1])
    return ""


def _finite(s: _Stems) -> Iterator[Form]:
    for past, past_c, passive in ((s.past, s.past_c, False), (s.passive_past, s.past_c, True)):
        if not past:
            continue
        weak = past[-1] in (YEH, ALEF) and past != past_c[:-1] and len(past) == len(past_c)
        cut = past[:-1] if weak else past
        endings: tuple[tuple[str, Gender, Number], ...] = (
            (past, "m", "s"),
            (cut + TEH, "f", "s"),
            (cut + WAW + ALEF, "m", "p"),
            ((past_c if weak else past) + ALEF, "m", "d"),
            (cut + TEH + ALEF, "f", "d"),
            (past_c + NOON, "f", "p"),
        )
        for text, gender, number in endings:
            yield Form(text, "finite", gender, number, 3, past=True, passive=passive)
        yield Form(cut + ALEF if weak else past, "finite", "m", "s", 3, past=True, passive=passive, bound=True)
        yield Form(cut + WAW, "finite", "m", "p", 3, past=True, passive=passive, bound=True)
        yield Form(past_c + TEH, "finite", None, "s", 1, past=True, passive=passive)
        yield Form(past_c + NOON + ALEF, "finite", None, "p", 1, past=True, passive=passive)
    for stem, stem_c, passive in ((s.present, s.present_c, False), (s.passive_present, s.present_c, True)):
        if not stem:
            continue
        weak = stem[-1] in (YEH, WAW) and len(stem_c) < len(stem)
        cut = stem[:-1] if weak else stem
        persons: tuple[tuple[str, Gender | None, Number, Person], ...] = (
            (YEH + stem, "m", "s", 3),
            (TEH + stem, "f", "s", 3),
            (YEH + cut + WAW + NOON, "m", "p", 3),
            (YEH + cut + WAW + ALEF, "m", "p", 3),
            (YEH + stem + ALEF + NOON, "m", "d", 3),
            (YEH + stem + ALEF, "m", "d", 3),
            (TEH + stem + ALEF + NOON, "f", "d", 3),
            (YEH + stem_c + NOON, "f", "p", 3),
            (YEH + stem_c, "m", "s", 3),
            (TEH + stem_c, "f", "s", 3),
            (NOON + stem, None, "p", 1),
            (ALEF + stem, None, "s", 1),
        )
        for text, gender_or_none, number, person in persons:
            yield Form(text, "finite", gender_or_none, number, person, passive=passive)
        if weak and stem[-1] == YEH:
            yield Form(YEH + cut + ALEF, "finite", "m", "s", 3, passive=passive, bound=True)
            yield Form(TEH + cut + ALEF, "finite", "f", "s", 3, passive=passive, bound=True)


def _participle(stem: str) -> Iterator[Form]:
    """Without pronouns: with a possessor it is a noun of another sense (مطالبهم: their demands)."""
    weak = stem[-1] == YEH
    endings: tuple[tuple[str, Gender, Number], ...] = (
        (stem + ALEF, "m", "s"),
        (stem + HEH, "f", "s"),
        (stem, "m", "s"),
        ((stem[:-1] if weak else stem) + YEH + NOON, "m", "p"),
        ((stem[:-1] if weak else stem) + WAW + NOON, "m", "p"),
        (stem + TEH + YEH + NOON, "f", "d"),
        (stem + ALEF + TEH, "f", "p"),
    )
    for text, gender, number in endings:
        yield Form(text, "participle", gender, number)


def _noun(text: str, shape: Shape, number: Number = "s") -> Iterator[Form]:
    """A noun free and before a pronoun: teh marbuta opens, a final hamza takes a seat."""
    yield Form(text, shape, number=number)
    if text[-1] == HEH:
        yield Form(text[:-1] + TEH, shape, number=number, bound=True)
        if shape == "masdar":
            yield Form(text[:-1] + ALEF + TEH, shape, number="p")
    elif text[-1] == HAMZA:
        yield Form(text[:-1] + YEH, shape, number=number, bound=True)
        yield Form(text[:-1] + WAW, shape, number=number, bound=True)
    else:
        yield Form(text, shape, number=number, bound=True)
        if shape == "masdar":
            yield Form(text + ALEF, shape, number=number)
            yield Form(text + ALEF + TEH, shape, number="p")
