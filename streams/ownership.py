"""Who runs the embedded broker on a folder: one process at a time.

The system itself lets go of the lock when its holder ends, however it ends; so whatever is found running on a folder
that nobody holds was left behind.
"""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

from streams.errors import using


@contextlib.contextmanager
def held(folder: Path) -> Iterator[bool]:
    """Hold `folder` while the body runs; yields whether it could be had. Raises `SetupError` when it cannot be used."""
    with using(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "held").open("ab")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
