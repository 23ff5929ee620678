"""The measures are what their definitions say, and `tasrih evaluate` tells them of files and folders."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from agents.extract.annotated import annotated_articles
from agents.extract.engine import extract
from agents.extract.evaluate import Score

ARTICLE = """السوق مفتوحة
قال مدير السوق سالم الطيب إن السوق مفتوحة حتى المساء. وأضاف أن الدخول مجاني للأطفال.

{"cue": [1, "قال"], "mention": [1, "مدير السوق سالم الطيب"], "speaker": "سالم الطيب", "kind": "person", \
"content": [[1, "السوق مفتوحة", "المساء"]], "form": "indirect", "act": "assert"}
{"cue": [1, "وأضاف"], "mention": null, "speaker": "سالم الطيب", "kind": "person", \
"content": [[1, "الدخول", "للأطفال"]], "form": "indirect", "act": "assert"}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "desk-01.txt"
    path.write_text(ARTICLE, encoding="utf-8")
    return path


def test_what_is_right_counts_in_full(file: Path) -> None:
    [article] = annotated_articles([file])
    score = Score()
    score.add(article, extract(article["text"]))
    assert score.findings() == dict.fromkeys(("@.3", "@.8", "joint@.3", "joint@.8"), (100, 100, 100))
    assert score.shares() == {
        "speaker": 100, "speaker named": 100, "speaker implied": 100, "in full": 100, "no speaker": 0,
        "cue": 100, "form": 100, "act": 100, "kind": 100,
    }  # fmt: skip
    assert score.interval("joint@.8") == (100, 100)
    assert score.errors == []


def test_what_is_wrong_counts_where_it_is_wrong(file: Path) -> None:
    [article] = annotated_articles([file])
    first, second = extract(article["text"])
    score = Score()
    score.add(article, [replace(first, speaker="السوق")])
    score.add(article, [first, replace(second, content=[(0, 5)])])
    findings = {name: tuple(map(round, values)) for name, values in score.findings().items()}
    assert findings["@.3"] == (67, 50, 57)
    assert findings["joint@.8"] == (33, 25, 29)
    assert score.shares()["speaker named"] == 50
    assert score.shares()["in full"] == 50
    low, high = score.interval("joint@.8")
    assert low < findings["joint@.8"][2] < high
    assert [kind for kind, _, _ in score.errors] == [
        "speaker wrong", "missed, indirect", "missed, indirect", f"no statement, after {second.cue_lemma}",
    ]  # fmt: skip


def test_a_content_found_in_part_counts_by_its_overlap(file: Path) -> None:
    [article] = annotated_articles([file])
    first, second = extract(article["text"])
    (start, end), *_ = first.content
    half = start + article["text"][start:end].index(" حتى")
    score = Score()
    score.add(article, [replace(first, content=[(start, half)]), second])
    assert score.findings()["@.3"][2] == 100
    assert score.findings()["@.8"][2] == 50
    assert [kind for kind, _, _ in score.errors] == ["content ends early"]


def evaluate(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "agents.cli", "evaluate", *arguments], capture_output=True, text=True, timeout=60
    )


def test_the_command_reads_a_folder(file: Path) -> None:
    told = evaluate(str(file.parent), "--by", "source")
    assert told.returncode == 0, told.stderr
    assert "1 articles, 2 statements annotated, 2 found" in told.stdout
    assert "desk" in told.stdout
    measures = json.loads(evaluate(str(file), "--json").stdout)["measures"]
    assert measures["joint@.8"] == [100, 100, 100]


def test_apart_in_json_too(file: Path) -> None:
    told = json.loads(evaluate(str(file), "--json", "--by", "source").stdout)
    assert told["by"]["desk"]["joint@.8"] == [100, 100, 100]
    assert "by" not in json.loads(evaluate(str(file), "--json").stdout)


def test_a_field_that_no_article_has_is_told(file: Path) -> None:
    told = evaluate(str(file), "--by", "sorce")
    assert told.returncode == 2
    assert "--by sorce: no article has this field; they have doc, " in told.stderr
    assert ", source, " in told.stderr


def test_the_command_says_what_it_cannot_read(file: Path) -> None:
    file.write_text(ARTICLE.replace('[1, "قال"]', '[1, "قالت"]'), encoding="utf-8")
    told = evaluate(str(file))
    assert told.returncode == 1
    assert "desk-01.txt, statement 1: «قالت» is not on its line" in told.stderr.replace("\n", " ")
    assert "Traceback" not in told.stderr


def test_the_command_says_that_there_is_nothing_to_measure(tmp_path: Path) -> None:
    told = evaluate(str(tmp_path))
    assert told.returncode == 1
    assert "no annotated articles in" in told.stderr
    assert "Traceback" not in told.stderr
