"""Golden cases of quotation marks: what stands between brackets here is a quotation there."""

from __future__ import annotations

import pytest

from agents.extract.reading.quotes import Quotations
from agents.extract.reading.text import Text

CASES = [
    ('قال "نعم" ومضى', ["نعم"]),
    ("قال «نعم» ومضى", ["نعم"]),
    ("قال “نعم” ومضى", ["نعم"]),
    ("قال ”نعم” ومضى", ["نعم"]),
    ("قال »نعم« ومضى", ["نعم"]),
    ("قال „نعم‟ ومضى", ["نعم"]),
    ("قال ''نعم لا'' ومضى", ["نعم لا"]),
    ("قال 'نعم' ومضى", ["نعم"]),
    ('قال "نعم"ومضى "لا" معا', ["نعم", "لا"]),
    ('وصفه بـ"العدو" و"الخصم"', ["العدو", "الخصم"]),
    ("قال «إن «العدل» أساس» ومضى", ["إن «العدل» أساس", "العدل"]),
    ("قال “إن 'العدل' أساس” ومضى", ["إن 'العدل' أساس", "العدل"]),
    ('لم يغلقها: "نعم ومضى', ["نعم ومضى"]),
    ('أغلقها بلا فتح" ثم مضى', []),
    ('قال "نعم\nوهكذا". ثم مضى', ["نعم\nوهكذا"]),
    ('قال "نعم.\n"ولا أيضا". ثم مضى', ["نعم.", "ولا أيضا"]),
    ('قال "نعم. ثم عاد وقال "لا" ومضى', ["نعم. ثم عاد وقال", "لا"]),
    ("قال «نعم. ثم عاد وقال «لا» ومضى", ["نعم. ثم عاد وقال", "لا"]),
    ("«" * 40, []),
    ("Don't say d'accord", []),
    ('""""', [""]),
    ("", []),
]


@pytest.mark.parametrize(("raw", "expected"), CASES, ids=[repr(c[0]) for c in CASES])
def test_golden(raw: str, expected: list[str]) -> None:
    text = Text(raw)
    assert [text.slice(q.first, q.last).strip() for q in Quotations(text).all] == expected


def test_a_thousand_marks_are_a_thousand_steps() -> None:
    text = Text('"«' * 5000)
    found = Quotations(text)
    assert len(found.inside) == len(text)
    assert all(q.first <= q.last for q in found.all)
