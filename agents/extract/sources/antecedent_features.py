"""Features of those who may be meant by a verb without a subject, named from the facts that antecedents.py finds."""

from __future__ import annotations

Names = tuple[str, ...]


def spoke(shape: str, joined: str, rank: int, level: str, near: str, /) -> Names:
    """He spoke before; `rank`: how many reports ago."""
    return (
        f"spoke {rank} {level}",
        f"spoke {near}",
        f"{shape} spoke {rank}",
        f"{shape} {joined} spoke {rank}",
        f"{shape} spoke {near}",
        f"{shape} {joined} spoke {rank} {near}",
        f"{shape} {joined} spoke {level} {near}",
    )


def spoke_how(shape: str, joined: str, rank: int, mentioned: bool, how: str, close: bool, /) -> Names:
    """How he was brought up then, and whether his words end right before the cue."""
    return (
        f"spoke {rank} mentioned {mentioned}",
        f"{shape} {joined} spoke {rank} by {how}",
        f"{shape} {joined} spoke {rank} close {close}",
        f"{shape} spoke {rank} {mentioned} {close}",
    )


def spoke_anew(shape: str, joined: str, others: int, near: str, /) -> Names:
    """How many others spoke since."""
    return f"others since {others}", f"{shape} others since {others}", f"{shape} {joined} others since {others} {near}"


def spoke_of_lemma(lemma: str, rank: int, near: str, others: int, /) -> Names:
    """The cue's lemma (أضاف goes on, قال need not), and where he spoke last."""
    return f"{lemma} spoke {rank}", f"{lemma} spoke {near}", f"{lemma} others since {others}"


def spoke_opens(shape: str, joined: str, opens: str, near: str, others: int, /) -> Names:
    """What the cue opens, and where he spoke last."""
    return (
        f"opens {opens} spoke {near}",
        f"{shape} opens {opens} spoke {near}",
        f"{shape} {joined} opens {opens} spoke {near} {others}",
    )


def parent(shape: str, joined: str, first: bool, /) -> Names:
    """He speaks in the report around."""
    return "parent", f"{shape} parent", f"{shape} {joined} parent", f"{shape} parent {first}"


def here(shape: str, joined: str, steps: str, before: str, /) -> Names:
    """He is named in this sentence: the steps from his name to the cue, and the word before it."""
    near, _, rest = steps.partition(" ")
    return (
        f"here after {before}",
        f"{shape} here after {before}",
        f"{shape} here over {steps}",
        f"{shape} here near {near}",
        f"{shape} here near {near} {rest.partition(' ')[0]}",
        f"{shape} {joined} here after {before}",
        f"{shape} here {before} over {steps}",
    )


def here_placed(shape: str, joined: str, n: int, before: str, clitic: str, level: bool, /) -> Names:
    """`n`: how many phrases stand between; `level`: in the same reported words as the cue, or in none as it."""
    return (
        f"here {n}",
        f"{shape} {joined} here {n}",
        f"{shape} here {n} after {before}",
        f"here clitic {clitic}",
        f"{shape} here clitic {clitic}",
        f"{shape} here level {level}",
        f"{shape} {joined} here level {level} after {before}",
    )


def here_kind(shape: str, kind: str, before: str, /) -> Names:
    """What kind of source he is there."""
    return f"here {kind}", f"{shape} here {kind}", f"here {kind} after {before}"


def owned(shape: str, kind: str, word: str, person: bool, /) -> Names:
    """Which word of his name tells whose he is, if any."""
    return f"owned {word}", f"owned {word} {person}", f"{kind} owned {word}", f"{shape} owned {word}"


def earlier(shape: str, joined: str, rank: int, back: str, position: str, /) -> Names:
    """He was named in an earlier sentence."""
    return (
        f"named {rank}",
        f"named {back} {position}",
        f"{shape} named {back}",
        f"{shape} {joined} named {back} {position}",
        f"{shape} named {rank} {back}",
    )


def agrees(gender: str, number: str, shape: str, /) -> Names:
    """Whether he agrees with the cue."""
    return f"gender {gender}", f"number {number}", f"{shape} gender {gender}", f"{shape} number {number}"


def kind(what: str, shape: str, lemma: str, /) -> Names:
    """What he is."""
    return f"kind {what}", f"{shape} kind {what}", f"{lemma} kind {what}"


def often(times: int, joined: str, /) -> Names:
    """How often he spoke lately."""
    return f"spoke {times} times", f"{joined} spoke {times} times"


def here_head(shape: str, head: str, before: str, person: bool, /) -> Names:
    """The sort of the first word of his name there."""
    return (
        f"here head {head}",
        f"{shape} here head {head}",
        f"here head {head} after {before}",
        f"{shape} here person {person}",
    )


def here_subject(shape: str, joined: str, first: bool, before: str, verbs: int, /) -> Names:
    """`first`: the first phrase of its sentence; `verbs`: how many verbs stand between it and the cue."""
    return (
        f"here first {first} after {before}",
        f"{shape} here first {first} after {before}",
        f"{shape} {joined} here first {first}",
        f"here after {before} verbs {min(verbs, 2)}",
        f"{shape} here after {before} verbs {min(verbs, 2)}",
    )


def standing(how: str, shape: str, kind: str, /) -> Names:
    """How sure it is that he is someone who can speak."""
    return f"stands {how}", f"{shape} stands {how}", f"stands {how} {kind}"
