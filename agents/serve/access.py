"""Who may do what: keys with scopes for everything but loopback, hosts, other pages' origins, and how often.

A key is shown once, when it is made; what is kept is its SHA-256 (a key is random: there is nothing to guess, so no
slow hash is needed). The file is read again when it changes: a key that is removed is refused from the next request on.
"""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
import time
from collections import OrderedDict
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import get_args

import msgspec
from aiohttp import web

from agents.serve.endpoints import Scope
from agents.serve.problems import ProblemError
from streams.errors import using
from streams.settings import Settings

SCOPES: tuple[Scope, ...] = get_args(Scope)
_PREFIX = "tasrih_"
_CLIENTS = 10_000
# A page asks for a dozen things at once, then rests.
_BURST_SECONDS = 5.0
# What a page of another origin reads of an answer beside its body: where the next part is, when to ask again.
_EXPOSED = {"Access-Control-Expose-Headers": "ETag, Link, Retry-After"}


class Key(msgspec.Struct, frozen=True):
    """A key as it is kept."""

    name: str
    scopes: tuple[Scope, ...]
    sha256: str
    made_at: datetime


class Keys:
    """The keys in a file of the data folder. Every method raises `SetupError` when the system refuses the file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._by_hash: Mapping[str, Key] = {}

    @classmethod
    def of(cls, settings: Settings) -> Keys:
        """The keys of the service with these settings."""
        return cls(settings.data_dir / "keys.json")

    def all(self) -> list[Key]:
        """Every key, by name. Raises `ValueError` when the file is not what `add` writes."""
        return sorted(self._read().values(), key=lambda key: key.name)

    def find(self, secret: str) -> Key | None:
        """The key whose secret this is."""
        return self._read().get(_hash(secret))

    def add(self, name: str, scopes: tuple[Scope, ...]) -> str:
        """Make a key and return its secret, which is kept nowhere. Raises `ValueError` for no name, or one taken."""
        if not name.strip():
            raise ValueError("A key needs a name: whose it is, or what for.")
        keys = self.all()
        if any(key.name == name for key in keys):
            raise ValueError(f"There is a key {name!r} already: remove it first, or take another name.")
        secret = _PREFIX + secrets.token_urlsafe(32)
        self._write([*keys, Key(name, scopes, _hash(secret), datetime.now(UTC))])
        return secret

    def remove(self, name: str) -> None:
        """Remove a key. Raises `ValueError` when there is none of this name."""
        keys = self.all()
        if all(key.name != name for key in keys):
            raise ValueError(f"There is no key {name!r}. There are: {', '.join(key.name for key in keys) or 'none'}.")
        self._write([key for key in keys if key.name != name])

    def _read(self) -> Mapping[str, Key]:
        with using(self._path):
            try:
                status = self._path.stat()
            except FileNotFoundError:
                self._stamp, self._by_hash = None, {}
                return self._by_hash
            if self._stamp != (stamp := (status.st_mtime_ns, status.st_ino)):
                try:
                    keys = msgspec.json.decode(self._path.read_bytes(), type=list[Key])
                except msgspec.MsgspecError as error:
                    raise ValueError(f"{self._path} is not a file of keys: {error}") from error
                self._stamp, self._by_hash = stamp, {key.sha256: key for key in keys}
        return self._by_hash

    def _write(self, keys: list[Key]) -> None:
        with using(self._path):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            new = self._path.with_suffix(".new")
            new.touch(mode=0o600)
            new.write_bytes(msgspec.json.format(msgspec.json.encode(keys)))
            new.replace(self._path)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


class Rate:
    """A token bucket a client: `per_second` on average, a few seconds' worth at once."""

    def __init__(self, per_second: float) -> None:
        self._per_second, self._most = per_second, per_second * _BURST_SECONDS
        self._clients: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, client: str, now: float) -> float:
        """Seconds until `client` may ask again; 0 counts this as asked."""
        left, since = self._clients.pop(client, (self._most, now))
        left = min(self._most, left + (now - since) * self._per_second)
        wait = 0.0 if left >= 1 else (1 - left) / self._per_second
        self._clients[client] = (left if wait else left - 1, now)
        if len(self._clients) > _CLIENTS:  # whoever has not asked for longest has a full bucket again by now
            self._clients.popitem(last=False)
        return wait


