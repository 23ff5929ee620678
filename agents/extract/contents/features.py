"""The features of candidates for the beginning and the end of content, named from the facts that starts.py,
ends.py and preceding.py find.

A function takes a few facts and names the features that rest on them. Facts that take many values (a lemma, a word, a
class) stand in functions of their own, so that the sums that `model.Ranking` remembers come up again and again.
"""

from __future__ import annotations

Names = tuple[str, ...]

# ---- beginnings: `label` is the kind of the candidate with its particle


def placed(kind: str, label: str, shape: str, fits: bool, strength: str, near: str, nth: str, agrees: str, /) -> Names:
    """How far from the cue it is, and whether the cue's lemma takes such content."""
    return (
        label,
        f"{kind} shape {shape}",
        f"{label} fits {fits}",
        f"{kind} fits {fits} {strength}",
        f"{kind} near {near}",
        f"{kind} nth {nth}",
        f"{kind} nth {nth} near {near} {shape}",
        f"{kind} {agrees} {fits}",
        f"{kind} {agrees} {near} {shape}",
    )


def crossed(kind: str, before: str, commas: int, cues: int, relatives: int, /) -> Names:
    """What stands between it and the cue."""
    return (
        f"{kind} after {before}",
        f"{kind} commas {commas}",
        f"{kind} cues between {cues}",
        f"{kind} relatives {relatives}",
    )


def passing(kind: str, label: str, passed: str, takes: bool, /) -> Names:
    """What stands right behind the source where it does not; `takes`: the cue takes an object."""
    return f"{kind} passed {passed}", f"{kind} passed {passed} takes {takes}", f"{label} passed {passed}"


def of_lemma(label: str, lemma: str, agrees: str, near: str, coarse: str, /) -> Names:
    """The cue's lemma, with where the content would begin and the class of its first word."""
    return (
        f"{label} lemma {lemma}",
        f"{label} {lemma} {agrees}",
        f"{label} {lemma} near {near}",
        f"{label} {lemma} class {coarse}",
    )


def of_form(kind: str, form: str, /) -> Names:
    """Its first word."""
    return (f"{kind} first {form}",)


def of_form_before(kind: str, form: str, /) -> Names:
    """The word before it."""
    return (f"{kind} behind {form}",)


def of_class(kind: str, agrees: str, coarse: str, /) -> Names:
    """The class of its first word."""
    return f"{kind} class {coarse}", f"{kind} {agrees} class {coarse}"


def of_classes(kind: str, left: str, coarse: str, /) -> Names:
    """The classes on both sides."""
    return f"{kind} left class {left}", f"{kind} classes {left} {coarse}"


def of_fine(kind: str, fine: str, /) -> Names:
    """The fine class of its first word."""
    return (f"{kind} fine {fine}",)


def of_next(kind: str, coarse: str, /) -> Names:
    """The class of its second word."""
    return (f"{kind} next class {coarse}",)


def quoted(kind: str, length: str, fits: bool, strength: str, nth: str, speaks: bool, /) -> Names:
    """It begins a quotation; `speaks`: with a verb near its beginning."""
    return (
        f"{kind} quoted {length}",
        f"{kind} quoted {length} fits {fits} {strength}",
        f"{kind} quoted nth {nth}",
        f"{kind} quoted verb {speaks} {length}",
    )


def object_itself(
    what: str, agrees: str, own: bool, fits: bool, first: bool, tanwin: bool, shape: str, reading: str, /
) -> Names:
    """A noun that may be the verb's object; `first`: right behind the cue, `own`: with a possessor."""
    names = (
        f"object is {what} {agrees}",
        f"object own {own} {fits}",
        f"object first {first} fits {fits}",
        f"object tanwin {tanwin} {fits}",
        f"object first {first} {shape} own {own}",
    )
    return (*names, f"object reading {reading} {fits}") if reading else names


def object_or_subject(
    prior: str, first: bool, shape: str, agrees: str, joined: bool, head: bool, agree: str, /
) -> Names:
    """What tells an object from a subject: `prior` stands before the cue, `head`: the noun may name a source."""
    return (
        f"object first {first} prior {prior} {shape}",
        f"object {agrees} prior {prior} joined {joined}",
        f"object first {first} head {head} joined {joined}",
        f"object first {first} agree {agree}",
    )


def of_pronoun(kind: str, label: str, shape: str, pronoun: str, strength: str, /) -> Names:
    """The cue carries a pronoun."""
    return f"{kind} pronoun {shape}", f"{label} pronoun {pronoun} {strength}"


def headline(kind: str, near: str, /) -> Names:
    """It stands in the headline."""
    return (f"{kind} headline {near}",)


# ---- content before the cue, against content after it


