"""Rules files: what they say, and what is said about those that are wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agents.alert.rules import RuleError, load, rule
from streams.records import Quiet, Words

GOOD: dict[str, Any] = {"channels": ["desk"], "acts": ["warn"]}
EXAMPLE = Path(__file__).parents[2] / "deploy" / "alerts.example.toml"


def write(path: Path, text: str) -> Path:
    path = path / "alerts.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_becomes_rules_and_channels(tmp_path: Path) -> None:
    file = load(
        write(
            tmp_path,
            """
            [channels.desk]
            kind = "webhook"
            url = "https://desk.example/hook"

            [rules.port-threats]
            channels = ["desk"]
            speakers = ["سامي الخطيب"]
            acts = ["warn", "deny"]
            min_confidence = 1
            max_per_hour = 5
            digest = 15
            quiet = { from = "22:00", to = "07:00", zone = "Asia/Riyadh" }
            [rules.port-threats.words]
            any = ["ميناء"]
            """,
        )
    )
    (found,) = file.rules
    assert (found.name, found.origin, found.speakers, found.acts) == (
        "port-threats",
        "file",
        ["سامي الخطيب"],
        ["warn", "deny"],
    )
    assert (found.words, found.quiet) == (Words(any=["ميناء"]), Quiet(begin="22:00", end="07:00", zone="Asia/Riyadh"))
    assert (found.min_confidence, found.max_per_hour, found.digest) == (1, 5, 15)
    assert file.channels == {"desk": {"kind": "webhook", "url": "https://desk.example/hook"}}


def test_the_example_for_people_is_right() -> None:
    assert len(load(EXAMPLE).rules) >= 4


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"acts": ["shout"]}, ["acts", "shout", "assert, deny"]),
        ({"acts": "warn"}, ["acts", "array", "allowed: a list of: assert"]),
        ({"speaker": ["x"]}, ["'speaker'", "did you mean speakers?"]),
        ({"words": {"some": ["x"]}}, ["'words.some'", "words.any, words.all, words.none"]),
        ({"words": ["x"]}, ["words", "a table of any, all and none"]),
        ({"words": {"any": ["ab*"]}}, ["words.any", "at least 3 letters"]),
        ({"words": {"any": ["a*bcd"]}}, ["words.any", "not at its end"]),
        ({"words": {"any": ["،؛"]}}, ["words.any", "no letter or digit"]),
        ({"words": {"all": ["x" * 1000]}}, ["words.all", "longer than 200"]),
        ({"words": {"any": ["ميناء"] * 1001}}, ["words.any", "1,001 items", "at most 1,000"]),
        ({"speakers": ["و"]}, ["speakers", "fewer than 2 letters"]),
        ({"speakers": [""]}, ["speakers", "empty"]),
        ({"channels": []}, ["channels", "at least one channel"]),
        ({"channels": None}, ["channels"]),
        ({"min_confidence": 1.5}, ["min_confidence", "a number from 0 to 1"]),
        ({"min_confidence": float("nan")}, ["min_confidence", "a number from 0 to 1"]),
        ({"max_per_hour": 0}, ["max_per_hour", "a whole number from 1"]),
        ({"max_per_hour": True}, ["max_per_hour"]),
        ({"digest": -1}, ["digest", "minutes"]),
        ({"digest": float("inf")}, ["digest", "minutes"]),
        ({"quiet": {"from": "22:00", "to": "07:00", "zone": "Mars/Base"}}, ["quiet.zone", "Mars/Base", "Asia/Riyadh"]),
        ({"quiet": {"from": "22:00", "to": "07:00", "zone": "../../etc/passwd"}}, ["quiet.zone"]),
        ({"quiet": {"from": "7pm", "to": "07:00", "zone": "UTC"}}, ["quiet.from", "a time such as"]),
        ({"quiet": {"from": "22:00\n", "to": "07:00", "zone": "UTC"}}, ["quiet.from", "a time such as"]),
        ({"quiet": {"from": "2\N{ARABIC-INDIC DIGIT TWO}:00", "to": "07:00", "zone": "UTC"}}, ["quiet.from"]),
        ({"quiet": {"from": "07:00", "to": "07:00", "zone": "UTC"}}, ["quiet", "same time"]),
        ({"quiet": {"from": "07:00"}}, ["quiet", "zone"]),
        ({"acts": []}, ["no condition", "every statement", "speakers"]),
        ({"acts": [], "words": {"none": ["x"]}}, ["words.none alone"]),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_wrong_is_said_with_what_is_allowed(fields: dict[str, Any], said: list[str]) -> None:
    with pytest.raises(RuleError) as raised:
        rule("port", {**GOOD, **fields})
    message = str(raised.value)
    assert message.startswith("rule port: ")
    for words in said:
        assert words in message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[rules.a\n", ["is not TOML", "line 1"]),
        ("x = 1", ["[x] is not known", "[rules.NAME]"]),
        ("rules = 3", ["[rules] must hold tables"]),
        (
            "\n\n[rules.a]\nchannels = ['no']\nacts = ['warn']",
            [":3: rule a:", "no channel named no", "add [channels.NAME]"],
        ),
        ("[rules.A_B]\nchannels = ['d']\nacts = ['warn']", ["name", "small Latin letters"]),
        ("[rules.a]\nacts = ['x']\n[rules.b]\nacts = ['y']", [":1: rule a", ":3: rule b"]),
        ("[rules.a]\nchannels = " + "[" * 5000 + "]" * 5000, ["is not TOML"]),
    ],
    ids=["broken", "section", "scalar", "channel", "name", "two", "deep"],
)
def test_a_wrong_file_is_told_by_file_line_and_rule(tmp_path: Path, text: str, said: list[str]) -> None:
    with pytest.raises(RuleError) as raised:
        load(write(tmp_path, text))
    for words in said:
        assert words in str(raised.value)
    assert all(problem.startswith(str(tmp_path)) for problem in raised.value.problems)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="cannot be read: No such file"):
        load(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b"# caf\xe9")
    with pytest.raises(RuleError, match="not UTF-8"):
        load(tmp_path / "latin.toml")
