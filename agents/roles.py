"""The roles that a worker can play: one row each. Each runs in its own Faust app and scales apart."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from streams.settings import Settings

    Role = Callable[[Settings], AbstractAsyncContextManager[object]]

# Each module has `run(settings)`, an asynchronous context manager: entered when the role works, left once it stopped.
_MODULES = {
    "fetch": "agents.fetch.agent",
    "normalize": "agents.normalize.agent",
    "extract": "agents.extract.agent",
    "alert": "agents.alert.agent",
    "serve": "agents.serve.agent",
}

ROLES = tuple(_MODULES)


def role(name: str) -> Role:
    """The `run` of the role's module, imported when it is asked for. Raises `KeyError` for a name not in `ROLES`."""
    run: Role = import_module(_MODULES[name]).run
    return run
