"""The command `tasrih`. Each sub-command is a file; each room brings its own group of commands."""

from __future__ import annotations

from agents.cli.main import main

__all__ = ["main"]
