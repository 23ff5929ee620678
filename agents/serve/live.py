"""The live stream over HTTP: server-sent events and WebSocket, one contract.

A reader says where it stands (`Last-Event-ID`, `since`), is given what the archive has after that, and then what comes.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any, Protocol

import msgspec
from aiohttp import WSCloseCode, WSMsgType, web
from msgspec import Meta

from agents.serve import metrics
from agents.serve.archive.database import TooSlowError
from agents.serve.archive.statements import Event
from agents.serve.endpoints import SERVER, Endpoint, Server
from agents.serve.filters import Filter, Selection
from agents.serve.hub import Placed, Reader
from agents.serve.lists import selected
from agents.serve.position import Position
from agents.serve.problems import ProblemError, bad_request

log = logging.getLogger(__name__)

HEARTBEAT = 15.0
# How long a reader who catches up may take to read what was sent, and one who was dropped to read why.
_PATIENCE = 60.0
_FAREWELL = 30.0
_AT_ONCE = 500
_KERNEL_BUFFER = 128 * 1024


class StreamQuery(Filter, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which statements, and from where."""

    since: Annotated[
        str, Meta(max_length=20_000, description="Begin after this position: a list's `position`, an event's id")
    ] = ""


class Message(msgspec.Struct, omit_defaults=True):
    """What comes over the WebSocket."""

    event: str
    id: str = ""
    data: Any = None
    reason: str = ""


class Sink(Protocol):
    """The wire to one reader."""

    @staticmethod
    def framed(events: Placed) -> Any:
        """The events as they go over this wire."""

    async def send(self, payload: Any) -> None:
        """Send what `framed` made; returns when the reader keeps up."""

    async def heartbeat(self, position: Position) -> None:
        """Show that the stream lives, and where it is."""


def _name(event: Event) -> str:
    return "statement" if event.candidate.statement.status == "new" else "retraction"


class ServerSentEvents:
    """Events in `text/event-stream`."""

    def __init__(self, response: web.StreamResponse) -> None:
        self._response = response

    @staticmethod
    def framed(events: Placed) -> bytes:
        """One block an event; JSON has no line break of its own."""
        return b"".join(
            b"id: %b\nevent: %b\ndata: %b\n\n" % (str(at).encode(), _name(event).encode(), event.data)
            for event, at in events
        )

    async def send(self, payload: bytes) -> None:
        """Send blocks."""
        await self._response.write(payload)

    async def heartbeat(self, position: Position) -> None:
        """A block without data tells the id and dispatches nothing."""
        await self._response.write(f": heartbeat\nid: {position}\n\n".encode())


class WebSocket:
    """Events as JSON text messages."""

    def __init__(self, response: web.WebSocketResponse) -> None:
        self._response = response

    @staticmethod
    def framed(events: Placed) -> list[str]:
        """One message an event."""
        return [
            msgspec.json.encode(Message(_name(event), str(at), msgspec.Raw(event.data))).decode()
            for event, at in events
        ]

    async def send(self, payload: list[str]) -> None:
        """Send messages."""
        for message in payload:
            await self._response.send_str(message)

    async def heartbeat(self, position: Position) -> None:
        """A message of its own, with the position."""
        await self._response.send_str(msgspec.json.encode(Message("heartbeat", str(position))).decode())


class DroppedError(Exception):
    """The reader must go; the message says why."""


async def feed(server: Server, selection: Selection, position: Position | None, sink: Sink) -> None:
    """Send `sink` everything after `position` (None: after now), for ever. Raises `DroppedError`."""
    loop, reasons = asyncio.get_running_loop(), list[str]()

    async def replay(position: Position) -> Position:
        while True:
            found = await server.archive.after(position, selection, _AT_ONCE)
            if found.events:
                placed = []
                for event in found.events:
                    position = position.passed(event.partition, event.offset)
                    placed.append((event, position))
                async with asyncio.timeout(_PATIENCE):
                    await sink.send(sink.framed(placed))
            position = position.join(found.position)
            if found.complete:
                return position

    try:
        async with asyncio.timeout(None) as reading:

            def drop(reason: str) -> None:
                if not reasons:
                    reasons.append(reason)
                    reading.reschedule(loop.time())

            if position is not None:
                position = await replay(position)  # what may be much waits in the archive, not in the reader's queue
            with server.hub.reading(selection, sink.framed, drop) as reader:
                here = server.hub.position
                position = here if position is None else await replay(position)
                if not position.covers(here):
                    raise DroppedError("What you missed is being put back into the archive. Resume in a moment.")
                await _live(server, reader, position, sink)
    except TimeoutError as error:
        raise DroppedError(reasons[0] if reasons else "You read too slowly. Resume.") from error
    except TooSlowError as error:
        raise DroppedError(
            "What you missed took too long to find. Narrow the filter, or begin without a position."
        ) from error
    except (ConnectionError, DroppedError):
        raise
    except Exception as error:  # the answer has begun: only the stream itself can still say so
        log.exception("a live stream failed")
        raise DroppedError("Something failed here, and it is in the server's log. Resume.") from error