def before_joined(
    join: str, prior: str, after: str, conjunction: bool, initial: bool, rest: str, past: bool, quoted: bool, /
) -> Names:
    """How the cue is joined to what stands before it, and how much of its sentence is left."""
    return (
        "before",
        f"before join {join}",
        f"before join {join} after {prior}",
        f"before initial {initial} {join}",
        f"before rest {rest} {join}",
        f"before next {after}",
        f"before past {past} {conjunction} {join} {quoted}",
        f"before conjunction {conjunction} {join} {prior}",
    )


def before_cue(shape: str, strength: str, join: str, quote: bool, pronoun: bool, headline: bool, /) -> Names:
    """What the cue is."""
    return (
        f"before {shape}",
        f"before quote {quote} {shape}",
        f"before strength {strength} {shape} {join}",
        f"before pronoun {pronoun} {shape} {join}",
        f"before headline {headline} {join}",
    )


def before_quoted(quoted: str, join: str, shape: str, strength: str, /) -> Names:
    """The quotation that it would be."""
    return f"before quoted {quoted} {join}", f"before quoted {quoted} {shape} {strength}"


def before_lemma(lemma: str, /) -> Names:
    """The cue's lemma."""
    return (f"before lemma {lemma}",)


def around(join: str, prior: str, after: str, what: str, size: str, verb: bool, shape: str, short: bool, /) -> Names:
    """How the cue is set into its content; `what` goes on behind it, of `size` is what stands before it."""
    return (
        "around",
        f"around {join}",
        f"around {prior} {after}",
        f"around {after} is {what}",
        f"around {prior} {after} is {what}",
        f"around size {size} {after}",
        f"around size {size} {prior} {after} {what}",
        f"around verb {verb} {after}",
        f"around {shape} {prior} {after}",
        f"around short {short} {after}",
    )


def around_class(after: str, coarse: str, fine: str, form: str, /) -> Names:
    """The word that goes on behind the cue."""
    return f"around {after} class {coarse}", f"around fine {fine}", f"around form {form}"


# ---- no report at all


def none_placed(
    shape: str, strength: str, before: str, after: str, inside: bool, initial: bool, headline: bool, /
) -> Names:
    """Where the cue stands."""
    return (
        "none",
        f"none {shape}",
        f"none {strength} {shape}",
        f"none before {before} {shape}",
        f"none after {after} {shape}",
        f"none after {after} {strength}",
        f"none inside {inside} {shape}",
        f"none initial {initial} {shape}",
        f"none headline {headline} {shape}",
    )


def none_rivals(shape: str, strength: str, that: bool, quote: bool, best: str, other: str, object_: bool, /) -> Names:
    """The contents that it might have."""
    return (
        f"none that {that} {strength} {shape}",
        f"none quote {quote} {strength} {shape}",
        f"none best {best}",
        f"none best {best} {strength}",
        f"none best {best} {shape}",
        f"none best {best} {shape} {strength}",
        f"none fitting {other} {strength} {shape}",
        f"none object {object_} {strength} {shape}",
        f"none nothing {not (best or other or object_)} {strength} {shape}",
    )


def none_quoted(quoted: str, shape: str, strength: str, ahead: bool, /) -> Names:
    """The quotation right before the cue; `ahead`: a clause or another one follows it."""
    return f"none quoted before {quoted} {shape} {ahead}", f"none quoted before {quoted} {strength} {ahead}"


def none_lemma(lemma: str, shape: str, left: str, right: str, after: str, rest: str, /) -> Names:
    """The cue's lemma, with what stands beside it; `rest`: how much of the sentence follows."""
    return (
        f"none lemma {lemma}",
        f"none lemma {lemma} {shape}",
        f"none {lemma} {shape} left {left}",
        f"none {lemma} {shape} right {right}",
        f"none {lemma} word after {after}",
        f"none {lemma} rest {rest}",
    )


def none_lemma_rivals(lemma: str, best: str, other: str, /) -> Names:
    """The cue's lemma, with the contents that it might have."""
    return (
        f"none lemma {lemma} best {best.split(' ')[0]}",
        f"none lemma {lemma} fitting {other}",
    )


def none_form(form: str, /) -> Names:
    """The cue as it stands."""
    return (f"none form {form}",)


def none_word_before(form: str, /) -> Names:
    """The word before it."""
    return (f"none word before {form}",)


def none_word_after(form: str, shape: str, /) -> Names:
    """The word after it."""
    return (f"none {shape} word after {form}",)


def none_rest(before: str, rest: str, shape: str, strength: str, /) -> Names:
    """How much of its sentence stands before it and behind it."""
    return f"none place {before} {shape} {strength}", f"none rest {rest} {shape} {strength}"


