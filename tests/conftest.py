"""What every test of the pipeline stands on: a real broker over TCP, and a corner of it for each test."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from streams.broker import create_topics, embedded
from streams.settings import Settings
from streams.stopping import end_others
from tests.kafka_server import kafka

_corner = itertools.count()


@pytest_asyncio.fixture(scope="session", loop_scope="session", autouse=True)
async def orderly_end() -> AsyncIterator[None]:
    """What a test has left running (a worker that could not be stopped in time) does not outlive the session."""
    yield
    await end_others()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def embedded_broker(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The address of an embedded broker that lasts the session."""
    async with embedded(tmp_path_factory.mktemp("broker")) as url:
        yield url


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def kafka_broker(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The address of a node of Apache Kafka that lasts the session."""
    async with kafka(tmp_path_factory.mktemp("kafka")) as cluster:
        yield cluster.inside


@pytest.fixture
def broker(request: pytest.FixtureRequest) -> str:
    """The broker's address: the embedded one, or what the test is parametrised with (see `on_both_brokers`)."""
    return request.getfixturevalue(f"{getattr(request, 'param', 'embedded')}_broker")  # type: ignore[no-any-return]


@pytest.fixture
def settings(broker: str, tmp_path: Path) -> Settings:
    """Settings for one test: topics and groups of its own on the session's broker; loopback may be fetched."""
    return Settings(
        broker=broker,
        prefix=f"test{next(_corner)}-",
        partitions=2,
        data_dir=tmp_path,
        session_timeout=6,
        allow_private=True,
        port=0,
    )


@pytest_asyncio.fixture(loop_scope="session")
async def topics(settings: Settings) -> Settings:
    """`settings`, with the topics created."""
    await create_topics(settings)
    return settings