async def _live(server: Server, reader: Reader, position: Position, sink: Sink) -> None:
    await sink.heartbeat(position)
    while True:
        chunk = await reader.next(HEARTBEAT)
        if chunk is None:
            position = position.join(server.hub.position) if reader.idle else position
            await sink.heartbeat(position)
            continue
        payload = chunk.beyond(position, sink.framed)
        position = position.join(chunk.after)
        if payload is not None:
            await sink.send(payload)


async def _beginning(request: web.Request, since: str) -> Position | None:
    """Where the reader stands. Raises `ProblemError` for what is no position, or one that the topic has not reached."""
    server = request.app[SERVER]
    said = request.headers.get("Last-Event-ID") or since
    if not said:
        return None
    try:
        position = Position.parse(said)
    except ValueError as error:
        raise bad_request(f"since or Last-Event-ID: {error}") from error
    if not server.hub.position.covers(position) and not Position(await server.follower.ends()).covers(position):
        raise ProblemError(
            HTTPStatus.CONFLICT,
            f"The position {said} is ahead of the topic. It is of another stream, or the topic was made again: "
            "begin without a position, after listing what there is.",
        )
    return position


async def stream(request: web.Request, query: StreamQuery) -> web.StreamResponse:
    """Statements as they come, as server-sent events: `statement`, `retraction`, `dropped`; a heartbeat every 15 s.

    Each has an id; with `Last-Event-ID` (or `since`) the stream goes on after it, also after a restart of the server
    or on another one, without a gap or a double. A reader who does not keep up is sent `dropped` with the reason.
    """
    server, selection = request.app[SERVER], selected(query, "any")
    with server.hub.seat(server.settings.max_streams):
        position = await _beginning(request, query.since)
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        )
        await response.prepare(request)
        _limit(request)
        await response.write(b"retry: 2000\n\n")
        with metrics.READERS.labels("sse").track_inprogress():
            try:
                await feed(server, selection, position, ServerSentEvents(response))
            except DroppedError as reason:
                metrics.DROPPED.labels("sse").inc()
                _say_and_close(request, b"event: dropped\ndata: %b\n\n" % msgspec.json.encode({"reason": str(reason)}))
            except ConnectionError:
                pass  # gone, as readers go
        return response


def _say_and_close(request: web.Request, last: bytes) -> None:
    """Put `last` behind what the reader has not read yet, without waiting: it reads on, or is cut off in the end."""
    transport = request.transport
    if transport is not None and not transport.is_closing():
        transport.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(last), last))
        transport.close()
        asyncio.get_running_loop().call_later(_FAREWELL, transport.abort)


async def websocket(request: web.Request, query: StreamQuery) -> web.StreamResponse:
    """The stream as a WebSocket: the same filter, the same positions (`since`), the same events as JSON messages."""
    server, selection = request.app[SERVER], selected(query, "any")
    with server.hub.seat(server.settings.max_streams):
        position = await _beginning(request, query.since)
        response = web.WebSocketResponse(heartbeat=HEARTBEAT, compress=False, max_msg_size=4096)
        if not response.can_prepare(request):
            raise ProblemError(HTTPStatus.UPGRADE_REQUIRED, "This is for WebSocket clients.", {"Upgrade": "websocket"})
        await response.prepare(request)

        async def listen() -> None:
            # Nothing is expected; reading answers pings and notices the end.
            async for message in response:
                if message.type is WSMsgType.ERROR:
                    return

        _limit(request)
        with metrics.READERS.labels("websocket").track_inprogress():
            listening = asyncio.create_task(listen())
            sending = asyncio.create_task(feed(server, selection, position, WebSocket(response)))
            try:
                await asyncio.wait((sending, listening), return_when=asyncio.FIRST_COMPLETED)
                if sending.done() and isinstance(reason := sending.exception(), DroppedError):
                    metrics.DROPPED.labels("websocket").inc()
                    await _tell_and_close(response, str(reason))
            finally:
                for task in (sending, listening):
                    task.cancel()
                await asyncio.gather(sending, listening, return_exceptions=True)
        return response


def _limit(request: web.Request) -> None:
    """Let the kernel hold little for a reader: one who does not read is noticed, and one who is gone as well."""
    transport = request.transport
    if transport is not None and (connection := transport.get_extra_info("socket")) is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _KERNEL_BUFFER)
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux: a peer that answers nothing is gone
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(_PATIENCE * 1000))


async def _tell_and_close(response: web.WebSocketResponse, reason: str) -> None:
    with contextlib.suppress(ConnectionError, TimeoutError):
        async with asyncio.timeout(_FAREWELL):
            await response.send_str(msgspec.json.encode(Message("dropped", reason=reason)).decode())
            await response.close(code=WSCloseCode.TRY_AGAIN_LATER, message=reason.encode()[:120])


ENDPOINTS: Sequence[Endpoint] = (
    Endpoint(
        path="/v1/stream", answer=stream, query=StreamQuery,
        content_type="text/event-stream", errors=(400, 409, 503),
    ),
    Endpoint(path="/v1/ws", answer=websocket, query=StreamQuery, errors=(400, 409, 426, 503)),
)  # fmt: skip