def none_sorts(near: str, then: str, left: str, shape: str, lemma: str, /) -> Names:
    """The sorts of the two words after it."""
    return f"none sorts {near} {then} {shape}", f"none sort {near} left {left} {shape}", f"none {lemma} sort {near}"


def none_left(coarse: str, fine: str, shape: str, /) -> Names:
    """The classes of the word before it."""
    return f"none left class {coarse} {shape}", f"none left fine {fine}"


def none_right(coarse: str, fine: str, strength: str, shape: str, /) -> Names:
    """The classes of the word after it."""
    return (
        f"none right class {coarse} {shape}",
        f"none right fine {fine}",
        f"none right class {coarse} {strength} {shape}",
    )


def none_second(coarse: str, shape: str, /) -> Names:
    """The class of the second word after it."""
    return (f"none second class {coarse} {shape}",)


def none_reading(
    person: int | None,
    number: str | None,
    past: bool,
    preposition: str,
    definite: bool,
    pronoun: bool,
    conjunction: bool,
    passive: bool,
    shape: str,
    strength: str,
    /,
) -> Names:
    """The form of the cue's word."""
    return (
        f"none person {person} {strength} {shape}",
        f"none preposition {preposition} {shape}",
        f"none definite {definite} {shape}",
        f"none pronoun {pronoun} {shape} {strength}",
        f"none conjunction {conjunction} {shape}",
        f"none past {past} {strength} {shape}",
        f"none number {number} {shape} {strength}",
        f"none passive {passive} {shape}",
        f"none passive {passive} {past} {person}",
    )


def none_also(also: str, shape: str, before: str, /) -> Names:
    """The word may be another part of speech."""
    return f"none also {also} {shape}", f"none also {also} before {before}"


def none_joined(join: str, prior: str, shape: str, strength: str, told: str, medium: bool, /) -> Names:
    """It is joined to what stands before it; `told`: that has a cue already, `medium`: an outlet follows."""
    return (
        f"none join {join}",
        f"none join {join} {shape} {strength}",
        f"none join {join} after {prior}",
        f"none joined after {prior}",
        f"none join {join} told {told}",
        f"none join {join} told {told} {medium}",
        f"none join {join} medium {medium}",
        f"none join {join} after {prior} told {told}",
    )


def none_colon(opens: bool, at: int, /) -> Names:
    """The cue is a headline's colon."""
    return f"none colon quoted {opens}", f"none colon at {at}"


def none_colon_head(head: str, last: str, opens: bool, size: int, behind: bool, /) -> Names:
    """What stands before the colon."""
    return (
        f"none colon head {head}",
        f"none colon head {head} {opens}",
        f"none colon head {head} {size}",
        f"none colon last {last}",
        f"none colon ends {head} {last}",
        f"none colon behind {behind} {opens}",
    )


def none_colon_class(coarse: str, fine: str, /) -> Names:
    """The classes of its first word."""
    return f"none colon class {coarse}", f"none colon fine {fine}"


def none_participle(strength: str, /) -> Names:
    """A participle behind it takes the content over (تابع قائلا)."""
    return (f"none participle follows {strength}",)


# ---- ends: `where` tells in what quotation the cut lies


def cut(boundary: str, where: str, kind: str, size: str, sentences: int, commas: int, /) -> Names:
    """What makes the cut, and how much it leaves."""
    return (
        boundary,
        f"{boundary} {where}",
        f"{boundary} {where} {kind}",
        f"{boundary} {kind} size {size}",
        f"size {size} {where}",
        f"{boundary} {where} sentences {sentences} {kind}",
        f"{boundary} commas {commas}",
    )


def cut_before(
    boundary: str, where: str, kind: str, following: str, final: bool, verb: bool, verbal_next: bool, second: str, /
) -> Names:
    """What follows the cut; `verb`: a verb stands in the content."""
    return (
        f"{boundary} then {following} {where}",
        f"{boundary} then {following} {kind}",
        f"final {final} {where} {kind}",
        f"{boundary} verb {verb} {kind}",
        f"{boundary} verb {verb} then {following}",
        f"{boundary} verbal next {verbal_next} {verb}",
        f"{boundary} second {second} {following}",
    )


def cut_ahead(boundary: str, where: str, shape: str, passed: int, ahead: str, /) -> Names:
    """The other reports that it passes or stops at."""
    return (
        f"{boundary} shape {shape} {where}",
        f"{boundary} passed {passed} {where}",
        f"ahead {ahead}",
        f"{boundary} ahead {ahead} {where}",
    )


def cut_form(boundary: str, where: str, form: str, second: str, /) -> Names:
    """The word after it, and the class of the next."""
    return f"{boundary} form {form}", f"{where} then form {form}", f"{boundary} form {form} then {second}"


