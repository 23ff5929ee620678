"""HTTP as a polite and careful reader speaks it: every request has its host's turn, an end in time and in size."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import metadata
from typing import Literal
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver
from multidict import CIMultiDict, CIMultiDictProxy

from agents.fetch import metrics
from agents.fetch.canonical import joined
from agents.fetch.lanes import Lanes
from streams.addresses import ForbiddenAddressError, socket_factory
from streams.retry_after import retry_after
from streams.settings import Settings

What = Literal["feed", "page", "robots", "hub", "site"]

_TOTAL, _CONNECT, _IDLE = 20.0, 10.0, 10.0  # seconds
_MAX_REDIRECTS = 7
_PERMANENT = {301, 308}
_REDIRECTS = {301, 302, 303, 307, 308}
_ACCEPT: Mapping[What, str] = {
    "feed": "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5",
    "page": "text/html, application/xhtml+xml;q=0.9, */*;q=0.5",
    "site": "text/html, application/xhtml+xml;q=0.9, */*;q=0.5",
    "robots": "text/plain, */*;q=0.5",
}
_MAX_BYTES: Mapping[What, int] = {
    "feed": 8 << 20,
    "page": 3 << 20,
    "site": 3 << 20,
    "robots": 512 << 10,
    "hub": 64 << 10,
}
# An hour when a host says "too many" without saying how long; a week at most, whatever it says.
_MAX_HOLD = 7 * 86400.0
_DEFAULT_HOLD = {429: 3600.0}
_WORDS = {
    401: "wants a login", 403: "refuses us", 404: "has nothing there", 410: "says that it is gone for good",
    429: "says that we ask too often",
}  # fmt: skip


class FetchError(Exception):
    """Nothing that can be used came; the message says why, in words for the feed's owner."""


def refusal(status: int) -> str:
    """Why a server did not give what it was asked for, by the status of its answer."""
    words = _WORDS.get(status, "is at fault" if status >= 500 else "does not give it")
    return f"the server {words} (HTTP {status})"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server has answered, after redirects, decompressed."""

    url: str
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    moved_to: str = ""  # where to ask from now on, when every redirect on the way was permanent
    cut: str = ""  # why the body ends early, if it does
    seconds: float = 0.0
    hops: tuple[str, ...] = ()

    @property
    def content_type(self) -> str:
        """The Content-Type header."""
        return self.headers.get("Content-Type", "")


def user_agent(settings: Settings) -> str:
    """Who we are and, by the setting `contact`, where our operator is found."""
    contact = f"; +{settings.contact}" if settings.contact else ""
    return f"Tasrih/{metadata.version('tasrih')} (news feed reader{contact})"


class Client:
    """Fetches. Use as an asynchronous context manager; `lanes` are shared by everything that is fetched."""

    def __init__(
        self, settings: Settings, lanes: Lanes, *, resolver: AbstractResolver | None = None, total: float = _TOTAL
    ) -> None:
        self._settings, self.lanes, self._resolver, self._total = settings, lanes, resolver, total

    async def __aenter__(self) -> Client:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0,  # the lanes limit
                resolver=self._resolver,
                socket_factory=socket_factory(self._settings.allow_private),
                keepalive_timeout=5,
            ),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT, sock_read=min(_IDLE, self._total)),
            headers={"User-Agent": user_agent(self._settings), "Accept-Encoding": "gzip, deflate, br, zstd"},
            cookie_jar=aiohttp.DummyCookieJar(),
            read_bufsize=16 * 1024,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def get(self, url: str, what: What, headers: Mapping[str, str] | None = None) -> Answer:
        """The answer to GET `url`, redirects followed. Any status is an answer.

        A host that asks for quiet (Retry-After, 429) is left alone from then on. Raises `FetchError`; `HeldError` when
        it has asked already.
        """
        asked, permanent, hops, spent = url, True, [url], 0.0
        for _ in range(_MAX_REDIRECTS + 1):
            answer = await self._once(url, what, headers or {}, self._total - spent)
            spent += answer.seconds
            target = answer.headers.get("Location", "")
            if answer.status not in _REDIRECTS or not target:
                moved = url if permanent and url != asked else ""
                return Answer(url, answer.status, answer.body, answer.headers, moved, answer.cut, spent, tuple(hops))
            permanent = permanent and answer.status in _PERMANENT
            url = joined(url, target).partition("#")[0]
            if urlsplit(url).scheme not in ("http", "https"):
                raise FetchError(f"it redirects to {target[:200]}, which is no web address")
            if url in hops:
                raise FetchError(f"it redirects in a circle, back to {url[:200]}")
            hops.append(url)
        raise FetchError(f"it redirects more than {_MAX_REDIRECTS} times")

    async def post(self, url: str, form: Mapping[str, str]) -> Answer:
        """The answer to a form posted to a WebSub hub. Raises as `get` does."""
        return await self._once(url, "hub", {}, self._total, form=form)

    async def _once(
        self, url: str, what: What, headers: Mapping[str, str], seconds: float, *, form: Mapping[str, str] | None = None
    ) -> Answer:
        """One request without redirects, in its host's turn, within so many seconds."""
        try:
            async with self.lanes.turn(url):
                started = time.monotonic()
                async with asyncio.timeout(max(0.0, seconds)):
                    answer = await self._request(url, what, headers, form, started)
        except TimeoutError as error:
            if isinstance(error, aiohttp.ServerTimeoutError):  # the socket's: nothing came, or nobody took the call
                raise FetchError(f"silence: {str(error)[:1].lower()}{str(error)[1:]}") from None
            raise FetchError(f"no complete answer within {self._total:.0f} s") from None
        except aiohttp.ClientError as error:
            raise FetchError(_reason(error, url)) from None
        except (OSError, ValueError) as error:
            raise FetchError(f"{error or type(error).__name__}") from None
        metrics.REQUESTS.labels(what, f"{answer.status // 100}xx").inc()
        metrics.BYTES.labels(what).inc(len(answer.body))
        if (until := quiet_until(answer.status, answer.headers)) is not None:
            self.lanes.hold(url, until)
        return answer

    async def _request(
        self, url: str, what: What, headers: Mapping[str, str], form: Mapping[str, str] | None, started: float
    ) -> Answer:
        method = "GET" if form is None else "POST"
        sent = {"Accept": _ACCEPT.get(what, "*/*"), **headers}
        async with self._session.request(method, url, headers=sent, data=form, allow_redirects=False) as response:
            body, cut = bytearray(), ""
            limit = _MAX_BYTES[what]
            try:
                if response.status not in _REDIRECTS:
                    async for chunk in response.content.iter_any():  # decompressed in bounded pieces
                        body += chunk
                        if len(body) > limit:
                            raise FetchError(f"the answer is larger than {limit >> 10:,} KB once decompressed")
            except aiohttp.ClientPayloadError as error:
                if not body:
                    raise
                cut = f"the answer broke off after {len(body):,} bytes ({error})"
            finally:
                response.close() if cut or len(body) > limit else response.release()
            return Answer(
                url, response.status, bytes(body), _flat(response.headers), "", cut, time.monotonic() - started
            )


