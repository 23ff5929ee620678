"""Direct, indirect or mixed: how much of the content stands in quotation marks."""

from __future__ import annotations

from agents.extract.contents.tokens import that_pronoun
from agents.extract.reading.layout import Layout
from agents.extract.report import Form, Span

# A quoted name or a single borrowed word does not make a report mixed.
_BORROWED = 1


def form(layout: Layout, content: list[Span]) -> Form:
    """The form of `content`: direct when all of it stands in marks, indirect when none but a borrowed word does."""
    text, inside = layout.text, layout.quotations.inside
    words = [i for first, last in content for i in range(first, last) if text.wordlike[i]]
    if not words:
        return "indirect"
    quoted = sum(inside[i] >= 0 for i in words)
    if quoted == len(words):
        return "direct"
    if quoted == len(words) - 1 and inside[words[0]] < 0 and quoted > 1 and _carries(text.form[words[0]]):
        return "direct"
    runs, previous = 0, -1
    longest = run = 0
    for i in words:
        if inside[i] >= 0 and inside[i] == previous:
            run += 1
        elif inside[i] >= 0:
            run, runs = 1, runs + 1
        previous = inside[i]
        longest = max(longest, run)
    return "mixed" if longest > _BORROWED else "indirect"


def _carries(form: str) -> bool:
    """What stands outside the marks only because it carries a pronoun (إنه "…") or is a preposition (بـ"…")."""
    return len(form) == 1 or form in that_pronoun()