def cut_forms(boundary: str, form: str, then: str, /) -> Names:
    """The two words after it."""
    return f"{boundary} forms {form} {then}", f"{boundary} second form {then}"


def cut_last(boundary: str, last: str, coarse: str, /) -> Names:
    """The last word of the content."""
    return f"{boundary} last is {last}", f"{boundary} last is {last} class {coarse}"


def cut_verb(boundary: str, verb: str, before: str, /) -> Names:
    """The first verb of what follows, and the word before it: the narrator has verbs of his own (… سارعت إلى)."""
    return f"{boundary} verb is {verb}", f"{boundary} verb is {verb} behind {before}"


def cut_rest(boundary: str, where: str, kind: str, rest: str, coarse: str, following: str, /) -> Names:
    """How much of the sentence is left."""
    return (
        f"{boundary} rest {rest} {where}",
        f"{boundary} rest {rest} {kind}",
        f"{boundary} rest {rest} class {coarse}",
        f"{boundary} rest {rest} then {following} {where}",
    )


def cut_act(boundary: str, where: str, act: str, coarse: str, /) -> Names:
    """What the cue does by itself: what it denies or welcomes is short."""
    return f"{boundary} act {act} {where}", f"{boundary} act {act} class {coarse}"


def cut_begun(boundary: str, where: str, begun: str, coarse: str, /) -> Names:
    """The class of the content's first word."""
    return f"{boundary} begun {begun} {where}", f"{boundary} begun {begun} class {coarse}"


def cut_lemma(boundary: str, lemma: str, /) -> Names:
    """The cue's lemma."""
    return (f"lemma {lemma} {boundary}",)


def cut_class(boundary: str, where: str, coarse: str, second: str, /) -> Names:
    """The classes of the two words after it."""
    return f"{boundary} class {coarse} {where}", f"{boundary} class {coarse} then {second}"


def cut_clause(boundary: str, where: str, ahead: str, inside: str, /) -> Names:
    """The first verb of what follows, and that of the content: the narrator's time may not be the speaker's."""
    return f"{boundary} clause {ahead} {where}", f"{boundary} clause {ahead} inside {inside}"


def cut_fine(boundary: str, fine: str, /) -> Names:
    """The fine class of the word after it."""
    return (f"{boundary} fine {fine}",)


def cut_classes(boundary: str, last: str, coarse: str, /) -> Names:
    """The classes on both sides."""
    return f"{boundary} last class {last}", f"{boundary} classes {last} {coarse}"


def cut_closes(length: str, where: str, kind: str, tight: bool, following: str, /) -> Names:
    """It is made by a quotation that closes; `tight`: a word follows at once."""
    return (
        f"closes {length} {where} tight {tight}",
        f"closes {length} {where} then {following}",
        f"closes {length} {kind} {where}",
    )


def cut_cue(boundary: str, where: str, shape: str, strength: str, conjunction: bool, definite: bool, /) -> Names:
    """A cue follows."""
    return (
        f"{boundary} cue {shape} {strength} {where}",
        f"{boundary} cue {shape} conjunction {conjunction} definite {definite}",
    )


def cut_cue_lemma(lemma: str, shape: str, /) -> Names:
    """The lemma of the cue that follows."""
    return (f"cue lemma {lemma} {shape}",)


def cut_letter(boundary: str, where: str, letter: str, /) -> Names:
    """The first letter of the word that follows."""
    return (f"{boundary} starts {letter} {where}",)


def cut_aside(boundary: str, where: str, aside: str, /) -> Names:
    """A narrator's aside follows."""
    return f"aside {aside}", f"{boundary} aside {aside}", f"{where} aside {aside}"


# ---- beginnings of content that stands before its cue: `own` tells whether it is quoted


def first(boundary: str, own: str, size: str, commas: int, what: str, shape: str, conjunction: bool, /) -> Names:
    """What makes the cut, and how much it leaves."""
    return (
        boundary,
        f"{boundary} {own}",
        f"{boundary} size {size} {own}",
        f"{boundary} commas {commas} {own}",
        f"{boundary} is {what}",
        f"{boundary} shape {shape} {own}",
        f"{boundary} conjunction {conjunction}",
    )


def first_words(boundary: str, before: str, form: str, /) -> Names:
    """The words on both sides."""
    return f"{boundary} after {before}", f"{boundary} first {form}"


def first_classes(boundary: str, left: str, coarse: str, fine: str, /) -> Names:
    """The classes on both sides."""
    return f"{boundary} class {coarse}", f"{boundary} classes {left} {coarse}", f"{boundary} fine {fine}"
