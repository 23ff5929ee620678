"""Errors that are told to a person without a traceback."""

from __future__ import annotations


class SetupError(RuntimeError):
    """Something that whoever runs this must mend first; the message says what, and how."""
