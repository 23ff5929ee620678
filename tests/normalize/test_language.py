"""The language of a text: every row's own example, and what no small word decides."""

from __future__ import annotations

import pytest

from agents.normalize.language import language
from streams.tables import rows


@pytest.mark.parametrize("row", rows("agents.normalize", "languages.tsv"), ids=lambda row: row["language"])
def test_example(row: dict[str, str]) -> None:
    assert language(row["example"]) == row["language"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "und"),
        ("🔥🔥🔥", "und"),
        ("12:30", "und"),
        ("تسريبات", "ar"),
        ("قال وزيرٌ إنّ The New Port مشروعٌ كبير من بين مشاريع أخرى", "ar"),
        ("The word سلام is the first in the book and the last", "en"),
    ],
)
def test_edges(text: str, expected: str) -> None:
    assert language(text) == expected
