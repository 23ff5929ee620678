"""`--help` shows every word that we wrote for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from agents.cli.main import app


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
