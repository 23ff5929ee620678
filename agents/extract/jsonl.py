"""Statements of articles as JSON lines: what `tasrih extract --jsonl` runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec

from agents.extract.engine import extract
from agents.extract.version import ENGINE


def moment(value: object) -> datetime | None:
    """A time as ISO 8601 or RFC 822 writes it; None when it is neither."""
    if not isinstance(value, str):
        return None
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return read(value.strip())
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None


class _Line(msgspec.Struct):
    text: str
    doc: Any = None
    published: str | None = None


def extract_line(line: str, text_of: Callable[[str], str] | None = None) -> dict[str, Any]:
    """A line {"doc", "text", "published"?} → {"doc", "engine", "statements"}; offsets are code points of "text".

    Where "text" is a page, `text_of` makes a text of it: that is what offsets index, and the answer has it as "text".
    Raises ValueError, which names the field at fault. A time may be null or empty: unknown.
    """
    try:
        given = json.loads(line)  # not msgspec's decoder, which refuses the halves of surrogate pairs
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not JSON ({error})") from error
    document = msgspec.convert(given, _Line)
    published = moment(document.published)
    if document.published and published is None:
        raise ValueError(
            f"`published` is {document.published!r}: not a time such as 2026-01-31 or 2026-01-31T09:30:00Z"
        )
    answer = {"doc": document.doc, "engine": ENGINE}
    text = document.text
    if text_of:
        answer["text"] = text = text_of(text)
    return answer | {"statements": statements(text, published)}


def statements(text: str, published: datetime | None) -> list[dict[str, Any]]:
    """The statements of `text`, as JSON holds them: places as annotated articles have them, and the words there."""
    return [
        {
            "id": s.id,
            "content": s.content,
            "content_text": s.words(text),
            "cue": s.cue,
            "cue_text": text[slice(*s.cue)] if s.cue else None,
            "cue_lemma": s.cue_lemma,
            "mention": s.mention,
            "mention_text": text[slice(*s.mention)] if s.mention else None,
            "speaker": s.speaker,
            "kind": s.kind,
            "resolved_by": s.resolved_by,
            "via": s.via,
            "form": s.form,
            "act": s.act,
            "parent": s.parent,
            "confidence": s.confidence,
            "headline": s.headline,
            "context": text[slice(*s.context)],
        }
        for s in extract(text, published)
    ]
