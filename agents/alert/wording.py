"""Alerts, and statements as entries of a feed, in words for people, by the table wording.toml."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Sequence
from importlib.resources import files
from typing import Any, Literal
from zoneinfo import ZoneInfo

from agents.alert.channels import Message
from streams.records import Act, Alert, Statement

Language = Literal["ar", "en"]

_WORDING: dict[str, Any] = tomllib.loads(
    files("agents.alert").joinpath("wording.toml").read_text(encoding="utf-8")
)  # fmt: skip
# A chat shows a few lines; the article has the rest.
_LONGEST = 500
_SHORTEST = 60  # of what was said, however little a channel takes: with less, nobody would know what it is about
_TITLE = 120
_MOST = 10
_BREAK = 2
_MARKS = ("»", "”", '"')


def worded(message: Message, language: Language, zone: str, room: int = sys.maxsize) -> tuple[str, str]:
    """Title and body of `message` as plain text; times are given in `zone`.

    Together they have at most `room` characters and a break between them, as far as an alert can be shortened.
    """
    table, alerts = _WORDING[language], message.alerts
    if len(alerts) == 1:
        title = _title(alerts[0], table)
        return title, _body(alerts[0], table, zone, room - len(title) - _BREAK)
    title = table["digest"].format(rule=_line(message.about, _TITLE) or alerts[0].rule, count=len(alerts))
    room -= len(title) + _BREAK
    parts = [f"{_title(alert, table)}\n{_body(alert, table, zone)}" for alert in alerts[:_MOST]]
    body = _together(parts, len(alerts), table)
    while len(body) > room and len(parts) > 1:
        parts.pop()
        body = _together(parts, len(alerts), table)
    return title, body


def _together(parts: Sequence[str], count: int, table: dict[str, Any]) -> str:
    """`parts` of `count`, and how many more there are."""
    more = [table["more"].format(count=count - len(parts))] if count > len(parts) else []
    return "\n\n".join([*parts, *more])


def entry(statement: Statement, language: Language) -> tuple[str, str]:
    """Title and text of `statement` as an entry of a feed, as plain text."""
    table = _WORDING[language]
    name, mention, told = statement.speaker.name, statement.speaker.mention, _reported(statement)
    title = _line(told or "", _TITLE)
    # What reports and who is named may stand at the end: what a title cuts off, it must tell otherwise.
    if not told or any(part.text not in title for part in (statement.cue, mention) if part):
        title, mention = _bare(statement, _line(statement.content, _TITLE), table), None
    if name and not (mention and name in mention.text):
        title = table["entry"].format(speaker=_line(name, 100), said=title)
    if statement.status == "retracted":
        title = table["withdrawn"].format(said=title)
    return title, told or _bare(statement, statement.content, table)


def act_word(act: Act, language: Language) -> str:
    """What `act` is called."""
    word: str = _WORDING[language]["acts"][act]
    return word


def _title(alert: Alert, table: dict[str, Any]) -> str:
    statement = alert.statement
    words: str = table["title" if alert.retracts is None else "retracted"]
    return words.format(speaker=_line(statement.speaker.name or table["by"], 100), act=table["acts"][statement.act])


def _body(alert: Alert, table: dict[str, Any], zone: str, room: int = sys.maxsize) -> str:
    statement = alert.statement
    words: str = table["body"]
    told = {
        "outlet": _line(statement.outlet, 100),
        "when": f"{statement.published_at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}",
        "url": statement.url,
    }
    longest = min(_LONGEST, max(_SHORTEST, room - len(words.format(said="", **told))))
    return words.format(said=_line(_said(statement, table), longest), **told)


def _said(statement: Statement, table: dict[str, Any]) -> str:
    """What was said: the source's own words in quotation marks, all else and every denial as the article tells it."""
    return _reported(statement) or _bare(statement, statement.content, table)


def _reported(statement: Statement) -> str | None:
    """As the article tells it, where that is to be done and can be."""
    return _told(statement) if statement.form != "direct" or statement.act == "deny" else None


def _bare(statement: Statement, content: str, table: dict[str, Any]) -> str:
    """The content without the words that report."""
    own = statement.form == "direct"
    said: str = table["quoted"].format(content=content) if own else content
    untold: str = table["untold"].format(act=table["acts"][statement.act], content=said)
    return said if own and statement.act != "deny" else untold


def _told(statement: Statement) -> str | None:
    """The words of the article from the first to the last of what reports, who is named there, and what was said."""
    cue, mention, context = statement.cue, statement.speaker.mention, statement.context
    if cue is None or (cue.text == ":" and mention is None):
        return None
    named = [(mention.start, mention.end)] if mention else []
    spans = [(cue.start, cue.end), *named, *statement.content_spans]
    first, last = min(start for start, _ in spans), max(end for _, end in spans)
    # Offsets count from the beginning of the article; where the context begins is where its cue and content fit.
    for found in re.finditer(re.escape(cue.text), context):
        begin = cue.start - found.start()
        content = " … ".join(context[start - begin : end - begin] for start, end in statement.content_spans)
        if begin <= first and content == statement.content:
            closed = statement.form != "indirect" and context[last - begin :].startswith(_MARKS)
            return context[first - begin : last - begin + closed]
    return None


def _line(text: str, longest: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1] + "…"
