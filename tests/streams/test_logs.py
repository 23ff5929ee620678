"""The log, for people and for machines; and what must not get into it."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from streams.logs import configure, hide, overhearing, redacted
from streams.settings import Settings


@pytest.fixture(autouse=True)
def as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("streams.logs._known", set[str]())  # other tests' secrets
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.captureWarnings(False)
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


def logged(settings: Settings, *arguments: Any, **fields: Any) -> str:
    stream = io.StringIO()
    configure(settings, stream)
    logging.getLogger("agents.fetch").info(*arguments, **fields)
    return stream.getvalue()


def test_a_line_for_a_person() -> None:
    line = logged(Settings(), "feed %s: %d items", "صحيفة المرفأ", 3)
    assert line.endswith(" INFO    agents.fetch: feed صحيفة المرفأ: 3 items\n")


def test_a_setting_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TASRIH_ARCHIV_KEEP", "90d")
    assert "TASRIH_ARCHIV_KEEP is no setting, and does nothing" in logged(Settings(log_level="warning"), "")


def test_a_line_for_a_machine() -> None:
    settings = Settings(log_format="json")
    line = json.loads(logged(settings, "two\nlines", extra={"feed": "صحيفة المرفأ", "items": 3}))
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "info", "logger": "agents.fetch", "message": "two\nlines", "feed": "صحيفة المرفأ", "items": 3,
    }  # fmt: skip


def test_an_exception_is_one_line_for_a_machine() -> None:
    try:
        raise ValueError("kafka://me:hunter2@broker")
    except ValueError:
        text = logged(Settings(log_format="json"), "failed", exc_info=True)
    assert text.count("\n") == 1
    line = json.loads(text)
    assert line["error"] == "ValueError"
    assert "test_logs.py" in line["traceback"]
    assert "hunter2" not in text


def test_libraries_speak_up_only_when_something_is_wrong() -> None:
    stream = io.StringIO()
    configure(Settings(), stream)
    logging.getLogger("aiokafka.consumer").info("joined")
    logging.getLogger("aiokafka.consumer").warning("lost")
    assert [line.split()[-1] for line in stream.getvalue().splitlines()] == ["lost"]
    configure(Settings(log_level="debug"), stream)
    logging.getLogger("aiokafka.consumer").debug("joined")
    assert stream.getvalue().endswith("joined\n")


def test_who_tells_of_a_failure_overhears_what_the_library_says_of_it() -> None:
    stream, said = io.StringIO(), list[str]()
    configure(Settings(), stream)
    with overhearing("aiokafka", said):
        logging.getLogger("aiokafka.conn").error("no answer from %s", "https://user:pass@host")
    assert (said, stream.getvalue()) == (["no answer from https://***@host"], "")
    logging.getLogger("aiokafka.conn").error("again")
    assert (len(said), "again" in stream.getvalue()) == (1, True)


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_secrets_of_the_settings_and_those_hidden_are_not_logged(form: Any) -> None:
    hide("a channel's token")
    settings = Settings(kafka_password=SecretStr("open sesame"), log_format=form)
    line = logged(settings, "with %s and %s", "open sesame", "a channel's token", extra={"given": "open sesame"})
    assert "sesame" not in line
    assert "with *** and ***" in line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://user:pass@mail.example/x", "https://***@mail.example/x"),
        ("GET /v1/stream?api_key=abc123&speaker=x", "GET /v1/stream?api_key=***&speaker=x"),
        ("https://x.example/?a=1&X-Signature=abc", "https://x.example/?a=1&X-Signature=***"),
        ("Authorization: Bearer abc.def-ghi", "Authorization: Bearer ***"),
        ("secret whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw.", "secret ***."),
        ("https://outlet.example/a/b?id=7 by x@y.example", "https://outlet.example/a/b?id=7 by x@y.example"),
    ],
)
def test_what_looks_secret_is_hidden_and_nothing_else(text: str, shown: str) -> None:
    assert redacted(text) == shown
