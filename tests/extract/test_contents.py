"""What is said, where it begins and where it ends, in the styles of many newsrooms."""

from __future__ import annotations

import pytest

from agents.extract.engine import extract
from agents.extract.learning.reorderings import reordered
from tests.extract.marked import lines, parts


@pytest.mark.parametrize(
    "marked", [*(f"\n{line}" for line in lines("contents.txt")), *(f"{line}\n" for line in lines("headlines.txt"))]
)
def test_every_statement_of_a_sentence_and_no_other(marked: str) -> None:
    raw, found = parts(marked)
    cues = {raw[a:b] for kind, a, b in found if kind == "["}
    contents = [raw[a:b] for kind, a, b in found if kind == "{"]
    statements = extract(raw)
    assert {raw[slice(*s.cue)] for s in statements if s.cue} == cues
    assert sorted(raw[a:b] for s in statements for a, b in s.content) == sorted(contents)


@pytest.mark.xfail(
    raises=AssertionError, strict=True, reason="not read rightly yet: move it to contents.txt when it is"
)
@pytest.mark.parametrize("marked", [f"\n{line}" for line in lines("missed.txt")])
def test_what_is_known_to_be_missed(marked: str) -> None:
    test_every_statement_of_a_sentence_and_no_other(marked)


DIRECT = '\nوقال المدير: "سنفتح الباب غدا". ثم مضى.'
TRAILING = "\nانهار جسر قديم في وسط المدينة، بحسب الشرطة."


def _document(text: str, cue: str, mention: str, content: str, form: str) -> dict[str, object]:
    def span(part: str) -> list[int]:
        return [text.index(part), text.index(part) + len(part)]

    statement = {"id": "s1", "cue": span(cue), "mention": span(mention), "content": [span(content)], "parent": None}
    return {"text": text, "statements": [statement | {"form": form}]}


@pytest.mark.parametrize(
    ("text", "words", "told", "contents"),
    [
        (
            DIRECT,
            ("وقال", "المدير", "سنفتح الباب غدا", "direct"),
            '\n"سنفتح الباب غدا"، قال المدير. ثم مضى.',
            ["سنفتح الباب غدا"],
        ),
        (
            TRAILING,
            ("بحسب", "الشرطة", "انهار جسر قديم في وسط المدينة", "indirect"),
            "\nانهار جسر قديم، بحسب الشرطة، في وسط المدينة.",
            ["انهار جسر قديم", "في وسط المدينة"],
        ),
    ],
)
def test_statements_told_in_another_order_keep_their_spans(
    text: str, words: tuple[str, str, str, str], told: str, contents: list[str]
) -> None:
    document = _document(text, *words)
    versions = [reordered(document, str(seed)) for seed in range(20)]
    assert {version["text"] for version in versions} == {text, told}
    for version in versions:
        (statement,) = version["statements"]
        if version["text"] == told:
            assert [told[a:b] for a, b in statement["content"]] == contents
            assert told[slice(*statement["mention"])] == words[1]
            assert told[slice(*statement["cue"])] in words[0]
