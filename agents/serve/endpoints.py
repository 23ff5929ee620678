"""How an endpoint is declared: its path, its parameters and its answer are types, and OpenAPI is read off them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import msgspec
from aiohttp import web
from multidict import MultiMapping

from agents.serve.archive import Archive
from agents.serve.follow import Follower
from agents.serve.hub import Hub
from agents.serve.problems import bad_request
from streams.settings import Settings

Scope = Literal["read", "rules", "operate"]
Q = TypeVar("Q", bound=msgspec.Struct)


@dataclass(frozen=True)
class Server:
    """What the endpoints work with."""

    settings: Settings
    archive: Archive
    hub: Hub
    follower: Follower


SERVER = web.AppKey("server", Server)


class Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """No parameters."""


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One operation; `answer` takes the request and its query, read."""

    path: str
    answer: Callable[[web.Request, Any], Awaitable[web.StreamResponse]]
    method: Literal["GET", "PUT", "POST", "DELETE"] = "GET"
    query: type[msgspec.Struct] = Nothing
    body: type[msgspec.Struct] | None = None
    returns: type | None = None
    content_type: str = "application/json"
    scope: Scope | None = "read"
    errors: tuple[int, ...] = (400,)

    @property
    def name(self) -> str:
        """The operation's name: the function's."""
        return self.answer.__name__

    @property
    def doc(self) -> str:
        """What it does: the function's docstring."""
        return self.answer.__doc__ or ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer `request`."""
        return await self.answer(request, read_query(request.query, self.query))


def json(value: msgspec.Struct, headers: dict[str, str] | None = None) -> web.Response:
    """`value` as the body of an answer."""
    return web.Response(body=msgspec.json.encode(value), content_type="application/json", headers=headers)


def raw(records: list[bytes]) -> list[Any]:
    """Records that are JSON already, to stand in a struct."""
    return [msgspec.Raw(record) for record in records]


def read_query(given: MultiMapping[str], query: type[Q]) -> Q:
    """The parameters of an address. Raises `ProblemError` (400) that names the one at fault."""
    fields = {f.encode_name: f for f in msgspec.structs.fields(query) if f.encode_name != "access_token"}
    values: dict[str, Any] = {}
    for name in dict.fromkeys(given):
        if name == "access_token":  # whose it is was settled before
            continue
        several = given.getall(name)
        if name not in fields:
            raise bad_request(f"{name}: no parameter here; there are {', '.join(fields) or 'none'}")
        if any("\0" in value for value in several):
            raise bad_request(f"{name}: holds a NUL character")
        if fields[name].default == ():
            values[name] = several
        elif len(several) > 1:
            raise bad_request(f"{name}: may be given once only")
        else:
            values[name] = several[0]
    try:
        return msgspec.convert(values, query, strict=False)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$.")
        name = where.partition("[")[0].rstrip("`")
        raise bad_request(f"{name}: {what}{_allowed(query, name)}" if name else what) from error


def _allowed(query: type[msgspec.Struct], name: str) -> str:
    """What the parameter may be, where it is one of a few words."""
    _, components = msgspec.json.schema_components([query])
    schema = components[query.__name__]["properties"].get(name, {})
    kinds = [schema, schema.get("items", {}), *schema.get("anyOf", ())]
    words = [word for kind in kinds for word in kind.get("enum", ()) if word]
    words += ["true", "false"] if any(kind.get("type") == "boolean" for kind in kinds) else []
    return f"; allowed: {', '.join(words)}" if words else ""
