"""The log: lines for a person, or a JSON object a line for a machine. Secrets do not get into it.

What is hidden: the values of settings that are secrets, whatever `hide` was told, and what looks like a secret
wherever it comes from (credentials in an address, tokens in a query, bearer headers, webhook secrets).
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, TextIO

import msgspec
from pydantic import SecretStr

from streams.settings import Settings, unknown

log = logging.getLogger(__name__)

# They tell of every connection and rebalance at `info`, which is our `debug`.
_TALKATIVE = ("aiokafka", "faust", "mode", "kafka", "asyncio", "aiohttp.access")
_HIDDEN = "***"
# A shorter secret would blot out ordinary words.
_SHORTEST = 6

_LOOKS_SECRET = re.compile(
    r"""
      (?<=://)[^\s/@]+(?=@)                                        # user:password@ of an address
    | (?<=[?&])(?P<name>[\w-]*(?:token|key|secret|password|signature)[\w-]*=)[^\s&"']+
    | (?P<scheme>\b(?:Bearer|Basic)\s+)[\w.~+/=-]{8,}
    | \bwhsec_[\w+/=-]+
    """,
    re.VERBOSE | re.IGNORECASE,
)
_known: set[str] = set()
_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def hide(secret: str) -> None:
    """Keep `secret` out of the log from now on."""
    if len(secret) >= _SHORTEST:
        _known.add(secret)


def redacted(text: str) -> str:
    """`text` with everything secret in it replaced."""
    for secret in sorted(_known, key=len, reverse=True):
        text = text.replace(secret, _HIDDEN)
    return _LOOKS_SECRET.sub(lambda found: (found["name"] or found["scheme"] or "") + _HIDDEN, text)


def configure(settings: Settings, stream: TextIO | None = None) -> None:
    """Log as the settings say, to standard error (or `stream`). What was configured before is replaced.

    The first that is logged are settings that are none: whoever misspelt one looks here.
    """
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            hide(value.get_secret_value())
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_Json() if settings.log_format == "json" else _Text())
    level = settings.log_level.upper()
    logging.basicConfig(handlers=[handler], level=level, force=True)
    logging.captureWarnings(True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(level if level == "DEBUG" else max(logging.WARNING, logging.root.level))
    for name in unknown(os.environ):
        log.warning("%s is no setting, and does nothing: `tasrih doctor` says which may be meant", name)


@contextlib.contextmanager
def overhearing(library: str, said: list[str]) -> Iterator[None]:
    """What `library` warns of while the body runs goes to `said` and not into the log: for who tells of it himself."""
    logger, listener = logging.getLogger(library), logging.Handler(logging.WARNING)
    listener.emit = lambda record: said.append(redacted(record.getMessage()))  # type: ignore[method-assign]
    propagated, logger.propagate = logger.propagate, False
    logger.addHandler(listener)
    try:
        yield
    finally:
        logger.removeHandler(listener)
        logger.propagate = propagated


class _Text(logging.Formatter):
    """Time (local), level, where, what; a traceback below it."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        return redacted(super().format(record))


class _Json(logging.Formatter):
    """`time` (UTC), `level`, `logger`, `message`; `error` and `traceback` of an exception; whatever `extra` gave."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC)
            .isoformat(timespec="milliseconds")
            .replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redacted(record.getMessage()),
        }
        line |= {name: _plain(value) for name, value in vars(record).items() if name not in _FIELDS}
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["traceback"] = redacted(self.formatException(record.exc_info))
        return msgspec.json.encode(line).decode()


def _plain(value: object) -> object:
    return value if isinstance(value, (int, float, bool, type(None))) else redacted(str(value))
