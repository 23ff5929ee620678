"""A record of any minor version is understood by every other."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import msgspec
import pytest

from agents.fetch.state import FeedRow, Subscription
from streams.records import SCHEMA_VERSION, Feed, encode
from streams.schemas import schema
from streams.topics import TOPICS
from streams.wire import UnreadableError, decode
from tests.upgrade.__main__ import VERSIONS, sample
from tests.upgrade.compatibility import incompatibilities

_BY_NAME = {topic.name: topic for topic in TOPICS}
_FILES = sorted(VERSIONS.glob("*/*.json"))
_MAJOR = SCHEMA_VERSION.partition(".")[0]


@pytest.mark.parametrize("file", _FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_what_was_written_then_is_read_today(file: Path) -> None:
    kept, topic = json.loads(file.read_text()), _BY_NAME[file.stem]
    for one in kept["samples"]:
        today = json.loads(encode(decode(json.dumps(one).encode(), topic.record)))
        assert _within(one, today)


def _within(then: Any, now: Any) -> bool:
    """Whether everything that was there then is there now; fields that came since have their defaults."""
    if isinstance(then, dict):
        return all(name in now and _within(value, now[name]) for name, value in then.items())
    if isinstance(then, list):
        return len(then) == len(now) and all(map(_within, then, now))
    return bool(then == now)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_all_versions_understand_each_other(topic: Any) -> None:
    kept = {f.parent.name: json.loads(f.read_text())["schema"] for f in _FILES if f.stem == topic.name}
    kept["today"] = schema(topic)
    for one, other in combinations(kept, 2):
        assert not incompatibilities(kept[one], kept[other]), f"{one} and {other}"


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_todays_version_is_kept_as_it_is(topic: Any) -> None:
    """A change of a record is a new version: raise SCHEMA_VERSION, then run `python -m tests.upgrade`."""
    kept = json.loads((VERSIONS / SCHEMA_VERSION / f"{topic.name}.json").read_text())
    assert kept["schema"] == schema(topic)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_later_minor_is_read_and_another_major_is_refused(topic: Any) -> None:
    later = {**sample(topic.record, full=True), "schema_version": f"{_MAJOR}.99", "field_to_come": {"a": [1]}}
    decode(json.dumps(later).encode(), topic.record)
    with pytest.raises(UnreadableError, match=r"version 99\.0"):
        decode(json.dumps({**later, "schema_version": "99.0"}).encode(), topic.record)


def test_a_row_of_the_fetcher_is_read_though_some_of_its_columns_went() -> None:
    subscription = Subscription("https://hub.example/", "t", "c", "s", 1.0)
    row = FeedRow(Feed(url="https://a.example/rss", outlet="الساحل"), 0, 1.0, etag="x", subscription=subscription)
    then = msgspec.to_builtins(row) | {"conditional": 3, "title": "الساحل"}
    then["subscription"] |= {"pushed_at": 2.0}
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(then), type=FeedRow) == row


def _schema(**fields: Any) -> dict[str, Any]:
    """A record's schema; a field's name ends in `_` when it is required."""
    record = msgspec.defstruct("R", [(name, kind) if name.endswith("_") else (name, kind, None) for name, kind in fields.items()], kw_only=True)  # fmt: skip # noqa: E501
    (_,), found = msgspec.json.schema_components([record], ref_template="#/$defs/{name}")
    return {**found.pop("R"), "$defs": found}


@pytest.mark.parametrize(
    ("before", "after", "understood"),
    [
        ({"a_": str}, {"a_": str}, True),
        ({"a_": str}, {"a_": str, "b": int | None}, True),
        ({"a_": str, "b": int | None}, {"a_": str}, True),
        ({"a_": str}, {"a_": str, "b_": int}, False),
        ({"a_": str, "b_": int}, {"a_": str}, False),
        ({"a_": str}, {"a_": int}, False),
        ({"a_": str}, {"a_": str | None}, False),
        ({"a_": list[str]}, {"a_": list[int]}, False),
        ({"b": str | None}, {"b": int | None}, False),
    ],
)
def test_the_checker_itself(before: dict[str, Any], after: dict[str, Any], understood: bool) -> None:
    one, other = _schema(**before), _schema(**after)
    assert (not incompatibilities(one, other)) is understood
    assert (not incompatibilities(other, one)) is understood
