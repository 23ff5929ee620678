"""Parsing without standing still: small feeds at once, large and odd ones in a process of their own.

feedparser takes about a millisecond for four items, and minutes for bytes that someone has thought about. So what
is large, or odd, is parsed beside us, in a process with a limit of memory and time, which is replaced when it breaks
either. It is started for the first such feed and ends when it has been idle for a while.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import resource
import signal
import struct
import sys
from pathlib import Path

import msgspec

from agents.fetch.feed import NotAFeedError, Parsed, parse

_INLINE = 24 * 1024  # a few milliseconds
# What no small feed needs. feedparser's pattern for e-mail addresses is quadratic where nothing parts the letters, and
# tags do not; its stacks are, where elements are within each other; and what entities stand for is not to be seen.
_TAGS = 2_000
_TAG = re.compile(rb"<!--(?:(?!<!--|-->).)*+-->|<!\[CDATA\[|\]\]>|<[^!<>][^<>]*>", re.DOTALL)
_ODD = re.compile(rb"<!ENTITY|<!--|(?<![^\s<>])[^\s<>]{1000}", re.IGNORECASE)
# Seconds: of computing, after which the process ends itself; and by the clock, for a machine with more to do than that.
_COMPUTING, _TIMEOUT = 8.0, 25.0
_IDLE = 60.0
_MEMORY = 192 * 1024 * 1024  # over what the process begins with
_LINUX = sys.platform == "linux"
_LENGTH = struct.Struct("!I")


class _Job(msgspec.Struct, array_like=True):
    body: bytes
    url: str
    content_type: str


class _Done(msgspec.Struct, array_like=True):
    parsed: Parsed | None
    reason: str = ""


class Parser:
    """Parses feeds for the poller. Use as an asynchronous context manager."""

    def __init__(self, timeout: float = _TIMEOUT) -> None:
        self._timeout = timeout
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._resting: asyncio.Future[None] | None = None

    async def __aenter__(self) -> Parser:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._end()

    async def parse(self, body: bytes, url: str, content_type: str) -> Parsed:
        """As `feed.parse`. Raises `NotAFeedError`, also for what takes too much time or memory to read."""
        if len(body) <= _INLINE and not _odd(body):
            return _parse(_Job(body, url, content_type))
        async with self._turn:
            try:
                async with asyncio.timeout(self._timeout):
                    done = await self._ask(_Job(body, url, content_type))
            except TimeoutError:
                await self._end()
                raise NotAFeedError(f"could not be read within {self._timeout:.0f} s") from None
            except (asyncio.IncompleteReadError, OSError):
                await self._end()
                raise NotAFeedError("took more time or memory to read than a feed may") from None
            except asyncio.CancelledError:
                await self._end()  # in the midst of an answer, it would give it to the next
                raise
        if done.parsed is None:
            raise NotAFeedError(done.reason)
        return done.parsed

    async def _ask(self, job: _Job) -> _Done:
        if self._idle:
            self._idle.cancel()
        if self._process is None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", __name__, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
            )
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        frame = msgspec.msgpack.encode(job)
        process.stdin.write(_LENGTH.pack(len(frame)) + frame)
        await process.stdin.drain()
        (length,) = _LENGTH.unpack(await process.stdout.readexactly(_LENGTH.size))
        answer = await process.stdout.readexactly(length)
        self._idle = asyncio.get_running_loop().call_later(_IDLE, self._rest)
        return msgspec.msgpack.decode(answer, type=_Done)

    def _rest(self) -> None:
        self._resting = asyncio.ensure_future(self._end())

    async def _end(self) -> None:
        process, self._process = self._process, None
        if self._idle:
            self._idle.cancel()
        if process:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.communicate()  # closes the pipes, too


def _odd(body: bytes) -> bool:
    """Whether a small feed may take longer than its size says."""
    return body.count(b"<") > _TAGS or _ODD.search(_TAG.sub(b"", body)) is not None


def _parse(job: _Job) -> Parsed:
    try:
        return parse(job.body, job.url, job.content_type)
    except NotAFeedError:
        raise
    except MemoryError:
        raise NotAFeedError("took more memory to read than a feed may") from None
    except Exception as error:  # feedparser's own faults on odd input are that feed's, not ours
        raise NotAFeedError(f"the parser failed on it: {error!r}") from error


def _serve() -> None:
    """Answer jobs from standard input on standard output until it closes."""
    used = int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize() if _LINUX else 0
    resource.setrlimit(resource.RLIMIT_DATA, (used + _MEMORY, used + _MEMORY))
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while head := source.read(_LENGTH.size):
        job = msgspec.msgpack.decode(source.read(_LENGTH.unpack(head)[0]), type=_Job)
        signal.setitimer(signal.ITIMER_VIRTUAL, _COMPUTING)  # its signal ends us, wherever we are
        try:
            done = _Done(_parse(job))
        except NotAFeedError as error:
            done = _Done(None, str(error))
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        frame = msgspec.msgpack.encode(done)
        sink.write(_LENGTH.pack(len(frame)) + frame)
        sink.flush()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        _serve()
