"""`tasrih alerts`, as it is typed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from click.testing import Result
from typer.testing import CliRunner

from agents.alert.agent import run
from agents.alert.cli import app
from agents.alert.trial import trial
from streams.records import Delivery, Quiet, encode
from streams.settings import Settings
from streams.topics import ALERT_RULES, DELIVERIES, STATEMENTS
from tests.alert.receiver import SECRET, Receiver, receiving
from tests.alert.samples import NOON, rule, statement
from tests.kafka import put

RULES = """
[channels.desk]
kind = "webhook"
url = "https://desk.example/hook"
secret = "{secret}"
[rules.port]
channels = ["desk"]
words = {{ any = ["ميناء"] }}
[rules.quiet]
channels = ["desk"]
acts = ["deny"]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "alerts.toml"
    path.write_text(RULES.format(secret=SECRET), encoding="utf-8")
    return path


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as found:
        yield found


def call(*arguments: object, input: str | None = None) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments], input=input)


async def in_a_thread(*arguments: object) -> Result:
    """The command has an event loop of its own."""
    return await asyncio.to_thread(call, *arguments)


def test_check_says_what_is_wrong_and_what_is_allowed(file: Path) -> None:
    good = call("check", file)
    assert (good.exit_code, good.stdout) == (0, f"{file} is written right (rules: 2, channels: 1)\n")
    file.write_text(file.read_text(encoding="utf-8").replace('"deny"', '"shout"'), encoding="utf-8")
    bad = call("check", file)
    assert bad.exit_code == 1
    assert f"{file}:9: rule quiet: acts: Invalid enum value 'shout'; allowed: a list of: assert, deny" in bad.stderr
    file.write_text(RULES.format(secret="env:TASRIH_NOT_THERE"), encoding="utf-8")
    assert "channel desk: the environment has no variable TASRIH_NOT_THERE" in call("check", file).stderr


def test_rules_are_tried_on_statements_of_a_file(file: Path, tmp_path: Path) -> None:
    at = [NOON + timedelta(minutes=n) for n in range(3)]
    lines = [encode(statement(n, published_at=at[n], content="في الميناء \x1b[2J")) for n in range(3)]
    (tmp_path / "statements.jsonl").write_bytes(b"\n".join([*lines, b"rubbish"]))
    shown = call("test", file, "--statements", tmp_path / "statements.jsonl")
    assert shown.exit_code == 0
    assert "3 statements" in shown.stdout
    assert "messages: desk 3" in shown.stdout
    assert "␛[2J" in shown.stdout
    assert "statements.jsonl:4 left out: not a Statement" in shown.stderr
    rows = call("test", file, "--json", "--statements", tmp_path / "statements.jsonl").stdout
    found = {row["rule"]: row for row in map(json.loads, rows.splitlines())}
    assert found["port"] == {
        "rule": "port", "matches": 3, "matches_per_hour": 3.0, "busiest_hour": 3, "messages": 3, "channels": ["desk"],
        "samples": ["s0", "s1", "s2"],
    }  # fmt: skip
    assert found["quiet"]["matches"] == 0
    (tmp_path / "statements.jsonl").write_bytes(b"rubbish")
    none = call("test", file, "--statements", tmp_path / "statements.jsonl")
    assert none.exit_code == 1
    assert "statements.jsonl: nothing to try the rules on" in none.stderr


def test_the_last_matches_are_shown_in_the_order_of_their_times(file: Path, tmp_path: Path) -> None:
    times = {n: NOON + timedelta(minutes=minutes) for n, minutes in enumerate((31, 5, 25, 22))}
    lines = [encode(statement(n, published_at=time, content=f"في الميناء {n}")) for n, time in times.items()]
    (tmp_path / "statements.jsonl").write_bytes(b"\n".join(lines))
    shown = call("test", file, "--statements", tmp_path / "statements.jsonl").stdout
    _, _, last = shown.partition("the last of them:\n")
    assert [line.split()[2] for line in last.splitlines()] == ["12:22", "12:25", "12:31"]
    assert "سامي الخطيب · warn: في الميناء 3" in last


