"""An alert in words for people, by the table wording.toml."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any, Literal
from zoneinfo import ZoneInfo

from agents.alert.channels import Message
from streams.records import Alert

Language = Literal["ar", "en"]

_WORDING: dict[str, Any] = tomllib.loads(
    files("agents.alert").joinpath("wording.toml").read_text(encoding="utf-8")
)  # fmt: skip
# A chat shows a few lines; the article has the rest.
_LONGEST = 500
_MOST = 10


def worded(message: Message, language: Language, zone: str) -> tuple[str, str]:
    """Title and body of `message` as plain text; times are given in `zone`."""
    table = _WORDING[language]
    if len(message.alerts) == 1:
        return _title(message.alerts[0], table), _body(message.alerts[0], table, zone)
    title = table["digest"].format(rule=message.alerts[0].rule, count=len(message.alerts))
    parts = [f"{_title(alert, table)}\n{_body(alert, table, zone)}" for alert in message.alerts[:_MOST]]
    if len(message.alerts) > _MOST:
        parts.append(table["more"].format(count=len(message.alerts) - _MOST))
    return title, "\n\n".join(parts)


def _title(alert: Alert, table: dict[str, Any]) -> str:
    statement = alert.statement
    words: str = table["title" if alert.retracts is None else "retracted"]
    return words.format(speaker=_line(statement.speaker.name or table["by"], 100), act=table["acts"][statement.act])


def _body(alert: Alert, table: dict[str, Any], zone: str) -> str:
    statement = alert.statement
    words: str = table["body"]
    return words.format(
        content=_line(statement.content, _LONGEST),
        outlet=_line(statement.outlet, 100),
        when=f"{statement.published_at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}",
        url=statement.url,
    )


def _line(text: str, longest: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1] + "…"
