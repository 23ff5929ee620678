"""What a report does: asserts, denies, demands… By its cue first, then by the words of its content."""

from __future__ import annotations

from agents.extract.layout import Layout
from agents.extract.model import Models, score
from agents.extract.report import Act, Cue, Form, Span

ACTS: tuple[Act, ...] = ("assert", "deny", "demand", "warn", "accuse", "support", "commit", "ask", "feel")
# Only so much of the content is read for its act.
_READ = 40


def features(layout: Layout, cue: Cue | None, content: list[Span], form: Form) -> list[str]:
    """What is known of a report that may tell its act."""
    text = layout.text
    words = [i for first, last in content for i in range(first, min(last, first + _READ)) if text.word[i][0].isalnum()][:_READ]
    out = [f"default {cue.act if cue else 'none'}", f"lemma {cue.lemma if cue else 'none'}", f"form {form}"]
    if cue:
        out.append(f"lemma {cue.lemma} {cue.shape}")
    default = cue.act if cue else "none"
    for n, i in enumerate(words):
        if n < 3:
            out.append(f"word {n} {text.form[i]}")
        if n < 12:
            out.append(f"has {text.form[i]}")
        for reading in layout.readings[i][:1]:
            if reading.entry.act != "assert":
                out.append(f"{default} holds {reading.entry.act} {'first' if n < 4 else 'later'}")
                out.append(f"holds {reading.entry.act} {reading.form.person} {reading.form.shape}")
    last = content[-1][1]
    if last < len(text) and text.word[last] in ("؟", "?"):
        out.append("question")
    return out


def act(layout: Layout, cue: Cue | None, content: list[Span], form: Form, models: Models) -> Act:
    """The likeliest act."""
    found = features(layout, cue, content, form)
    default = cue.act if cue else "assert"
    best, top = default, float("-inf")
    for name in ACTS:
        value = score(found, models[f"act {name}"])
        if value > top + 1e-9:
            best, top = name, value
    return best
