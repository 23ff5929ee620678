"""Rules as people write them, checked: from a TOML file or from the API, the same words and the same complaints.

deploy/alerts.example.toml shows a file; `streams.records.AlertRule` says what each field means.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import time
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo

import msgspec

from agents.alert.matching import NAME, PREFIX
from agents.alert.spelling import Name
from streams.arabic import words
from streams.errors import SetupError
from streams.records import Act, AlertRule, Form, Kind, Quiet

# More than any person writes; a rule is looked at for every statement.
_MOST_ITEMS, _LONGEST_PHRASE = 1000, 200

_NAMES = "a list of names in quotation marks"
_PHRASES = "a list of words or phrases in quotation marks; * after a word takes any ending"
_ALLOWED = {
    "name": "small Latin letters, digits and hyphens, up to 64",
    "description": "text",
    "enabled": "true or false",
    "channels": "a list of at least one channel's name",
    "speakers": "a list of names or ids in quotation marks",
    "kinds": f"a list of: {', '.join(get_args(Kind))}",
    "acts": f"a list of: {', '.join(get_args(Act))}",
    "forms": f"a list of: {', '.join(get_args(Form))}",
    "outlets": _NAMES,
    "words": "a table of any, all and none, each a list of words or phrases",
    "words.any": _PHRASES,
    "words.all": _PHRASES,
    "words.none": _PHRASES,
    "headline": "true or false",
    "min_confidence": "a number from 0 to 1",
    "quiet": '{ from = "22:00", to = "07:00", zone = "Asia/Riyadh" }',
    "quiet.from": "a time such as 22:00, in quotation marks",
    "quiet.to": "a time such as 07:00, in quotation marks",
    "quiet.zone": "a time zone of the IANA database, such as Asia/Riyadh or UTC",
    "max_per_hour": "a whole number from 1",
    "digest": "minutes, more than 0 and at most 1440",
    "retractions": "true or false",
}
# Every condition that narrows a rule down; without any it would match all there is.
_CONDITIONS = ("speakers", "kinds", "acts", "forms", "outlets", "words", "headline", "min_confidence")


class RuleError(SetupError):
    """What is wrong with rules, and what is allowed: a problem a line."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True)
class AlertFile:
    """A file of channels and rules: channels' options as written, by name, and the rules."""

    path: Path
    channels: Mapping[str, Mapping[str, Any]]
    rules: tuple[AlertRule, ...]


def rule(name: str, fields: Mapping[str, Any], origin: Literal["file", "api"] = "api") -> AlertRule:
    """The rule `name` with these fields (of TOML or JSON). Raises `RuleError` with all that is wrong."""
    problems = list(_unknown(fields))
    if not problems:
        try:
            found = msgspec.convert({**fields, "name": name, "origin": origin}, AlertRule)
        except msgspec.ValidationError as error:
            problems = [_explained(str(error))]
        else:
            problems = list(_faults(found))
    if problems:
        raise RuleError(f"rule {name}: {problem}" for problem in problems)
    return found


def checked(rule: AlertRule) -> AlertRule:
    """`rule`, which came as a record. Raises `RuleError` when no file could say it."""
    if problems := list(_faults(rule)):
        raise RuleError(f"rule {rule.name}: {problem}" for problem in problems)
    return rule


