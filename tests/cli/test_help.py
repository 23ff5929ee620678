"""`--help` shows every word that we wrote for it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from agents.cli.commands import app
from tests.cli.test_extract import tasrih


def commands(command: Any, *path: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, *path, name)


ALL = dict(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_nothing_is_left_out(path: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(app, [*path, "--help"]).stdout.split()
    command = ALL[path]
    for words in (command.help, *(option.help for option in command.params if option.help)):
        assert "".join(words.replace("\b", "").split()) in "".join(shown)


_HEAVY = [
    "aiohttp",
    "aiokafka",
    "camel_tools",
    "faust",
    "lxml",
    "numpy",
    "prometheus_client",
    "pydantic_settings",
    "rich",
]
_IMPORTED = """
import json, sys
from agents.cli import main
try:
    main()
finally:
    json.dump([*sys.modules], sys.stderr)
"""


@pytest.mark.parametrize(
    ("words", "needed"), [(["feeds", "--help"], []), (["extract", "/dev/null"], ["camel_tools", "rich"])], ids=str
)
def test_no_command_imports_what_it_does_not_need(words: list[str], needed: list[str]) -> None:
    answer = subprocess.run([sys.executable, "-c", _IMPORTED, *words], capture_output=True, timeout=60, check=True)
    imported = json.loads(answer.stderr.splitlines()[-1])
    assert [name for name in _HEAVY if name in imported] == needed


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["replay", "--from", "99999999d"], "--from 99999999d: not an offset, not a time"),
        (["alerts", "test", "deploy/alerts.example.toml", "--days", "1e9"], "less than or equal to 365000"),
    ],
)
def test_times_beyond_the_calendar_are_refused(words: list[str], told: str) -> None:
    answer = CliRunner().invoke(app, words)
    assert answer.exit_code == 2
    assert told in answer.stderr


def test_a_folder_of_secrets_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for name in ("file", "nothing"):
        answer = tasrih("keys", "list", TASRIH_SECRETS_DIR=str(tmp_path / name))
        assert answer.returncode == 2
        assert answer.stderr.decode() == f"tasrih: TASRIH_SECRETS_DIR: {tmp_path / name} is no folder\n"
