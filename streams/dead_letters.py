"""The dead letters that nobody has dealt with yet, and the two ways to deal with one.

A letter that has been dealt with gets a second message under its key: no value, and a header `tasrih_done` that says
`retried` or `dropped`. The letter itself stays on the topic for as long as the topic keeps its messages.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from streams.produce import writing
from streams.records import DeadLetter
from streams.settings import Settings
from streams.tail import follow
from streams.topics import DEAD_LETTERS
from streams.wire import UnreadableError, decode, later, sequence

log = logging.getLogger(__name__)

Done = Literal["retried", "dropped"]


@dataclass(frozen=True)
class Waiting:
    """A letter, where it lies, and the sequence of the message that it is about (empty when that had none)."""

    letter: DeadLetter
    partition: int
    sequence: str


async def waiting(settings: Settings) -> dict[str, Waiting]:
    """By id, the letters not dealt with, oldest first. A letter written twice, after a kill, is one letter.

    What is no letter on the topic is left out, and logged with its place. Raises `BrokerError`.
    """
    found: dict[str, Waiting] = {}
    async for message in follow(settings, DEAD_LETTERS, last=None, forever=False):
        name = (message.key or b"").decode("utf-8", "replace")
        if message.value is None:
            found.pop(name, None)
        elif name not in found:
            try:
                letter = decode(message.value, DeadLetter)
            except UnreadableError as error:
                log.warning("%s/%d/%d left out: %s", message.topic, message.partition, message.offset, error)
                continue
            about = sequence(message.headers)
            found[name] = Waiting(letter, message.partition, about.rpartition("/")[0] if about else "")
    return dict(sorted(found.items(), key=lambda item: item[1].letter.failed_at))


async def retry(settings: Settings, letters: Iterable[Waiting]) -> None:
    """Put each letter's own bytes back where they came from; what cannot be processed again becomes a letter again.

    If its article has been published anew since, the old message is passed over. Raises `BrokerError`.
    """
    async with writing(settings) as writer:
        for one in letters:
            letter = one.letter
            place = one.sequence or f"{letter.offset:020}"
            headers = [("ce_sequence", later(place).encode())]
            await writer.write(letter.topic, letter.partition, letter.key, letter.value, headers)
            await writer.write(*_done(settings, one, "retried"))


async def drop(settings: Settings, letters: Iterable[Waiting]) -> None:
    """Say of each letter that nothing more will be done about it. Raises `BrokerError`."""
    async with writing(settings) as writer:
        for one in letters:
            await writer.write(*_done(settings, one, "dropped"))


def matching(letters: Mapping[str, Waiting], prefix: str) -> list[Waiting]:
    """The letters whose id begins with `prefix`."""
    return [letter for name, letter in letters.items() if name.startswith(prefix)]


def _done(settings: Settings, one: Waiting, how: Done) -> tuple[str, int, bytes, None, list[tuple[str, bytes]]]:
    topic = settings.prefix + DEAD_LETTERS.name
    return topic, one.partition, one.letter.letter_id.encode(), None, [("tasrih_done", how.encode())]