def quiet_until(status: int, headers: Mapping[str, str]) -> float | None:
    """Until when (seconds since the epoch) the host wants no request: its Retry-After, or our own guess after 429."""
    wait = retry_after(headers.get("Retry-After", ""))
    if status < 400 or (wait is None and status not in _DEFAULT_HOLD):
        return None
    return time.time() + min(_MAX_HOLD, _DEFAULT_HOLD[status] if wait is None else wait)


def _flat(headers: CIMultiDictProxy[str]) -> CIMultiDict[str]:
    """Headers with repeated ones joined, as HTTP says they may be."""
    return CIMultiDict({name: ", ".join(headers.getall(name)) for name in headers})


def _reason(error: aiohttp.ClientError, url: str) -> str:
    """What went wrong, for a person."""
    host = urlsplit(url).hostname
    match error:
        case aiohttp.ClientConnectorCertificateError():
            return f"the certificate of {host} cannot be trusted: {error.certificate_error}"
        case aiohttp.ClientSSLError():
            return f"no secure connection to {host}: {error.os_error}"
        case aiohttp.ClientConnectorDNSError():
            return f"no such host: {host}"
        case aiohttp.ClientConnectorError(os_error=ForbiddenAddressError() as refused):
            return str(refused)
        case aiohttp.ClientConnectorError():
            number = error.os_error.errno
            return f"no connection to {host}: {os.strerror(number) if number else error.os_error}"
        case aiohttp.ServerDisconnectedError():
            return f"{host} hung up without an answer"
        case aiohttp.InvalidURL():
            return f"no valid address: {url[:200]}"
        case aiohttp.ClientPayloadError():
            return f"the answer cannot be decompressed or ends early: {error}"
        case aiohttp.ClientResponseError():
            return f"the answer is not HTTP: {error.message.partition(':')[0][:200].strip()}"
        case _:
            return str(error) or type(error).__name__
