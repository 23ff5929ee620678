"""Whether a verb and a noun phrase agree in gender and number, as far as their words tell."""

from __future__ import annotations

from agents.extract.lexicon.words import affixes, given_names
from agents.extract.phrases import gazetteer as g
from agents.extract.phrases.gazetteer import word
from agents.extract.reading.text import Text
from agents.extract.report import Cue, Span
from streams.letters import HEH

(OBLIQUE,) = affixes("oblique")


def gender_of(text: Text, span: Span) -> str | None:
    """The gender of a phrase's head for its verb, where its word tells: m, f or None."""
    w = word(text.word[span[0]])
    if w.classes & (g.SOME | g.THIS | g.MARK):
        return None
    if w.classes & g.GIVEN:
        names = given_names()
        return names.get(w.base) or names.get(text.form[span[0]])
    if w.noun:
        if w.noun.number != "s":
            return None
        return w.noun.gender if w.noun.gender in ("m", "f") else None
    if w.base.endswith(HEH) and (w.definite or w.classes & g.ORDINARY):
        return "f"
    return None


def may_be_one(gender: str | None, other: str | None) -> bool:
    """Whether two genders, None where it is not known, may be those of one person."""
    return gender is None or other in (None, gender)


def is_oblique(text: Text, i: int) -> bool:
    """Token i is a noun in the plural or dual of the accusative and genitive, which no subject stands in."""
    if not text.form[i].endswith(OBLIQUE):
        return False
    noun = word(text.form[i]).noun
    return noun is not None and noun.number in ("p", "d")


def agreement(cue: Cue, text: Text, span: Span) -> str:
    """How the phrase at tokens `span` agrees with the cue: "yes", "no" or "open", gender before number."""
    if cue.shape not in ("finite", "participle"):
        return "-"
    gender = gender_of(text, span)
    sexes = "open" if gender is None or cue.gender is None else "yes" if gender == cue.gender else "no"
    noun = word(text.word[span[0]]).noun
    number = noun.number if noun else None
    counts = (
        "open" if number is None or cue.number is None else "yes" if (number == "s") == (cue.number == "s") else "no"
    )
    return f"{sexes} {counts}"
