"""TLS and SCRAM to Apache Kafka: the pipeline and its commands through the secured listener, and who is turned away."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
import trustme
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from pydantic import SecretStr

from streams.app import build, running
from streams.broker import BrokerError, create_topics
from streams.records import Article
from streams.settings import Settings
from streams.stage import Stage
from streams.topics import ARTICLES, ENTRIES
from streams.wire import client_options
from tests.kafka import records
from tests.kafka_server import Security, kafka
from tests.streams.test_stage import Seen, count, entry, put_entries

pytestmark = pytest.mark.kafka


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def secured(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Settings]:
    """Settings of a user of a Kafka that wants TLS and SCRAM."""
    folder = tmp_path_factory.mktemp("secured")
    security = Security(folder / "certificates")
    async with kafka(folder, security=security) as cluster:
        yield Settings(
            broker=cluster.secure, partitions=2, session_timeout=6, data_dir=folder,
            kafka_security="SASL_SSL", kafka_user=security.user, kafka_password=SecretStr(security.password),
            kafka_ca=security.ca,
        )  # fmt: skip


async def test_the_pipeline_runs_through_it(secured: Settings) -> None:
    await create_topics(secured)
    app = build("normalize", secured)
    Stage(app, secured, name="normalize", source=ENTRIES, work=count, row=Seen)
    async with running(app):
        await put_entries(secured, *(entry(f"a{n % 3}", str(n)) for n in range(30)))
        articles = await records(secured, ARTICLES, Article, 30)
    assert sorted(int(article.title) for article in articles) == list(range(30))


@pytest.mark.parametrize(
    "wrong",
    [{"kafka_password": SecretStr("wrong")}, {"kafka_user": "nobody"}, {"kafka_security": "SSL"}],
    ids=["password", "user", "no login"],
)
async def test_strangers_are_turned_away(secured: Settings, wrong: dict[str, object]) -> None:
    with pytest.raises(BrokerError, match="Cannot reach the broker"):
        await create_topics(secured.model_copy(update=wrong))


async def test_a_broker_with_another_certificate_is_not_believed(secured: Settings, tmp_path: Path) -> None:
    authority = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(authority))
    consumer = AIOKafkaConsumer(**client_options(secured.model_copy(update={"kafka_ca": authority})))
    with pytest.raises((KafkaError, ssl.SSLError)):
        await consumer.start()
    await consumer.stop()


def test_the_password_is_not_shown(secured: Settings) -> None:
    assert secured.kafka_password.get_secret_value() not in repr(secured) + str(secured.model_dump())


def test_secrets_come_from_files(tmp_path: Path) -> None:
    (tmp_path / "tasrih_kafka_password").write_text("from a file\n")
    assert Settings(_secrets_dir=tmp_path).kafka_password.get_secret_value() == "from a file"  # type: ignore[call-arg]
