"""The whole engine: golden articles of our own, and what holds for any text at all."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.extract import model
from agents.extract.engine import Extracted, extract
from agents.extract.jsonl import extract_line, moment
from agents.extract.version import ENGINE
from tests.readme import code

ARTICLE = """وزير الزراعة يحذر من موسم جاف
قال وزير الزراعة سليم الهادي، الثلاثاء، إن المخزون يكفي ستة أشهر، مشيرا إلى أن الأسعار لن ترتفع.
وأضاف: "سنشتري القمح من المزارعين كلهم. لن نترك أحدا وحده".
ونفت نقابة المزارعين أن تكون قد تسلمت أي دفعة.
وزارت لجنة من البرلمان ثلاث قرى في الشمال.
ارتفع سعر الخبز بمقدار الربع، بحسب مكتب الإحصاء.
"""


def _said(statements: list[Extracted], text: str) -> list[tuple[str, str]]:
    return [(text[slice(*s.cue)] if s.cue else "", " … ".join(text[a:b] for a, b in s.content)) for s in statements]


def test_an_article() -> None:
    said = dict(_said(extract(ARTICLE), ARTICLE))
    assert said["قال"] == "المخزون يكفي ستة أشهر"
    assert said["مشيرا"] == "الأسعار لن ترتفع"
    assert said["وأضاف"] == "سنشتري القمح من المزارعين كلهم. لن نترك أحدا وحده"
    assert said["ونفت"] == "تكون قد تسلمت أي دفعة"
    assert said["بحسب"] == "ارتفع سعر الخبز بمقدار الربع"
    assert said["يحذر"] == "موسم جاف"
    assert "وزارت" not in said


def test_its_fields() -> None:
    by_cue = {s.cue_lemma: s for s in extract(ARTICLE)}
    assert by_cue["أضاف"].form == "direct"
    assert by_cue["قال"].form == "indirect"
    assert by_cue["نفى"].act == "deny"
    assert by_cue["حذّر"].act == "warn"
    assert by_cue["حذّر"].headline
    assert not by_cue["قال"].headline
    assert ARTICLE[slice(*by_cue["قال"].context)].startswith("قال وزير الزراعة")
    assert all(s.rule for s in by_cue.values())


@pytest.mark.parametrize(("opening", "closing"), [('"', '"'), ("«", "»"), ("“", "”"), ("”", "“"), ("„", "‟")])
def test_marks_of_every_kind_make_the_same_statement(opening: str, closing: str) -> None:
    text = f"\nوقال المدير: {opening}سنفتح الباب غدا صباحا{closing}."
    assert ("وقال", "سنفتح الباب غدا صباحا") in _said(extract(text), text)


def test_nothing_is_said_in_plain_news() -> None:
    assert extract("أمطار في الشمال\nهطلت أمطار غزيرة على القرى. وأغلقت المدارس أبوابها يومين.") == []


HARD = [
    "",
    " ",
    "\n",
    "\n\n\n",
    '"',
    '"""""',
    "«" * 50,
    "ـ",
    "ًٌٍ",
    "\u200f\u200e",
    "قال",
    "قال:",
    ":",
    "قال إن",
    "إن",
    "\U0001f600 قال إن \U0001f600",
    "قال \ud800 إن",
    "\x00قال\x00",
    "قال إن " * 40,
    "بحسب " * 60,
    "و " * 60,
]


@pytest.mark.parametrize("raw", HARD, ids=repr)
def test_hard_texts(raw: str) -> None:
    _holds(raw, extract(raw))


WORDS = [
    "قال",
    "وقال",
    "إن",
    "أن",
    "إنه",
    "الوزير",
    "بحسب",
    "مشيرا",
    "إلى",
    "على",
    '"',
    "«",
    "»",
    "“",
    "”",
    ":",
    "،",
    ".",
    "\n",
    "و",
    "نفت",
    "أعلنته",
    "تصريحاته",
    "ـ",
    "100",
    "x",
    "؟",
    "(",
    ")",
    "–",
    "حسبما",
    "ما",
    "الذي",
    "قائلا",
    "بـ",
]


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=200), st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join)))
def test_any_text(raw: str) -> None:
    found = extract(raw)
    _holds(raw, found)
    assert found == extract(raw)


def _holds(raw: str, found: list[Extracted]) -> None:
    ids = [s.id for s in found]
    assert len(set(ids)) == len(ids)
    for s in found:
        for a, b in [*s.content, s.context, *(x for x in (s.cue, s.mention) if x)]:
            assert 0 <= a < b <= len(raw)
        for a, b in s.content:
            assert raw[a:b] == raw[a:b].strip()
        assert s.parent is None or s.parent in ids
        assert 0 <= s.confidence <= 1


@pytest.mark.parametrize("unit", ["وقال الوزير إن الطريق مفتوح ", '"نعم" ', "كلمة ", '"', "بحسب الوزير، "])
def test_work_grows_no_faster_than_the_text(unit: str) -> None:
    """Counted in calls of functions, the built-in ones too, not in seconds."""
    calls = 0

    def counting(frame: FrameType, event: str, called: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    steps = []
    extract(unit)
    for size in (100, 400):
        calls = 0
        sys.setprofile(counting)
        try:
            extract(unit * size)
        finally:
            sys.setprofile(None)
        steps.append(calls)
    assert steps[1] <= 6 * steps[0] + 1000


def test_lines_of_json() -> None:
    line = json.dumps({"doc": "d", "text": ARTICLE, "published": "Tue, 03 Mar 2020 10:00:00 GMT"})
    out = extract_line(line)
    assert out["doc"] == "d"
    assert {s["id"] for s in out["statements"]} == {f"s{n}" for n in range(1, len(out["statements"]) + 1)}
    assert extract_line('{"text": "", "published": null}') == {"doc": None, "engine": ENGINE, "statements": []}
    for odd in ('{"doc": 3}', '{"text": null}', '{"text": "", "published": 7}', "[]", '"قال"', "{}", "null"):
        with pytest.raises(ValueError):
            extract_line(odd)


def test_a_line_tells_who_passed_the_words_on() -> None:
    (said,) = extract_line(json.dumps({"text": "\nقال العطار إن القطار سيعمل، وفقا لما ذكرته وكالة الأنباء الليبية."}))[
        "statements"
    ]
    assert said["via"] == "وكالة الأنباء الليبية"


def test_moments() -> None:
    expected = datetime(2020, 3, 3, 10, tzinfo=UTC)
    assert moment("2020-03-03T10:00:00Z") == expected
    assert moment("Tue, 03 Mar 2020 10:00:00 +0000") == expected
    assert moment("yesterday") is None
    assert moment(None) is None


def test_threads_share_what_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker reads long articles in a thread, beside the others; both come upon a table that is full."""
    monkeypatch.setattr(model, "_MEMO", 100)
    table = model.Table({"known": 1.0})

    def features(_: int) -> list[str]:
        return ["known"]

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as threads:
            sums = threads.map(lambda first: sum(table[features, n] for n in range(first, first + 3000)), range(4))
            assert list(sums) == [3000.0] * 4
    finally:
        sys.setswitchinterval(before)
    assert len(table) < 200


def test_the_readme_shows_what_it_finds(capsys: pytest.CaptureFixture[str]) -> None:
    example = code("extract(article)")
    exec(example, {})
    assert [f"# {line}" for line in capsys.readouterr().out.splitlines()] == example.splitlines()[-2:]
