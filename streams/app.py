"""A Faust app a role: each role scales apart, so each is an app and a consumer group of its own."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator

import faust
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread
from faust.types.auth import SASLMechanism
from mode.threads import WorkerThread

from streams import consumer, health, longpoll
from streams.broker import BrokerError
from streams.settings import Settings
from streams.topics import FETCH_BYTES, MAX_MESSAGE_BYTES

# Seconds that a stopping app may take over what it has begun, or over a rebalance that it was in the middle of, which
# waits for the slowest worker; what is not acknowledged by then comes again.
_STOP_TIMEOUT = 25.0
_GIVE_UP_TIMEOUT = 2.0  # of one that has not begun anything


class _Thread(WorkerThread):
    """A consumer's thread that keeps no process alive when its app could not be stopped in time."""

    def __init__(self, service: AIOKafkaConsumerThread) -> None:
        super().__init__(service)
        self.daemon = True


AIOKafkaConsumerThread.Worker = _Thread


def build(role: str, settings: Settings) -> faust.App:
    """The Faust app of `role`, to be started in the running event loop.

    Its consumer group is `settings.group(role)`.
    """
    name = settings.group(role)
    data_dir = settings.data_dir / "tables" / name
    data_dir.mkdir(parents=True, exist_ok=True)  # Faust does not make the parents
    store = "memory://" if settings.store == "memory" else "rocksdb://?driver=rocksdict"
    longpoll.install()
    consumer.install()
    app = faust.App(
        name,
        broker=";".join(f"kafka://{address}" for address in settings.bootstrap),
        broker_credentials=_credentials(settings),
        loop=asyncio.get_running_loop(),
        store=store,
        datadir=str(data_dir),
        autodiscover=False,
        web_enabled=False,
        # Every topic is created up front with its partitions; Faust's leader election needs one more topic for nothing.
        topic_disable_leader=True,
        topic_partitions=settings.partitions,
        topic_replication_factor=settings.replicas,
        consumer_auto_offset_reset="earliest",
        consumer_max_fetch_size=FETCH_BYTES,
        broker_session_timeout=settings.session_timeout,
        broker_heartbeat_interval=settings.session_timeout / 4,
        broker_commit_interval=1.0,
        # Without a linger every message is a request of its own; ten milliseconds are nothing to a reader.
        producer_linger=0.01,
        producer_max_request_size=MAX_MESSAGE_BYTES,
        producer_compression_type="gzip",
        producer_acks=-1,
        stream_wait_empty=True,
    )
    app.finalize()
    app.task(lambda: health.watch(app, settings))
    return app


def _credentials(settings: Settings) -> object | None:
    if settings.kafka_security == "PLAINTEXT":
        return None
    context = ssl.create_default_context(cafile=settings.kafka_ca) if "SSL" in settings.kafka_security else None
    if settings.kafka_security == "SSL":
        return faust.SSLCredentials(context)
    return faust.SASLCredentials(
        username=settings.kafka_user,
        password=settings.kafka_password.get_secret_value(),
        mechanism=SASLMechanism(settings.kafka_sasl_mechanism),
        ssl_context=context,
    )


@contextlib.asynccontextmanager
async def running(app: faust.App, timeout: float = 60.0) -> AsyncIterator[faust.App]:
    """Run `app`; the body begins when its partitions are assigned and its tables recovered.

    Raises `BrokerError` when the broker assigns none within `timeout` seconds (tables then take the time they need),
    and, from the body, when the app gives up. Stops the app at the end: what it has begun is finished and committed
    first.
    """
    ready = asyncio.Event()
    joining = asyncio.timeout(timeout)
    body = asyncio.current_task()
    assert body is not None

    async def on_ready(*_: object, **__: object) -> None:
        ready.set()

    async def on_joined(*_: object, **__: object) -> None:
        if not ready.is_set():
            with contextlib.suppress(RuntimeError):  # who is stopped while it starts no longer waits
                joining.reschedule(None)

    async def end_with_the_app() -> None:
        await app.wait_until_stopped()
        if app.crashed:
            body.cancel()

    # Faust keeps weak references: both functions must live as long as this.
    app.on_partitions_assigned.connect(on_joined)
    app.on_rebalance_complete.connect(on_ready)
    watch = asyncio.create_task(end_with_the_app())
    try:
        try:
            async with joining:
                await app.start()
                await ready.wait()
        except TimeoutError:
            raise BrokerError(
                f"{app.conf.id} is not admitted to its consumer group by the broker within {timeout:.0f} s: "
                "is another worker of it frozen, or the broker overloaded?"
            ) from None
        yield app
    except asyncio.CancelledError:
        if not app.crashed or body.uncancel():
            raise
        raise BrokerError(
            f"{app.conf.id} gave up: {app.crash_reason!r}. Started again, it goes on from what it acknowledged last."
        ) from app.crash_reason
    finally:
        watch.cancel()
        # Faust waits for what has been begun without end, even when whoever did it is gone, and takes no cancelling.
        done, _ = await asyncio.wait(
            {asyncio.create_task(app.stop())}, timeout=_STOP_TIMEOUT if ready.is_set() else _GIVE_UP_TIMEOUT
        )
        for stop in done:
            stop.result()
