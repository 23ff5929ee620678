"""What a report does: asserts, denies, demands… By its cue first, then by the words of its content."""

from __future__ import annotations

from collections import Counter

from agents.extract.lexicon.classes import parts_of_speech
from agents.extract.lexicon.words import tones, words
from agents.extract.model import Models, weigh
from agents.extract.reading.layout import Layout
from agents.extract.report import Act, Cue, Form, Span

ACTS: tuple[Act, ...] = ("assert", "deny", "demand", "warn", "accuse", "support", "commit", "ask", "feel")
# Only so much of the content is read for its act.
_READ = 40


def features(layout: Layout, cue: Cue | None, content: list[Span], form: Form) -> list[str]:
    """What is known of a report that may tell its act."""
    text, tone = layout.text, tones().of
    negations = words()["negation"]
    inside = [i for first, last in content for i in range(first, min(last, first + _READ)) if text.wordlike[i]][:_READ]
    default = cue.act if cue else "none"
    lemma = cue.lemma if cue else "none"
    out = [f"default {default}", f"lemma {lemma}", f"form {form}", f"default {default} form {form}"]
    if cue:
        out.append(f"lemma {lemma} {cue.shape}")
    told: Counter[str] = Counter()
    negated = False
    for n, i in enumerate(inside):
        word = text.form[i]
        if n < 3:
            out.append(f"word {n} {word}")
            out.append(f"{default} class {n} {parts_of_speech()[word]}")
        if n < 20:
            out.append(f"has {word}")
        for act in tone(word, text.form[i + 1] if i + 1 < len(text) else ""):
            told[f"{act} negated" if negated else act] += 1
            if n < 6:
                out.append(f"{default} early {act} {negated}")
        negated = word in negations
        readings = layout.readings[i]
        if readings and readings[0].entry.act != "assert":
            held, as_ = readings[0].entry.act, readings[0].form
            out.append(f"{default} holds {held} {'first' if n < 4 else 'later'}")
            out.append(f"holds {held} {as_.person} {as_.shape}")
    for act, count in told.items():
        out += [
            f"{default} tells {act} {min(count, 3)}",
            f"tells {act} {min(count, 3)}",
            f"tells {act} {count * 10 // max(len(inside), 1)}",
        ]
    if not told:
        out.append(f"{default} tells nothing")
    last = content[-1][1]
    if any(text.form[i] in words()["question"] for i in (last - 1, last) if i < len(text)):
        out.append("question")
    return out


def act(layout: Layout, cue: Cue | None, content: list[Span], form: Form, models: Models) -> Act:
    """The likeliest act."""
    totals = weigh(features(layout, cue, content, form), models.act)
    return ACTS[totals.index(max(totals))] if totals else ACTS[0]
