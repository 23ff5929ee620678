"""The guide to the record is true: it names every field and value, and the engine finds what its examples show."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import msgspec
import pytest

import streams.schemas
from agents.extract.engine import extract
from streams import records

GUIDE = Path(streams.schemas.__path__[0], "STATEMENT.md").read_text("utf-8")


def table(heading: str) -> list[list[str]]:
    """The rows of the table under `heading`, cells stripped, the first one of its backquotes."""
    section = GUIDE.split(f"{heading}\n", 1)[1].split("\n#", 1)[0]
    rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in re.findall(r"^\|.*\|$", section, re.M)]
    return [[row[0].strip("`"), *row[1:]] for row in rows[2:]]


@pytest.mark.parametrize(
    ("heading", "record"), [("## The record", records.Statement), ("## The speaker", records.Speaker)]
)
def test_every_field_is_described(heading: str, record: type[msgspec.Struct]) -> None:
    assert {row[0] for row in table(heading)} == set(record.__struct_fields__)


@pytest.mark.parametrize(
    ("heading", "values"),
    [
        ("### `kind`", records.Kind),
        ("### `resolved_by`", records.ResolvedBy),
        ("## `form`", records.Form),
        ("## `act`", records.Act),
    ],
)
def test_every_value_is_described(heading: str, values: object) -> None:
    assert [row[0] for row in table(heading)] == list(get_args(values))


@pytest.mark.parametrize("row", table("### `kind`"), ids=lambda row: row[0])
def test_examples_of_kinds(row: list[str]) -> None:
    value, _, example, speaker = row
    (found,) = extract(f"\n{example}")
    assert (found.kind, found.speaker) == (value, speaker)


@pytest.mark.parametrize("row", table("## `form`"), ids=lambda row: row[0])
def test_examples_of_forms(row: list[str]) -> None:
    (found,) = extract(f"\n{row[2]}")
    assert found.form == row[0]
    assert found.speaker == "كريم ناصر"


@pytest.mark.parametrize("row", table("## `act`"), ids=lambda row: row[0])
def test_examples_of_acts(row: list[str]) -> None:
    (found,) = extract(f"\n{row[2]}")
    assert found.act == row[0]
