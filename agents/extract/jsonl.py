"""Statements of articles as JSON lines: what `tasrih extract --jsonl` runs."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from agents.extract.engine import extract


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


def extract_line(line: str) -> dict[str, Any]:
    """A line {"doc", "text", "published"?} → {"doc", "statements"}; offsets are code points of "text".

    Raises ValueError when the line is not JSON; a line that lacks a text has no statements.
    """
    document = json.loads(line)
    if not isinstance(document, dict):
        document = {"text": document}
    raw = document.get("text")
    text = raw if isinstance(raw, str) else ""
    statements = [
        {
            "id": s.id,
            "content": s.content,
            "cue": s.cue,
            "mention": s.mention,
            "speaker": s.speaker,
            "kind": s.kind,
            "via": text[slice(*s.via)] if s.via else None,
            "form": s.form,
            "act": s.act,
            "parent": s.parent,
            "confidence": s.confidence,
        }
        for s in extract(text, moment(document.get("published")))
    ]
    return {"doc": document.get("doc"), "statements": statements}


def main() -> int:
    """Lines from standard input to standard output. A line that is not JSON is told on standard error; then 1."""
    failed = 0
    for number, line in enumerate(sys.stdin, 1):
        if not line.strip():
            continue
        try:
            print(json.dumps(extract_line(line), ensure_ascii=False))
        except ValueError as error:
            failed = 1
            print(f"line {number} is not JSON: {error}", file=sys.stderr)
    return failed


if __name__ == "__main__":
    sys.exit(main())
