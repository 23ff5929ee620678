"""Errors that are told to a person without a traceback."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path


class SetupError(RuntimeError):
    """Something that whoever runs this must mend first; the message says what, and how."""


@contextlib.contextmanager
def using(path: Path) -> Iterator[None]:
    """For work on `path` in the data folder: what the system refuses is a `SetupError`."""
    try:
        yield
    except OSError as error:
        raise SetupError(
            f"{path} cannot be used ({error.strerror}): set TASRIH_DATA_DIR or --data-dir, or mend it"
        ) from error
