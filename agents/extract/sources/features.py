"""The features of candidates for the source of a report, named from the facts that beside.py and extents.py find.

As in contents/features.py: facts that take many values stand in functions of their own.
"""

from __future__ import annotations

Names = tuple[str, ...]

# ---- which phrase: no phrase at all


def nobody(shape: str, joined: str, follows: str, precedes: str, /) -> Names:
    """No source beside the cue: by the cue's form and neighbours."""
    return (
        "none",
        f"none {shape}",
        f"none {shape} {joined}",
        f"none {shape} then {follows}",
        f"none {shape} after {precedes}",
        f"none {joined} {shape} then {follows}",
    )


def nobody_of_lemma(lemma: str, shape: str, /) -> Names:
    """No source, by the cue's lemma."""
    return (f"none lemma {lemma}", f"none lemma {lemma} {shape}")


def nobody_near(shape: str, joined: str, after: bool, before: bool, /) -> Names:
    """No source: `after`, `before`: a phrase touches the cue there."""
    return f"none near {shape} {after} {before}", f"none near {shape} {joined} {after} {before}"


def nobody_where(shape: str, late: bool, inside: bool, closed: bool, /) -> Names:
    """No source. late: content before the cue · inside: within another's content · closed: no room after it."""
    return f"none late {late} {shape}", f"none inside {inside} {shape}", f"none closed {closed} {shape}"


# ---- which phrase


def placed(place: str, joined: str, n: int, steps: str, /) -> Names:
    """The side and the number of the phrase, and the steps between it and the cue."""
    return f"{place}", f"{place} {joined}", f"{place} {n}", f"{place} {joined} {n}", f"{place} over {steps}"


def parted(where: str, steps: str, joined: str, /) -> Names:
    """The steps between it and the cue."""
    near, _, rest = steps.partition(" ")
    return (
        f"{where} over {steps}",
        f"{where} near {near}",
        f"{where} {joined} over {steps}",
        f"{where} near {near} {rest.partition(' ')[0]}",
    )


def headed(where: str, head: str, definite: bool, clitic: str, ending: str, touching: bool, /) -> Names:
    """The sort of its first word."""
    return (
        f"{where} head {head}",
        f"{where} head {head} {definite}",
        f"{where} clitic {clitic}",
        f"{where} ends {ending}",
        f"{where} {head} ends {ending}",
        f"{where} {head} {definite} touching {touching}",
        f"{where} clitic {clitic} touching {touching}",
        f"head {head}",
        f"ends {ending}",
    )


def head_class(where: str, coarse: str, /) -> Names:
    """The learned class of its first word."""
    return f"class {coarse}", f"{where} class {coarse}"


def bounded(where: str, before: str, after: str, touching: bool, /) -> Names:
    """What stands before and after it."""
    return (
        f"{where} after {before}",
        f"{where} then {after}",
        f"{where} then {after} {touching}",
        f"{where} between {before} {after}",
        f"{where} after {before} {touching}",
    )


def after_form(where: str, form: str, head: str, passes: str, /) -> Names:
    """The function word before it; `passes`: the cue passes words on, or brings a document."""
    return f"{where} behind {form}", f"{where} behind {form} {head}", f"{where} behind {form} passes {passes}"


def agreeing(where: str, agrees: str, joined: str, touching: bool, /) -> Names:
    """Whether it agrees with the cue."""
    return f"{where} agrees {agrees}", f"{where} agrees {agrees} {joined}", f"{where} agrees {agrees} {touching}"


def reached(where: str, steps: str, head: str, /) -> Names:
    """The steps to it and its head."""
    return (f"{where} over {steps} to {head}",)


def of_lemma(where: str, lemma: str, head: str, touching: bool, after: str, /) -> Names:
    """The cue's lemma, with the sort of its first word and with what stands after it."""
    return (
        f"{where} lemma {lemma} {touching}",
        f"{where} {lemma} head {head}",
        f"{where} {lemma} {touching} then {after}",
    )


def of_head(where: str, head: str, joined: str, touching: bool, after: str, /) -> Names:
    """The sort of its first word, with what stands after it."""
    return (f"{where} head {head} {joined} {touching} then {after}",)


def of_first(where: str, form: str, /) -> Names:
    """Its first word."""
    return f"{where} word {form}", f"word {form}"


def of_last(form: str, /) -> Names:
    """Its last word."""
    return (f"last word {form}",)


def quoted(side: str, deeper: int, inside: bool, told: bool, /) -> Names:
    """Whether quotation marks or another's content part it from the cue."""
    return f"{side} deeper {deeper}", f"{side} deeper {deeper} {inside}", f"{side} told {told} {inside}"


# ---- how far it goes


def between(
    crossed: str, where: str, how: str, before: str, known: bool, after: str, definite: bool, clitic: str, /
) -> Names:
    """An end, or none, between two words: what the chunker says of the place, and the sorts of both."""
    return (
        f"{crossed} {where}",
        f"{crossed} {where} {how}",
        f"{crossed} {before} | {after}",
        f"{crossed} {where} {before} | {after}",
        f"{crossed} {where} {how} | {after}",
        f"{crossed} {where} | {after} {clitic} {definite}",
        f"{crossed} {before} {known} | {after} {definite} {clitic}",
        f"{crossed} {where} {before} |",
        f"{crossed} {where} | {after}",
    )


def between_classes(crossed: str, where: str, left: str, right: str, following: str, /) -> Names:
    """The learned classes of both, and of the word after them."""
    return (
        f"{crossed} class {left}|{right}",
        f"{crossed} class |{right}",
        f"{crossed} class {left}|",
        f"{crossed} class |{right} {following}",
        f"{crossed} {where} class |{right}",
    )


