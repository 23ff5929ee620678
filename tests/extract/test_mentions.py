from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.extract.phrases.gazetteer import word
from agents.extract.phrases.noun_phrases import noun_phrase, subject
from agents.extract.reading.layout import Layout
from agents.extract.reading.text import Text
from agents.extract.report import Report
from agents.extract.sources.mentions import find_mention
from tests.extract.marked import lines, parts, read


@pytest.mark.parametrize("line", lines("phrases.txt"))
def test_a_phrase_ends_where_the_bar_stands(line: str) -> None:
    phrase, rest = (part.strip() for part in line.split(" | "))
    text = Text(f"{phrase} {rest}")
    end = noun_phrase(text, 0, len(text))
    assert text.slice(0, end) == phrase.rstrip("، ")


@pytest.mark.parametrize("line", lines("beside.txt"))
def test_a_source_stands_beside_its_cue(line: str) -> None:
    raw, marked = parts(line)
    layout = Layout(Text(raw))
    spans = {kind: layout.text.tokens(first, last) for kind, first, last in marked}
    found = find_mention(layout, Report(read(layout, spans["["]), [spans["{"]]))
    assert found == spans.get("<")


def test_times_and_adverbs_stand_between_a_verb_and_its_subject() -> None:
    text = Text("أعلن أيضا اليوم الثلاثاء رئيس البلدية أن الطريق مفتوح")
    found = subject(text, 1, len(text))
    assert found is not None
    assert text.slice(*found) == "رئيس البلدية"


def test_spelling_tells_an_article_from_a_root() -> None:
    assert not word("إلغاء").definite
    assert word("الغرفة").definite


WORDS = st.sampled_from(
    [
        "قال",
        "الوزير",
        "محمد",
        "بن",
        "آل",
        "،",
        '"',
        "(",
        ")",
        "«",
        "»",
        ":",
        ".",
        "في",
        "من",
        "لـ",
        "للأمم",
        "المتحدة",
        "رئيس",
        "وزارة",
        "و",
        "والتعليم",
        "باسم",
        "الذي",
        "١٢",
        "abc",
        "عبد",
        "ال",
        "ب",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(WORDS, max_size=40).map(" ".join) | st.text(max_size=60), st.integers(0, 40), st.integers(0, 60))
def test_a_phrase_lies_inside_its_bounds(raw: str, first: int, stop: int) -> None:
    text = Text(raw)
    first = min(first, len(text))
    stop = max(first, min(stop, len(text)))
    end = noun_phrase(text, first, stop)
    assert first <= end <= stop