async def test_rules_are_tried_on_the_topics_history(
    topics: Settings, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TASRIH_PREFIX", topics.prefix)
    said = [statement(n) for n in (1, 1, 2)]
    await put(topics, STATEMENTS, [(one.article_id, encode(one)) for one in said])
    days = ("--days", 100_000)
    tried = await in_a_thread("test", file, "--json", *days, "--broker", topics.broker)
    assert json.loads(tried.stdout.splitlines()[0])["matches"] == 2
    late = await in_a_thread("test", file, "--broker", topics.broker, "--days", 0.01)
    assert "No statements in that time" in late.stdout


async def test_rules_are_added_listed_and_removed(
    topics: Settings, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TASRIH_PREFIX", topics.prefix)
    broker = ("--broker", topics.broker)
    assert (await in_a_thread("list", *broker)).stdout.startswith("No rules yet")
    assert (await in_a_thread("add", file, *broker)).stdout == "at work: port, quiet\n"
    unknown = await in_a_thread("remove", "prot", *broker)
    assert (unknown.exit_code, unknown.stderr) == (1, "tasrih: no rule is named prot; there are: port, quiet\n")
    await in_a_thread("remove", "quiet", *broker)
    (left,) = map(json.loads, (await in_a_thread("list", "--json", *broker)).stdout.splitlines())
    assert (left["name"], left["origin"]) == ("port", "api")
    assert "port" in (await in_a_thread("list", *broker)).stdout


async def test_a_rule_whose_channel_there_is_not_is_added_with_a_warning(
    topics: Settings, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("TASRIH_PREFIX", topics.prefix)
    channels = tmp_path / "channels.toml"
    channels.write_text(RULES.format(secret=SECRET).partition("[rules")[0], encoding="utf-8")
    none, desk = topics, topics.model_copy(update={"alerts": channels})
    doubt = "rule port: no channel is named desk, its alerts will become dead letters; there are: none"
    for settings, warned in ((none, True), (desk, False)):
        async with run(settings):
            added = await in_a_thread("add", file, "--broker", topics.broker)
        assert added.stdout == "at work: port, quiet\n"
        assert (f"tasrih: warning: {doubt} (channels stand in the worker's file" in added.stderr) is warned
        assert warned or added.stderr == ""
    assert doubt not in caplog.text
    async with run(none):  # which finds the rules there
        assert doubt in caplog.text


async def test_rules_are_paused_and_taken_up_again(
    topics: Settings, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TASRIH_PREFIX", topics.prefix)
    broker = ("--broker", topics.broker)
    await in_a_thread("add", file, *broker)
    for command, enabled in (("pause", False), ("resume", True)):
        done = await in_a_thread(command, "quiet", *broker)
        assert done.exit_code == 0, done.stderr
        rules = map(json.loads, (await in_a_thread("list", "--json", *broker)).stdout.splitlines())
        assert {rule["name"]: rule.get("enabled", True) for rule in rules} == {"port": True, "quiet": enabled}
    assert "no rule is named quite" in (await in_a_thread("pause", "quite", *broker)).stderr


async def test_a_rule_of_the_workers_file_is_changed_in_the_file(
    topics: Settings, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TASRIH_PREFIX", topics.prefix)
    theirs = rule(name="port", acts=["deny"], origin="file")
    await put(topics, ALERT_RULES, [(theirs.name, encode(theirs))])
    for words in (("remove", "port"), ("pause", "port"), ("add", file)):
        refused = await in_a_thread(*words, "--broker", topics.broker)
        assert refused.exit_code == 1
        assert "port stands in the worker's file" in refused.stderr


async def test_only_a_channel_that_is_disabled_is_enabled(topics: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TASRIH_PREFIX", topics.prefix)
    said = Delivery(channel="desk", step="disabled", at=NOON, reason="410 Gone")
    await put(topics, DELIVERIES, [("desk", encode(said)), ("desk", b"rubbish")])
    broker = ("--broker", topics.broker)
    assert "disk is not disabled" in (await in_a_thread("enable", "disk", *broker)).stderr
    assert (await in_a_thread("enable", "desk", *broker)).stdout == "desk is enabled\n"
    assert (await in_a_thread("enable", "desk", *broker)).exit_code == 1


async def test_a_channel_that_fails_is_shown(
    topics: Settings, file: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TASRIH_PREFIX", topics.prefix)
    broker, receiver.status = ("--broker", topics.broker), 500
    hooks = file.read_text(encoding="utf-8").replace("https://desk.example/hook", receiver.url)
    file.write_text(
        hooks.replace("[rules.port]", hooks.partition("[rules")[0].replace("desk", "idle") + "[rules.port]")
    )
    settings = topics.model_copy(update={"alerts": file})
    async with run(settings):
        await put(topics, STATEMENTS, [("a1", encode(statement(1)))])
        await receiver.got(1)
        async with asyncio.timeout(20):
            while "desk" not in (listed := await in_a_thread("list", *broker)).stderr:
                await asyncio.sleep(0.1)
        assert listed.stderr.startswith(
            "tasrih: warning: channel desk takes no alerts: the receiver answered 500 (fails"
        )
        desk, idle = map(json.loads, (await in_a_thread("channels", "--json", *broker)).stdout.splitlines())
        assert (desk["channel"], desk["reason"], desk["delivered_at"]) == ("desk", "the receiver answered 500", None)
        assert (idle["channel"], idle["failing_since"]) == ("idle", None)
        assert "the receiver answered 500" in (await in_a_thread("channels", *broker)).stdout
        receiver.status = 204
        async with asyncio.timeout(20):  # a hiccup: tried again after five seconds
            while (await in_a_thread("list", *broker)).stderr:
                await asyncio.sleep(0.1)
    desk, _ = map(json.loads, (await in_a_thread("channels", "--json", *broker)).stdout.splitlines())
    assert (desk["reason"], desk["failing_since"]) == ("", None)
    assert desk["delivered_at"]


async def test_a_test_is_sent_through_a_channel(
    receiver: Receiver, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TASRIH_ALLOW_PRIVATE", "true")
    file.write_text(RULES.format(secret=SECRET).replace("https://desk.example/hook", receiver.url), encoding="utf-8")
    assert (await in_a_thread("send-test", file, "desk")).stdout == "desk: delivered\n"
    assert receiver.accepted[0][1]["data"]["rule"] == "send-test"
    receiver.status = 500
    failed = await in_a_thread("send-test", file, "desk")
    assert (failed.exit_code, failed.stderr) == (1, "tasrih: channel desk: the receiver answered 500\n")
    assert "it has: desk" in (await in_a_thread("send-test", file, "disk")).stderr


@pytest.mark.parametrize(
    ("limits", "messages"),
    [
        ({}, 30),
        ({"max_per_hour": 4}, 5),  # four at once, and an hour after them the rest together
        ({"digest": 10.0}, 3),
        ({"quiet": Quiet(begin="11:00", end="13:00", zone="UTC")}, 1),
    ],
    ids=str,
)
def test_a_trial_counts_messages_as_the_agent_would_send_them(limits: dict[str, Any], messages: int) -> None:
    said = [statement(n, published_at=NOON + timedelta(minutes=n)) for n in range(30)]
    gone = statement(99, status="retracted")
    result = trial([rule(acts=["warn"], **limits)], [*said, *said, gone])
    assert result.statements == len(result.tried[0].times) == 30
    assert len(result.tried[0].messages()) == messages
