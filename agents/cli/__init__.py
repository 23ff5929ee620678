"""The command `tasrih`: `commands.py` lists the sub-commands, each a file; each room brings its own group of them."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line; the exit status tells how it went."""
    try:
        from agents.cli.commands import app  # some tenths of a second, in which Ctrl-C is no fault either

        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except (BrokenPipeError, SystemExit) as end:
        # `tasrih … | head`: nobody reads any more, which is no fault, though click and rich make one of it.
        if not isinstance(end, BrokenPipeError) and not isinstance(end.__context__, BrokenPipeError):
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
