"""An article of our own whose statements are cut from its text, so that every offset is right by construction."""

from __future__ import annotations

from typing import Any

from streams.identity import identity
from streams.records import Article, Cue, Mention, Speaker, Statement
from tests.serve.examples import article, statement

# The dove and the square are beyond the Basic Multilingual Plane: one code point, two UTF-16 units each.
TEXT = """🕊 بلدية التل ترحب بالاتفاق 🟦
رحبت بلدية التل بالاتفاق 🟦 ونقلت إذاعة الميناء عن مصدر في البلدية قوله إن رئيسها تعهد بفتح السوق غدا.
وأضاف المصدر: «لن نغلق الطريق 🕊 مرة أخرى»."""


def span(words: str, text: str = TEXT) -> tuple[int, int]:
    """Where `words` stand in the text, in code points."""
    start = text.index(words)
    return start, start + len(words)


def said(article_id: str, content: str, cue: str, lemma: str, mention: str | None, **fields: Any) -> Statement:
    """A statement in `TEXT`, its spans found by their words."""
    name = fields.pop("name", mention or "مصدر في البلدية")
    return statement(
        content,
        article_id=article_id,
        content_spans=[span(content)],
        cue=Cue(cue, lemma, *span(cue)),
        speaker=Speaker(
            name, identity(name), "organization", Mention(mention, *span(mention)) if mention else None, "named"
        ),
        **fields,
    )


def square() -> tuple[Article, list[Statement]]:
    """The article, and four statements in it, the second inside the first of its line."""
    article_id = identity("article", "square")
    welcome = said(article_id, "بالاتفاق 🟦", "رحبت", "رحّب", "بلدية التل", act="support")
    passed = said(article_id, "رئيسها تعهد بفتح السوق غدا", "نقلت", "نقل", "مصدر في البلدية", via="إذاعة الميناء")
    promise = said(
        article_id, "بفتح السوق غدا", "تعهد", "تعهّد", "رئيسها", name="رئيس البلدية", act="commit",
        parent=passed.statement_id,
    )  # fmt: skip
    quote = said(article_id, "لن نغلق الطريق 🕊 مرة أخرى", "أضاف", "أضاف", "المصدر", form="direct", act="deny")
    return article(article_id, TEXT), [welcome, passed, promise, quote]
