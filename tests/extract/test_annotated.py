"""Annotated articles, ours and a user's: what is said of the text is there, and a slip is told with its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import pytest

import agents.extract
from agents.extract.act import ACTS
from agents.extract.annotated import AnnotationError, annotated_articles
from streams.records import Form, Kind

LESSONS = Path(agents.extract.__file__).parent / "learning" / "lessons"
ELSEWHERE = Path(__file__).parent / "elsewhere"

ARTICLE = """style: a short one
published: 2020-02-02
السوق مفتوحة
قال المدير إن السوق مفتوحة، قال أيضا إن الدخول مجاني.

{"cue": [1, "قال"], "mention": [1, "المدير"], "speaker": "المدير", "kind": "office", \
"content": [[1, "السوق مفتوحة"]], "form": "indirect", "act": "assert"}
{"cue": [1, "قال", 2], "mention": null, "speaker": "المدير", "kind": "office", \
"content": [[1, "الدخول", "مجاني"]], "form": "indirect", "act": "assert", "parent": 1}
"""


def article(file: Path, text: str = ARTICLE) -> Path:
    file.write_text(text, encoding="utf-8")
    return file


def test_places_become_offsets(tmp_path: Path) -> None:
    [found] = annotated_articles([article(tmp_path / "desk-01.txt")])
    first, second = found["statements"]
    text = found["text"]
    assert text.startswith("السوق مفتوحة\n")
    assert [text[slice(*span)] for span in (first["cue"], first["mention"], *first["content"])] == [
        "قال", "المدير", "السوق مفتوحة",
    ]  # fmt: skip
    assert second["cue"][0] > first["content"][0][1]
    assert text[slice(*second["content"][0])] == "الدخول مجاني"
    assert (found["source"], found["published"], second["parent"]) == ("desk", "2020-02-02", "s1")


def test_a_byte_order_mark_is_none_of_the_text(tmp_path: Path) -> None:
    [found] = annotated_articles([article(tmp_path / "desk-01.txt", f"\ufeff{ARTICLE}")])
    assert found["published"] == "2020-02-02"
    assert found["text"].startswith("السوق مفتوحة\n")


def test_what_is_written_as_json_is_read_as_it_stands(tmp_path: Path) -> None:
    [by_hand] = annotated_articles([article(tmp_path / "desk-01.txt")])
    lines = article(tmp_path / "gold.jsonl", json.dumps(by_hand, ensure_ascii=False) + "\n\n")
    assert list(annotated_articles([lines])) == [by_hand]


def test_what_may_be_left_out_is_as_if_it_were_said(tmp_path: Path) -> None:
    brief = ARTICLE.replace('"mention": null, ', "").replace(', "parent": 1', "")
    [_, found] = next(annotated_articles([article(tmp_path / "desk-01.txt", brief)]))["statements"]
    assert found["mention"] is found["via"] is found["parent"] is None
    assert (found["aliases"], found["optional"]) == ([], False)
    said = {name: found[name] for name in ("content", "cue", "speaker", "kind", "form", "act")}
    line = article(tmp_path / "a.jsonl", json.dumps({"text": "كلام", "statements": [said]}))
    assert [{**s, "id": "s2"} for s in next(annotated_articles([line]))["statements"]] == [found]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        (
            "a.txt",
            ARTICLE.replace("الدخول", "الخروج", 2).replace("الخروج", "الدخول", 1),
            "a.txt, statement 2: «الخروج»",
        ),
        ("a.txt", ARTICLE.replace('"الدخول", "مجاني"', '"مجاني", "الدخول"'), "a.txt, statement 2: «الدخول»"),
        ("a.txt", ARTICLE.replace("\n\n", "\n"), "a.txt: wanted an article, a blank line"),
        ("a.txt", ARTICLE.replace('{"cue"', '{"cue', 1), "a.txt, statement 1: "),
        (
            "a.txt",
            ARTICLE.replace("\nقال", "\n\nقال", 1),
            "a.txt, statement 1: not JSON .*; an article ends with its first",
        ),
        ("a.txt", ARTICLE.replace("[1, ", "[7, ", 1), "a.txt, statement 1: the article has no line 7"),
        ("a.txt", ARTICLE.replace('"speaker"', '"sepaker"', 1), "a.txt, statement 1: .*required field `speaker`"),
        ("a.txt", ARTICLE.replace("indirect", "indirekt", 1), "a.txt, statement 1: .*'indirekt' - at `\\$.form`"),
        ("a.jsonl", '{"text": "a"}', "a.jsonl, line 1: not an annotated article .*required field `statements`"),
        (
            "a.jsonl",
            '{"text": "a", "statements": [{"content": [[0, 1]]}]}',
            "a.jsonl, line 1: .*required field `cue` - at `\\$.statements\\[0\\]`",
        ),
    ],
)
def test_a_slip_is_told_with_its_place(tmp_path: Path, name: str, text: str, told: str) -> None:
    with pytest.raises(AnnotationError, match=f"^{tmp_path}/{told}"):
        list(annotated_articles([article(tmp_path / name, text)]))


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl"])
def test_what_is_no_text_is_told(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(AnnotationError, match=f"{name}: not a text in UTF-8"):
        list(annotated_articles([file]))


@pytest.mark.parametrize("folder", [LESSONS, ELSEWHERE], ids=lambda folder: folder.name)
def test_ours_are_sound(folder: Path) -> None:
    found = list(annotated_articles([folder]))
    assert len(found) > 20
    for one in found:
        text = one["text"]
        for s in one["statements"]:
            where = f"{one['doc']} {s['id']}"
            assert s["act"] in ACTS, where
            assert s["form"] in get_args(Form), where
            assert s["kind"] in get_args(Kind), where
            assert s["kind"] == "anonymous" or s["speaker"] in text, where
            for name in s["aliases"]:
                assert name in text, where
            for start, end in s["content"]:
                words = text[start:end]
                assert words == words.strip(" \n.،:؛"), where
                assert not s["cue"] or end <= s["cue"][0] or start >= s["cue"][1], where


def test_what_is_held_out_is_no_lesson() -> None:
    learned, held = ({one["text"] for one in annotated_articles([folder])} for folder in (LESSONS, ELSEWHERE))
    assert not learned & held
