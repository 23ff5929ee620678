"""A name that an article writes for a preposition: told by what follows it, and by whether both are written."""

from __future__ import annotations

import pytest

from agents.extract.reading.text import Text


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("شدد علي ضرورة العمل، واقتصر علي الأعضاء، وقال علي محمد", ["على", "على", "علي"]),
        ("قال علي الصالح إن علي حضر", ["علي", "علي"]),
        ("شدد على العمل، وأكد علي الصفدي أن علي حضر", ["على", "علي", "علي"]),
        ("قال علي إنه حضر", ["علي"]),
    ],
)
def test_on_and_ali(text: str, read: list[str]) -> None:
    assert [word for word in Text(text).word if word in ("على", "علي")] == read