def load(path: Path) -> AlertFile:
    """The channels and rules of a TOML file. Raises `RuleError` with all that is wrong, and where."""
    try:
        text = path.read_bytes().decode()
        data = tomllib.loads(text)
    except OSError as error:
        raise RuleError([f"{path}: cannot be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise RuleError([f"{path}: is not UTF-8 text (byte {error.start}); save it as UTF-8"]) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise RuleError([f"{path}: is not TOML: {error or 'too deep'}"]) from error

    problems = [
        f"{path}: [{section}] is not known here; allowed: [channels.NAME], [rules.NAME]"
        for section in sorted(data.keys() - {"channels", "rules"})
    ]
    channels, tables = (_tables(data, section, path, problems) for section in ("channels", "rules"))
    rules: list[AlertRule] = []
    for name, fields in tables.items():
        try:
            found = rule(name, fields, "file")
            unknown = [channel for channel in found.channels if channel not in channels]
            if unknown:
                known = ", ".join(sorted(channels)) or "none yet: add [channels.NAME]"
                raise RuleError(f"rule {name}: no channel named {channel}; allowed: {known}" for channel in unknown)
            rules.append(found)
        except RuleError as error:
            problems += (f"{path}:{_line(text, name)}: {problem}" for problem in error.problems)
    if problems:
        raise RuleError(problems)
    return AlertFile(path, channels, tuple(rules))


def _tables(data: Mapping[str, Any], section: str, path: Path, problems: list[str]) -> dict[str, dict[str, Any]]:
    tables = data.get(section, {})
    if not isinstance(tables, dict) or not all(isinstance(table, dict) for table in tables.values()):
        problems.append(f"{path}: [{section}] must hold tables: write [{section}.NAME] and its fields below")
        return {}
    return tables


def _line(text: str, name: str) -> int:
    """The line on which the rule begins; 1 when it is written in a way of its own."""
    head = re.search(rf"""^\s*\[\s*rules\s*\.\s*["']?{re.escape(name)}["']?\s*\]""", text, re.MULTILINE)
    return text.count("\n", 0, head.end()) + 1 if head else 1


def _unknown(fields: Mapping[str, Any]) -> Iterable[str]:
    """Complaints about fields that no rule has."""
    given = list(fields)
    for table in ("words", "quiet"):
        if isinstance(fields.get(table), dict):
            given += (f"{table}.{field}" for field in fields[table])
    for field in given:
        if field not in _ALLOWED or field == "name":
            table = field.rpartition(".")[0]
            allowed = [known for known in _ALLOWED if known.rpartition(".")[0] == table and known != "name"]
            near = get_close_matches(field, allowed, 1)
            meant = f" (did you mean {near[0]}?)" if near else ""
            yield f"no field {field!r}{meant}; allowed: {', '.join(allowed)}"


def _explained(complaint: str) -> str:
    """msgspec's complaint, with the field as people write it and what is allowed there."""
    what, _, place = complaint.partition(" - at `$")
    path = re.sub(r"\[[^]]*\]", "", place.rstrip("`")).lstrip(".")
    if not path:
        path = next((field for field in _ALLOWED if f"`{field.rpartition('.')[2]}`" in what), "")
    return f"{path}: {what}; allowed: {_ALLOWED[path]}" if path in _ALLOWED else what


def _faults(rule: AlertRule) -> Iterable[str]:
    """Complaints about what is well formed and cannot be meant."""
    default = AlertRule(name="x", channels=["x"])
    if all(getattr(rule, field) == getattr(default, field) for field in _CONDITIONS):
        yield f"it has no condition and would match every statement; give at least one of: {', '.join(_CONDITIONS)}"
    lists = {
        "channels": rule.channels,
        "speakers": rule.speakers,
        "outlets": rule.outlets,
        "words.any": rule.words.any,
        "words.all": rule.words.all,
        "words.none": rule.words.none,
    }
    for field, items in lists.items():
        if len(items) > _MOST_ITEMS:
            yield f"{field}: has {len(items):,} items; allowed: at most {_MOST_ITEMS:,}"
        for item in items[:_MOST_ITEMS]:
            if problem := _item(field, item):
                yield f"{field}: {_shown(item)} {problem}; allowed: {_ALLOWED[field]}"
    if rule.words.any == rule.words.all == [] != rule.words.none and all(
        getattr(rule, field) == getattr(default, field) for field in _CONDITIONS if field != "words"
    ):
        yield "words.none alone would match nearly every statement; give one more condition"
    if rule.quiet:
        yield from _quiet(rule.quiet)


def _item(field: str, item: str) -> str | None:
    """What is wrong with an item of a list; None when it is well."""
    if not item.strip():
        return "is empty"
    if len(item) > _LONGEST_PHRASE:
        return f"is longer than {_LONGEST_PHRASE} characters"
    if field.startswith("words."):
        found = words(item)
        if not found:
            return "has no letter or digit"
        if "*" in item.rstrip().removesuffix("*"):
            return "has a * that is not at its end"
        if item.rstrip().endswith("*") and (len(found[-1]) < PREFIX or not item.rstrip()[-2:-1].strip()):
            return f"needs at least {PREFIX} letters right before its *"
    if field == "speakers" and len(Name(words(item)).letters) < NAME:
        return f"has fewer than {NAME} letters"
    return None


def _quiet(quiet: Quiet) -> Iterable[str]:
    try:
        ZoneInfo(quiet.zone)
    except (ValueError, OSError, KeyError):  # unknown; a path; a folder
        yield f"quiet.zone: {_shown(quiet.zone)} is not known; allowed: {_ALLOWED['quiet.zone']}"
    for field, clock in (("quiet.from", quiet.begin), ("quiet.to", quiet.end)):
        try:
            time.fromisoformat(clock)
        except ValueError:  # other digits, a newline behind: in Python the schema's pattern lets them through
            yield f"{field}: {_shown(clock)} is no time; allowed: {_ALLOWED[field]}"
    if quiet.begin == quiet.end:
        yield "quiet: from and to are the same time; allowed: two times, or enabled = false for never"


def _shown(item: str) -> str:
    return repr(item if len(item) <= 40 else item[:40] + "…")
