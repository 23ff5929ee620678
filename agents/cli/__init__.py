"""The command `tasrih`: `commands.py` lists the sub-commands, each a file; each room brings its own group of them."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# Those that are closed are opened the wrong way round: who needs one all the same is told so (EBADF).
_STREAMS = (
    ("stdin", "standard input", "r", os.O_WRONLY),
    ("stdout", "standard output", "w", os.O_RDONLY),
    ("stderr", "standard error", "w", os.O_WRONLY),  # in which nobody could be told
)


def main() -> None:
    """Run the command line; the exit status tells how it went."""
    _hear_utf8()
    closed = _hold_places()
    try:
        _speak_utf8()
        from agents.cli.commands import app  # some tenths of a second, in which Ctrl-C is no fault either

        try:
            app()
        finally:
            print(end="", flush=True)  # what fails only when Python ends can be told in no line
    except KeyboardInterrupt:
        sys.exit(130)
    except (OSError, SystemExit) as end:
        # `tasrih … | head`: nobody reads any more, which is no fault, though click and rich make one of it.
        away = isinstance(end, BrokenPipeError) or isinstance(end.__context__, BrokenPipeError)
        number = (end.errno or 0) if isinstance(end, OSError) else 0
        full, shut = number in _FULL, number == errno.EBADF and closed
        if not (away or full or shut):
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if shut:
            sys.exit(f"tasrih: needed, but closed: {', '.join(closed)}")
        sys.exit(f"tasrih: cannot write: {os.strerror(number)}" if full else 0)


def _hold_places() -> list[str]:
    """Open the standard streams that are closed, lest what is opened next be taken for one; which they were."""
    closed = []
    for name, told, mode, flags in _STREAMS:
        if getattr(sys, name) is None:
            stream = open(os.open(os.devnull, flags), mode, encoding="utf-8")  # noqa: SIM115 (as long as we are)
            setattr(sys, name, stream)
            closed.append(told)
    return closed


def _hear_utf8() -> None:
    """Arabic arrives in UTF-8 whatever the locale: where that reads the arguments otherwise, begin anew without it."""
    given = "\0".join(sys.argv)
    with contextlib.suppress(UnicodeDecodeError):  # in another encoding, and as well read as it can be
        if os.fsencode(given).decode() != given:
            os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])  # noqa: S606 (ourselves)


def _speak_utf8() -> None:
    """Arabic leaves in UTF-8 whatever the locale: in C and POSIX, and where it was forced, Python would refuse it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
