"""The broker: the embedded one for trying out and tests, and the topics on whichever is used.

The embedded broker is noida-db: a real Kafka-protocol server over TCP in a process of its own. It saves to disk every
second or two and deletes only what tidy.py tells it to; it is not a durable store, and production wants Apache Kafka.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import logging
import secrets
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from importlib.resources import files
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from streams.errors import SetupError, using
from streams.logs import overhearing
from streams.ownership import held
from streams.settings import Settings
from streams.tidy import tidying
from streams.topics import TOPICS, Topic
from streams.wire import client_options

log = logging.getLogger(__name__)

_BINARY = str(files("noida_db") / "noida-db")
_ADDRESS = "address"
_LEFT_BY_THE_RUNNING = "noida.control.json"
_PRCTL = ctypes.CDLL(None).prctl if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1
_START_TIMEOUT = 10.0
_STOP_TIMEOUT = 2.0
_PORTS = range(1 << 14, 1 << 15)  # systems hand out those above to outgoing connections


class BrokerError(SetupError):
    """The broker cannot be started or reached; the message says which and what to do."""


def free_port() -> int:
    """A TCP port of the loopback address that nothing listens on.

    None of those that the system hands out: an outgoing connection could take it before we do.
    """
    for _ in _PORTS:
        port = secrets.choice(_PORTS)
        with socket.socket() as s, contextlib.suppress(OSError):
            s.bind(("127.0.0.1", port))
            return port
    raise BrokerError("no port of the loopback address is free")


async def listening(host: str, port: int) -> bool:
    """Whether something accepts connections there."""
    try:
        _, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return True


@contextlib.asynccontextmanager
async def embedded(data_dir: Path) -> AsyncIterator[str]:
    """Run the embedded broker on the loopback address; yields `kafka://127.0.0.1:port`.

    Its data stay in `data_dir` for the next start. It ends with us, also when we are killed (on Linux). Raises
    `BrokerError` when it does not come up.
    """
    port = free_port()
    with using(data_dir):
        data_dir.mkdir(parents=True, exist_ok=True)
        output = (data_dir / "broker.log").open("ab")
    with output:
        process = await asyncio.create_subprocess_exec(
            _BINARY, "start", "--only", "kafka", "--kafka-port", str(port), "--data-dir", str(data_dir),
            stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output,
            # Ctrl-C in the terminal is for us: the broker goes last, when everyone has said goodbye.
            start_new_session=True, preexec_fn=_end_with_the_parent,
        )  # fmt: skip
    try:
        deadline = time.monotonic() + _START_TIMEOUT
        while not await listening("127.0.0.1", port):
            if process.returncode is not None:
                raise BrokerError(
                    f"The embedded broker ended at once (status {process.returncode}). Its own words are in "
                    f"{data_dir / 'broker.log'}. Another may be running on the same folder; or use --broker."
                )
            if time.monotonic() > deadline:
                raise BrokerError(f"The embedded broker does not listen on port {port}: see {data_dir}/broker.log")
            await asyncio.sleep(0.01)
        yield f"kafka://127.0.0.1:{port}"
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            try:
                async with asyncio.timeout(_STOP_TIMEOUT):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()


async def create_topics(settings: Settings, topics: Iterable[Topic] = TOPICS) -> None:
    """Create the topics that are missing, with their partitions and configuration.

    Up front, because a topic that Kafka makes by itself has one partition and a table over it dies of the difference.
    Raises `BrokerError` when the broker cannot be reached or refuses.
    """
    wanted = [
        NewTopic(settings.prefix + t.name, settings.partitions, settings.replicas, topic_configs=t.config())
        for t in topics
    ]
    async with administering(settings) as admin:
        have = set(await admin.list_topics())
        missing = [topic for topic in wanted if topic.name not in have]
        if missing:
            answer = await admin.create_topics(missing)
            for name, code, *message in answer.topic_errors:
                error = for_code(code)
                if code and error is not TopicAlreadyExistsError:
                    raise BrokerError(f"Cannot create topic {name}: {error.__name__} {' '.join(map(str, message))}")


@contextlib.contextmanager
def reaching(settings: Settings) -> Iterator[None]:
    """For the start of a client: why the broker cannot be reached, the library only logs; the `BrokerError` says it."""
    said: list[str] = []
    try:
        with overhearing("aiokafka", said):
            yield
    except (KafkaError, OSError) as error:
        raise BrokerError(f"Cannot reach the broker at {settings.broker}: {'; '.join(said) or error}") from error


@contextlib.asynccontextmanager
async def administering(settings: Settings) -> AsyncIterator[AIOKafkaAdminClient]:
    """A client to administer the broker with. Raises `BrokerError`, with the reason, when it cannot be reached."""
    admin = AIOKafkaAdminClient(**client_options(settings))
    try:
        with reaching(settings):
            await admin.start()
        yield admin
    except (KafkaError, OSError) as error:
        raise BrokerError(f"Cannot reach the broker at {settings.broker}: {error}") from error
    finally:
        with contextlib.suppress(KafkaError, OSError):
            await admin.close()


def _end_with_the_parent() -> None:
    """In a new process: have it stopped when its parent ends, however that ends. Only Linux can."""
    if _PRCTL:
        _PRCTL(_PR_SET_PDEATHSIG, signal.SIGTERM)


async def _end_what_was_left(data_dir: Path) -> None:
    """End a broker whose starter was killed. It must not be used: it counts dead members of groups as alive for ever,
    and who joins them waits as long."""
    if (data_dir / _LEFT_BY_THE_RUNNING).exists():
        end = await asyncio.create_subprocess_exec(
            _BINARY, "down", "--data-dir", str(data_dir),
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        await end.wait()


@contextlib.asynccontextmanager
async def reading(settings: Settings, *, live: bool = False) -> AsyncIterator[Settings]:
    """As `reach`, for who only reads: nothing is created, no folder and no topic. `live`: for who waits for news, which
    come only where something is running. Raises `BrokerError`."""
    data_dir = settings.data_dir / "broker"
    if not settings.broker:
        if not data_dir.is_dir():
            raise BrokerError(
                f"Nothing is running on {settings.data_dir}, and nothing is kept there: `tasrih up` begins; "
                "--data-dir or --broker say where else to look."
            )
        if live:
            with held(data_dir) as idle:
                if idle:
                    raise BrokerError(f"Nothing is running on {settings.data_dir}: `tasrih up` does; or --no-follow.")
    async with reach(settings, topics=False) as found:
        yield found


async def _running(data_dir: Path) -> str:
    """The address of the broker that another process runs on `data_dir`, or is about to. Raises `BrokerError`."""
    deadline = time.monotonic() + _START_TIMEOUT
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, ValueError):
            url = (data_dir / _ADDRESS).read_text()
            host, _, port = url.removeprefix("kafka://").partition(":")
            if await listening(host, int(port)):
                return url
        await asyncio.sleep(0.05)
    raise BrokerError(f"Another tasrih runs the embedded broker on {data_dir}, but it does not answer.")


@contextlib.asynccontextmanager
async def reach(settings: Settings, *, alone: bool = False, topics: bool = True) -> AsyncIterator[Settings]:
    """Settings with a broker that answers: the one named, else the embedded one, running already or run for the while.

    A running embedded broker leaves its address beside its data. `alone`: nobody else may be running it, for it ends
    with whoever does. `topics`: an embedded one that we run has all of them. Raises `BrokerError`.
    """
    if settings.broker:
        yield settings
        return
    data_dir = settings.data_dir / "broker"
    async with contextlib.AsyncExitStack() as stack:
        if not stack.enter_context(held(data_dir)):
            if alone:
                raise BrokerError(
                    f"Tasrih is at work on {settings.data_dir} already: stop it first, or choose another --data-dir."
                )
            yield settings.model_copy(update={"broker": await _running(data_dir)})
            return
        await _end_what_was_left(data_dir)
        url = await stack.enter_async_context(embedded(data_dir))
        address = data_dir / _ADDRESS
        with using(address):
            address.write_text(url)
        try:
            found = settings.model_copy(update={"broker": url})
            if topics:
                await create_topics(found)
            tidier = asyncio.create_task(tidying(found))
            try:
                yield found
            finally:
                tidier.cancel()
        finally:
            address.unlink(missing_ok=True)
