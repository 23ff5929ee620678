"""The command `tasrih`: `commands.py` lists the sub-commands, each a file; each room brings its own group of them."""

from __future__ import annotations

import errno
import io
import os
import sys

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def main() -> None:
    """Run the command line; the exit status tells how it went."""
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
        full = end.strerror if isinstance(end, OSError) and end.errno in _FULL else None
        if not away and full is None:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(f"tasrih: cannot write: {full}" if full else 0)


def _speak_utf8() -> None:
    """Arabic leaves in UTF-8 whatever the locale: in C and POSIX, and where it was forced, Python would refuse it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
