"""How a record meets Kafka: client options from the settings, CloudEvents headers, and reading what comes back."""

from __future__ import annotations

import ssl
import time
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from streams import longpoll
from streams.records import SCHEMA_VERSION, Record
from streams.settings import Settings
from streams.topics import Topic

_MAJOR = SCHEMA_VERSION.partition(".")[0]

Headers = list[tuple[str, bytes]]
R = TypeVar("R", bound=Record)


def client_options(settings: Settings) -> dict[str, Any]:
    """What every aiokafka client (consumer, producer, admin) needs to connect as the settings say."""
    longpoll.install()
    options: dict[str, Any] = {
        "bootstrap_servers": settings.bootstrap,
        "security_protocol": settings.kafka_security,
    }
    if "SSL" in settings.kafka_security:
        options["ssl_context"] = ssl.create_default_context(cafile=settings.kafka_ca)
    if settings.kafka_security.startswith("SASL"):
        options["sasl_mechanism"] = settings.kafka_sasl_mechanism
        options["sasl_plain_username"] = settings.kafka_user
        options["sasl_plain_password"] = settings.kafka_password.get_secret_value()
    return options


def cloud_event(record: Record, topic: Topic, *, id: str, source: str, sequence: str = "") -> Headers:
    """The CloudEvents 1.0 headers of `record` in Kafka's binary mode.

    `id` names the event, `source` the address that it is about (an article's, a feed's); `sequence` (an extension of
    CloudEvents' own) grows from one event of a key to the next.
    """
    headers = [
        ("content-type", b"application/json"),
        ("ce_specversion", b"1.0"),
        ("ce_id", id.encode()),
        ("ce_type", f"org.tasrih.{topic.name}.v{record.schema_version.partition('.')[0]}".encode()),
        ("ce_source", source.encode("utf-8", "replace")),
        ("ce_time", datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z").encode()),
    ]
    return [*headers, ("ce_sequence", sequence.encode())] if sequence else headers


def sequence(headers: Any) -> str:
    """The event's sequence, from a message's headers; empty when they have none."""
    return dict(headers or ()).get("ce_sequence", b"").decode("ascii", "replace")  # type: ignore[no-any-return]


def later(sequence: str) -> str:
    """A sequence after `sequence` and all that came of it, but before the next: `:` sorts after `/` and the digits.

    For a message put round again: it is worked on once more, unless its article has moved on since, when it is history
    and is passed over.
    """
    return f"{sequence}:{time.time_ns() // 1_000_000:013}"


class UnreadableError(ValueError):
    """Bytes on a topic that are no record of it; the message says why."""


def decode(value: bytes | None, record: type[R]) -> R:
    """The record in `value`, of any minor version. Raises `UnreadableError`."""
    if value is None:
        raise UnreadableError("the message has no value")
    try:
        found = msgspec.json.decode(value, type=record)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableError(f"not a {record.__name__}: {error}") from error
    if found.schema_version.partition(".")[0] != _MAJOR:
        raise UnreadableError(f"a {record.__name__} of schema version {found.schema_version}; {_MAJOR}.x is understood")
    return found