def before_form(crossed: str, where: str, form: str, head: str, /) -> Names:
    """The word after the place, with the head of the phrase."""
    return f"{crossed} before {form}", f"{crossed} {where} before {form}", f"{crossed} {head} before {form}"


def from_head(crossed: str, where: str, head: str, definite: bool, number: str, after: str, /) -> Names:
    """The head, and the sort of the word after the place."""
    return (
        f"{crossed} {head} … {after}",
        f"{crossed} {where} {head} … {after}",
        f"{crossed} {head} {definite} {number} … {after}",
    )


def ends_like(crossed: str, letters: str, after: str, definite: bool, /) -> Names:
    """The last letters of the word after the place, which tell its case."""
    return f"{crossed} letters {letters} {definite}", f"{crossed} letters {letters} {after}"


def joint(crossed: str, steps: str, ending: str, head: str, reaches: str, /) -> Names:
    """A part that is taken in, or left out: what parts it from the phrase, its head and how it ends."""
    return (
        f"{crossed} {steps}",
        f"{crossed} {steps} to {head}",
        f"{crossed} {ending} {steps}",
        f"{crossed} {ending} {steps} to {head}",
        f"{crossed} {ending} {steps} to {reaches}",
        f"{crossed} {ending} {steps} to {head} {reaches}",
    )


def joint_form(crossed: str, form: str, head: str, /) -> Names:
    """The preposition or mark between, and the head of the whole."""
    return f"{crossed} by {form}", f"{crossed} by {form} from {head}"


def joint_class(crossed: str, steps: str, coarse: str, clitic: str, definite: bool, ending: str, /) -> Names:
    """The learned class of the part's first word, and its last letters, which tell its case."""
    return (
        f"{crossed} {steps} class {coarse}",
        f"{crossed} {steps} clitic {clitic} {definite}",
        f"{crossed} {steps} {definite} ends {ending}",
    )


def joint_after(crossed: str, steps: str, after: str, head: str, /) -> Names:
    """What follows the part."""
    return f"{crossed} {steps} then {after}", f"{crossed} {steps} {head} then {after}"


def joint_toward(crossed: str, clitic: str, kind: str, plural: bool, ending: str, /) -> Names:
    """What a clitic brings: the audience (للصحفيين، لوكالة) or a part of the name (للشؤون الخارجية)."""
    return f"{crossed} clitic {clitic} {kind}", f"{crossed} clitic {clitic} {kind} {plural} after {ending}"


# ---- the person's name in a mention


def name_begins(before: str, word: str, definite: bool, first: bool, ruled: bool, /) -> Names:
    """Where a name begins, by the sorts of words; `ruled`: the rules let it begin there."""
    return f"b {before}|{word}", f"b {before} {definite}", f"b first {first} {word}", f"b rule {ruled}"


def name_begins_known(before: str, known: str, after: str, first: bool, ruled: bool, /) -> Names:
    """The same by what the tables know of the words."""
    return (
        f"b known {before}|{known}",
        f"b known |{known}|{after}",
        f"b first {first} known {known}",
        f"b rule {ruled} {known}",
    )


def name_begins_class(before: str, coarse: str, clitic: str, first: bool, /) -> Names:
    """The same by their learned classes."""
    return f"b class {before}|{coarse}", f"b class |{coarse}", f"b clitic {clitic} {first}"


def name_holds(word: str, before: str, known: str, part: str, clitic: str, /) -> Names:
    """A word within a name; `part`: its place in names (lexicon/name_parts.tsv)."""
    return f"i {word}", f"i known {known}", f"i part {part}", f"i known {before}|{known}", f"i clitic {clitic}"


def name_holds_class(known: str, coarse: str, letters: str, /) -> Names:
    """The same by its learned class and its last letters."""
    return f"i class {coarse}", f"i class {coarse} {known}", f"i letters {letters}"


def name_ends(word: str, after: str, definite: bool, last: bool, /) -> Names:
    """Where a name ends."""
    return f"e {word}|{after}", f"e |{after} {definite}", f"e last {last}"


def name_ends_known(known: str, after: str, ruled: bool, /) -> Names:
    """The same by what the tables know of the words; `ruled`: the rules let it end there."""
    return f"e known {known}|{after}", f"e rule {ruled}", f"e rule {ruled} {after}"


def name_ends_class(coarse: str, after: str, /) -> Names:
    """The same by their learned classes."""
    return f"e class {coarse}|{after}", f"e class |{after}"


def name_whole(size: int, ruled: bool, first: bool, last: bool, alone: str, before: str, /) -> Names:
    """The whole stretch: its length, whether the rules found it, whether it is all of the mention, or one word."""
    return (
        f"name size {size}",
        f"name size {size} {ruled}",
        f"name rule {ruled}",
        f"name all {first} {last}",
        f"name alone {alone} {before}",
    )


def nameless(head: str, known: str, size: int, unruled: bool, last: str, /) -> Names:
    """No name: by the first and the last word; `unruled`: the rules found none either."""
    return (
        "no name",
        f"no name {head}",
        f"no name {head} {size}",
        f"no name rule {unruled}",
        f"no name {known} {size == 1}",
        f"no name … {last}",
    )


def nameless_class(coarse: str, alone: bool, unruled: bool, last: str, /) -> Names:
    """The same by learned classes."""
    return f"no name class {coarse}", f"no name class {coarse} {alone} {unruled}", f"no name … class {last}"
