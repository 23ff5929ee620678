"""Parts of speech: counted on what a tagger told, looked up by word, guessed by letters."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.extract.learning.parts_of_speech import classes, count
from agents.extract.lexicon.classes import ITSELF, parts_of_speech
from agents.extract.reading.text import Text

# The units of a sentence as the tagger writes them: what stands there, and its tag.
_TAGGED = [
    ("و", "CC"),
    ("أعلن", "VBD"),
    ("المجلس", "DTNN"),
    ("أن", "IN"),
    ("ه", "PRP"),
    ("سيجتمع", "VBP"),
    ("غدا", "NN"),
]
_SENTENCE = "وأعلن المجلس أنه سيجتمع غدا"


def _write(folder: Path, text: str) -> None:
    at, units = 0, []
    for unit, tag in _TAGGED:
        at = text.index(unit, at)
        units.append({"originalText": unit, "characterOffsetBegin": at, "pos": tag})
        at += len(unit)
    (folder / "news").write_text(text, encoding="utf-8")
    (folder / "news.json").write_text(json.dumps({"sentences": [{"tokens": units}]}), encoding="utf-8")


def test_a_word_has_the_tags_of_its_units(tmp_path: Path) -> None:
    _write(tmp_path, _SENTENCE)
    assert {form: list(tags) for form, tags in count(tmp_path).items()} == {
        "واعلن": ["CC+VBD"],
        "المجلس": ["DTNN"],
        "انه": ["IN+PRP"],
        "سيجتمع": ["VBP"],
        "غدا": ["NN"],
    }


def test_a_word_seen_often_has_a_tag_and_a_function_word_is_one() -> None:
    seen = {
        "سيجتمع": Counter({"RP+VBP": 3}),
        "انه": Counter({"IN+PRP": 3}),
        "غدا": Counter({"NN": 2}),
        "كلمه": Counter({"NN": 9000, "VBD": 10}),
    }
    assert classes(seen) == {"سيجتمع": "RP+VBP", "انه": ITSELF, "كلمه": ITSELF}, "seen too seldom, or too often"


def test_what_the_tagger_counts_otherwise_is_told(tmp_path: Path) -> None:
    _write(tmp_path, f"{_SENTENCE} 🎉")
    with pytest.raises(SystemExit, match="emoji"):
        count(tmp_path)


@pytest.mark.parametrize(
    ("word", "tag"),
    [
        ("المعلمون", "DTNNS"),
        ("وأعلنت", "CC+VBD"),
        ("سيجتمع", "RP+VBP"),
        ("للمستشفى", "IN+DTNN"),
        ("عن", "عن"),
        ("١٩٩٠", "0"),
        ("«", "«"),
    ],
)
def test_a_word_of_news(word: str, tag: str) -> None:
    assert parts_of_speech()[Text(word).form[0]] == tag


@pytest.mark.parametrize(
    ("word", "tag"), [("المتقعفرون", "DTNNS"), ("وبالتسقلبية", "CC+IN+DTNN"), ("سيتقعفرون", "RP+VBP")]
)
def test_an_unknown_word_is_told_by_its_letters(word: str, tag: str) -> None:
    form = Text(word).form[0]
    assert form not in parts_of_speech()
    assert parts_of_speech()[form] == tag


@given(st.text(min_size=1))
def test_every_token_has_one(raw: str) -> None:
    assert all(parts_of_speech()[form] for form in Text(raw).form)
