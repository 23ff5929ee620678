"""Annotations kept apart from their texts: joined again they are the same, and never with another text."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

import agents.extract
from agents.extract.annotated import AnnotationError, annotated_articles
from agents.extract.learning import standoff

LESSONS = Path(agents.extract.__file__).parent / "learning" / "lessons"


def joined(articles: list[dict[str, Any]], file: Path) -> Path:
    file.write_text("".join(json.dumps(a, ensure_ascii=False) + "\n" for a in articles), encoding="utf-8")
    return file


@pytest.fixture
def article() -> dict[str, Any]:
    """An article with a statement inside another, and one that an agency passes on."""
    [found] = annotated_articles([LESSONS / "agency-09-fukushima.txt"])
    assert any(statement["parent"] for statement in found["statements"])
    assert any(statement["via"] for statement in found["statements"])
    return found


@pytest.fixture
def corpus(article: dict[str, Any], tmp_path: Path) -> Path:
    title, _, body = article["text"].partition("\n")
    told = {"id": article["doc"], "outlet": "agency", "title": f" {title}", "body": f"{body}\n", "published": None}
    file = tmp_path / "corpus.jsonl.gz"
    with gzip.open(file, "wt", encoding="utf-8") as lines:
        lines.write(json.dumps(told, ensure_ascii=False) + "\n")
    return file


@pytest.fixture
def annotations(article: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    assert command("--detach", joined([article], tmp_path / "articles.jsonl")) == 0
    file = tmp_path / "corpus.tsv"
    file.write_text(capsys.readouterr().out, encoding="utf-8")
    return file


def command(*arguments: object) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["standoff", *map(str, arguments)])
        return standoff.main()


def test_parted_and_joined_again_it_is_the_same(article: dict[str, Any], annotations: Path, corpus: Path) -> None:
    [found] = standoff.attached(annotations, corpus)
    assert found["text"] == article["text"]
    assert found["statements"] == article["statements"]


def test_no_word_of_the_text_is_kept(annotations: Path) -> None:
    assert annotations.read_text(encoding="utf-8").isascii()


def test_the_lines_are_annotated_articles(
    annotations: Path, corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(annotations, corpus) == 0
    lines = tmp_path / "again.jsonl"
    lines.write_text(capsys.readouterr().out, encoding="utf-8")
    assert list(annotated_articles([lines])) == list(standoff.attached(annotations, corpus))


def test_another_text_or_none_is_refused(
    annotations: Path, corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with gzip.open(corpus, "rt", encoding="utf-8") as lines:
        told = json.loads(lines.read())
    changed = joined([told | {"title": "عنوان"}], tmp_path / "changed.jsonl")
    assert command(annotations, changed) == 1
    assert f"{changed} holds another text of article {told['id']}" in capsys.readouterr().err
    assert command(annotations, joined([], tmp_path / "none.jsonl")) == 1
    assert f"article {told['id']} is not in" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("\t\t0-3", "line 2: no stand-off annotation (ValueError: a statement before any article)"),
        ("a\t0\n\t\t3", "line 3: no stand-off annotation (ValueError"),
        ("a\t0\n\t\t0-3", "line 3: no stand-off annotation (AttributeError"),
    ],
)
def test_a_slip_is_told_with_its_line(
    rows: str, told: str, annotations: Path, corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    head, _, _ = annotations.read_text(encoding="utf-8").partition("\n")
    annotations.write_text(f"{head}\n{rows}\n", encoding="utf-8")
    assert command(annotations, corpus) == 1
    assert f"{annotations}, {told}" in capsys.readouterr().err


def test_a_corpus_that_is_none_is_told_with_its_line(
    annotations: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.jsonl"
    other.write_text('{"title": "عنوان"}\n', encoding="utf-8")
    assert command(annotations, other) == 1
    assert f"{other}, line 1: no article (KeyError: 'body')" in capsys.readouterr().err


def test_a_name_that_is_not_in_the_text_is_refused(article: dict[str, Any]) -> None:
    article["statements"][0]["speaker"] = "اسم لا يرد"
    with pytest.raises(AnnotationError, match="s1: a name is not in the text"):
        list(standoff.detached([article]))


@pytest.mark.parametrize("file", ["corpus.tsv", "doubtful.tsv"])
def test_ours_hold_places_alone(file: str) -> None:
    """Every row is an article or a statement of the one above it, and its places are in order."""
    with (LESSONS / file).open(encoding="utf-8", newline="") as rows:
        told = list(csv.DictReader(rows, delimiter="\t"))
    assert told[0]["article"]
    for row in told:
        if not row["article"]:
            spans = [[int(edge) for edge in place.split("-")] for place in row["content"].split()]
            assert spans, row
            assert all(0 <= start < end for start, end in spans), row
            assert spans == sorted(spans), row
