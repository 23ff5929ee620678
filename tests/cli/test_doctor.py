"""`tasrih doctor` on a sound machine and on unsound ones."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from streams.broker import free_port
from tests.cli.test_ending import up
from tests.cli.test_extract import tasrih
from tests.cli.test_up import until


def test_sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TASRIH_PORT", str(free_port()))  # a service may be at work here on the usual one
    answer = tasrih("doctor", "--offline", "--data-dir", str(tmp_path))
    assert answer.returncode == 0, answer.stdout.decode()
    assert answer.stdout.decode().count("✓") == 5


def test_it_creates_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TASRIH_PORT", str(free_port()))
    answer = tasrih("doctor", "--offline", "--data-dir", str(tmp_path / "not" / "yet"))
    assert answer.returncode == 0, answer.stdout.decode()
    assert "embedded · no topics yet: a start makes them" in answer.stdout.decode()
    assert list(tmp_path.iterdir()) == []


def test_each_problem_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("TASRIH_PORT", str(taken.getsockname()[1]))
        answer = tasrih("doctor", "--offline", "--data-dir", str(tmp_path), "--broker", "kafka://127.0.0.1:1")
    assert answer.returncode == 1
    told = answer.stdout.decode()
    assert "Cannot reach the broker at kafka://127.0.0.1:1: " in told
    assert "Connect call failed" in told
    assert "choose another with --port" in told
    assert answer.stderr == b""


@pytest.mark.parametrize("words", [["tail", "--no-follow"], ["feeds", "list"], ["worker", "extract"]], ids=" ".join)
def test_a_broker_that_is_down_is_told_in_one_line(words: list[str]) -> None:
    answer = tasrih(*words, "--broker", "kafka://127.0.0.1:1")
    assert answer.returncode == 1
    (line,) = answer.stderr.decode().splitlines()
    assert line.startswith("tasrih: Cannot reach the broker at kafka://127.0.0.1:1: ")
    assert "Connect call failed" in line


@pytest.mark.parametrize(
    "address", ["kafka://here:abc", "kafka://here:70000", "http://here:9092", "kafka://a:1,kafka://:2"]
)
def test_what_is_no_address_of_a_broker_is_told_in_one_line(address: str) -> None:
    answer = tasrih("tail", "--no-follow", "--broker", address)
    assert answer.returncode == 2
    (line,) = answer.stderr.decode().splitlines()
    assert line.startswith("tasrih: setting broker: ")
    assert line.endswith("is no address of a broker, such as kafka://host:9092")


async def test_a_service_at_work_is_no_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    port = str(free_port())
    monkeypatch.setenv("TASRIH_PORT", port)
    async with up(tmp_path, "--port", port) as process:
        await until(process, "everything is at work")
        answer = await asyncio.to_thread(tasrih, "doctor", "--offline", "--data-dir", str(tmp_path))
    assert answer.returncode == 0, answer.stdout.decode()
    assert f"Tasrih is at work at http://127.0.0.1:{port}/" in answer.stdout.decode()


def test_a_setting_that_is_none_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TASRIH_PORT", str(free_port()))
    monkeypatch.setenv("TASRIH_ALOW_PRIVATE", "true")
    monkeypatch.setenv("TASRIH_XYZZY", "1")
    answer = tasrih("doctor", "--offline", "--data-dir", str(tmp_path))
    told = answer.stdout.decode()
    assert "TASRIH_ALOW_PRIVATE is none, and does nothing: TASRIH_ALLOW_PRIVATE is meant?" in told
    assert "TASRIH_XYZZY is none, and does nothing\n" in told
    assert answer.returncode == 0


@pytest.mark.parametrize(
    "words",
    [
        ["up"], ["serve"], ["feeds", "add", "https://outlet.example/feed"], ["archive", "rebuild", "--yes"],
        ["keys", "list"], ["keys", "add", "desk"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_data_folder_that_cannot_be_used_is_told_in_one_line(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TASRIH_PORT", "0")
    (tmp_path / "taken").write_text("by a file")
    answer = tasrih(*words, "--data-dir", str(tmp_path / "taken"))
    assert answer.returncode == 1
    (line,) = answer.stderr.decode().splitlines()
    assert line.startswith(f"tasrih: {tmp_path / 'taken'}")
    assert "cannot be used (Not a directory): set TASRIH_DATA_DIR or --data-dir" in line
