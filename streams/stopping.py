"""How a command ends early: Ctrl-C, SIGTERM and a terminal that is closed all cancel what it is doing, so that whatever
it has opened (a broker, a folder, consumers) is closed again."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Iterator

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def listen() -> None:
    """Cancel the current task when the process is first told to stop. Told so twice by SIGINT or SIGTERM, it ends at
    once; a second SIGHUP means nothing, for a shell passes its terminal's on."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    terminals = [stream.fileno() for stream in (sys.__stdout__, sys.__stderr__) if stream and stream.isatty()]
    told = False

    def heard(number: signal.Signals) -> None:
        nonlocal told
        if number == signal.SIGHUP:
            _write_nowhere(terminals)
        else:
            loop.remove_signal_handler(number)
        if not told:
            told = True
            task.cancel(number)

    for number in _SIGNALS:
        with contextlib.suppress(ValueError, RuntimeError):  # only a main thread is told
            loop.add_signal_handler(number, heard, number)


def reason(end: asyncio.CancelledError) -> signal.Signals | None:
    """The signal that cancelled; None when it was something else."""
    match end.args:
        case (signal.Signals() as number,):
            return number
    return None


@contextlib.contextmanager
def until_told() -> Iterator[None]:
    """The body ends when the process is told to stop, and what comes after it is done in order."""
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
