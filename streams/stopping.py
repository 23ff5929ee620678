"""How a command ends early: Ctrl-C, SIGTERM and a terminal that is closed all cancel what it is doing, so that whatever
it has opened (a broker, a folder, consumers) is closed again."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from typing import Any

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# How often, and for how many seconds each time, what still runs at the end is asked to end.
_ROUNDS, _ROUND = 5, 1.0

# The signals that told this process to stop, in their order.
_heard: list[signal.Signals] = []


def listen() -> None:
    """Cancel the current task when the process is first told to stop. Told so twice by SIGINT or SIGTERM, it ends at
    once; a second SIGHUP means nothing, for a shell passes its terminal's on."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    terminals = [stream.fileno() for stream in (sys.__stdout__, sys.__stderr__) if stream and stream.isatty()]

    def heard(number: signal.Signals) -> None:
        if number == signal.SIGHUP:
            _write_nowhere(terminals)
        else:
            loop.remove_signal_handler(number)
        if not _heard:
            task.cancel(number)
        _heard.append(number)

    for number in _SIGNALS:
        with contextlib.suppress(ValueError, RuntimeError):  # only a main thread is told
            loop.add_signal_handler(number, heard, number)


async def end(*tasks: asyncio.Task[Any], patience: float = _ROUND) -> None:
    """Cancel `tasks` until they have ended, again after `patience` seconds: the Kafka client, while it stops, takes a
    cancelling for its own, and whoever asked it to stop goes on."""
    left = {task for task in tasks if not task.done()}
    while left:
        left = await _cancelled(left, patience)
    await asyncio.gather(*tasks, return_exceptions=True)  # what they ended with is no news


async def end_others() -> None:
    """Cancel all other tasks of the loop, again and again: Faust's timers go on after the first time, and closing the
    loop, which cancels once, would wait for them for good."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for _ in range(_ROUNDS):
        if not others:
            return
        others = await _cancelled(others, _ROUND)


async def _cancelled(tasks: set[asyncio.Task[Any]], patience: float) -> set[asyncio.Task[Any]]:
    """Cancel `tasks` once; those that have not ended after `patience` seconds."""
    for task in tasks:
        task.cancel()
    _, left = await asyncio.wait(tasks, timeout=patience)
    return left


def reason(end: asyncio.CancelledError) -> signal.Signals | None:
    """The signal that cancelled; None when it was something else."""
    match end.args:
        case (signal.Signals() as number,):
            return number
    return None


@contextlib.contextmanager
def until_told() -> Iterator[None]:
    """The body ends when the process is told to stop, and what comes after it is done in order."""
    if _heard:  # while it started, where a library took the cancelling for its own
        raise asyncio.CancelledError(_heard[0])
    try:
        yield
    except asyncio.CancelledError as end:
        task = asyncio.current_task()
        if reason(end) is None or task is None:
            raise
        task.uncancel()


def _write_nowhere(terminals: list[int]) -> None:
    """A terminal that is gone answers every word with an error, also the words of an orderly end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for terminal in terminals:
        os.dup2(nowhere, terminal)
    os.close(nowhere)
