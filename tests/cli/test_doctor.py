"""`tasrih doctor` on a sound machine and on unsound ones."""

from __future__ import annotations

import socket
from pathlib import Path

from tests.cli.test_extract import tasrih


def test_sound(tmp_path: Path) -> None:
    answer = tasrih("doctor", "--offline", "--data-dir", str(tmp_path))
    assert answer.returncode == 0, answer.stdout.decode()
    assert answer.stdout.decode().count("✓") == 5


def test_each_problem_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 8080)) if _free(8080) else _nothing():
        answer = tasrih("doctor", "--offline", "--data-dir", str(tmp_path), "--broker", "kafka://127.0.0.1:1")
    assert answer.returncode == 1
    told = answer.stdout.decode()
    assert "127.0.0.1:1" in told
    assert "choose another with --port" in told


def _free(port: int) -> bool:
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) != 0


def _nothing() -> socket.socket:
    return socket.socket()