def _secret(request: web.Request) -> str:
    """The key that the request bears; empty for none."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    # EventSource, WebSocket and feed readers cannot send headers (RFC 6750, section 2.3).
    return secret.strip() if scheme.lower() == "bearer" else request.query.get("access_token", "")


def is_loopback(host: str) -> bool:
    """Whether `host` (a name or address, as one binds to or asks for) is this machine alone."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class Access:
    """The door: every request passes `check` before it is answered."""

    def __init__(self, settings: Settings, keys: Keys) -> None:
        self._settings, self._keys = settings, keys
        self._guarded = not is_loopback(settings.host)
        self._rate = Rate(settings.rate_limit) if settings.rate_limit and self._guarded else None
        self._origins = frozenset(o.strip().rstrip("/") for o in settings.cors_origins.split(",") if o.strip())

    def check(self, request: web.Request, scope: Scope | None) -> None:
        """Let `request` pass to what needs `scope` (None: anyone). Raises `ProblemError`."""
        if not self._guarded:
            # A page elsewhere can make a browser ask us under a name of its own (DNS rebinding).
            if not is_loopback(request.url.host or ""):
                detail = "This server is for this machine alone: ask for localhost, or set TASRIH_HOST."
                raise ProblemError(HTTPStatus.MISDIRECTED_REQUEST, detail)
            return
        if scope is None:
            return
        key = self._key(request)
        client = f"key {key.name}" if key else f"address {self._address(request)}"
        if self._rate and (wait := self._rate.wait(client, time.monotonic())):
            detail = f"More than {self._settings.rate_limit:g} requests a second: wait {wait:.1f} s."
            raise ProblemError(HTTPStatus.TOO_MANY_REQUESTS, detail, {"Retry-After": str(int(wait) + 1)})
        if key is None and _secret(request):
            headers = {"WWW-Authenticate": 'Bearer realm="tasrih", error="invalid_token"'}
            raise ProblemError(HTTPStatus.UNAUTHORIZED, "There is no such key; it may have been removed.", headers)
        if key is None:
            if not (scope == "read" and self._settings.open_to_read):
                detail = "A key is needed: `Authorization: Bearer <key>`. `tasrih keys add NAME` makes one."
                raise ProblemError(HTTPStatus.UNAUTHORIZED, detail, {"WWW-Authenticate": 'Bearer realm="tasrih"'})
        elif scope not in key.scopes:
            detail = f"The key {key.name!r} is for {', '.join(key.scopes)}; this needs {scope}."
            raise ProblemError(HTTPStatus.FORBIDDEN, detail)

    def may(self, request: web.Request, scope: Scope) -> bool:
        """Whether who sent `request`, which has passed, may do what needs `scope`, too."""
        key = self._key(request) if self._guarded else None
        return not self._guarded or (key is not None and scope in key.scopes)

    def _key(self, request: web.Request) -> Key | None:
        secret = _secret(request)
        return self._keys.find(secret) if secret else None

    def _address(self, request: web.Request) -> str:
        """Whose request it is. A proxy writes whom it has it from behind what the header said before: that is true."""
        if self._settings.public_url and (said := ",".join(request.headers.getall("X-Forwarded-For", ()))):
            return said.rpartition(",")[2].strip()
        return request.remote or ""

    def cors(self, request: web.Request) -> dict[str, str]:
        """The headers that let a page of another origin read the answer, and those of its headers that it wants."""
        if "*" in self._origins:
            return {"Access-Control-Allow-Origin": "*"} | _EXPOSED
        if not self._origins:
            return {}
        # Whoever keeps answers must not give one that was asked for by nobody, or by another page, to this one.
        origin, varies = request.headers.get("Origin", ""), {"Vary": "Origin"}
        return {"Access-Control-Allow-Origin": origin} | _EXPOSED | varies if origin in self._origins else varies


ACCESS = web.AppKey("access", Access)
