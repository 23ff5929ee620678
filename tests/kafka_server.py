"""Apache Kafka itself for tests: KRaft nodes run with Java from the jars that `deploy/kafka/pom.xml` pins.

Each node is broker and controller, and listens thrice on the loopback address: `inside` for the other nodes and for
whoever checks on the cluster, `outside` for the workers under test (advertised at another port when a proxy stands in
between), and, when a `Security` is given, `secure` with TLS and SCRAM.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import trustme
from cryptography.hazmat.primitives import serialization

from streams.broker import free_port, listening

POM = Path(__file__).parent.parent / "deploy" / "kafka" / "pom.xml"
# A test's node is young and small: the C1 compiler alone and the serial collector start it in half the time.
JAVA = ["java", "-Xms128m", "-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Dlog4j2.level=WARN"]
CLUSTER_ID = "dGFzcmloLXRlc3RzLTAwMQ"


def jars() -> Path:
    """The folder with Kafka's jars, resolved by Maven the first time; a changed pom gets a folder of its own."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "tasrih"
    folder = cache / f"kafka-{hashlib.sha256(POM.read_bytes()).hexdigest()[:12]}"
    if not folder.exists():
        part = cache / f"{folder.name}.{os.getpid()}"
        goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={part}"]
        subprocess.run(["mvn", "-q", "-B", "-f", str(POM), *goal], check=True, stdin=subprocess.DEVNULL)
        with suppress(OSError):  # another may have been faster
            part.rename(folder)
        shutil.rmtree(part, ignore_errors=True)
    return folder


@dataclass
class Security:
    """A certificate for the loopback address and one SCRAM user, for the `secure` listener."""

    folder: Path
    user: str = "tasrih"
    password: str = "open sesame"

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.ca = self.folder / "ca.pem"
        self.keystore = self.folder / "node.pem"
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(self.ca))
        issued = authority.issue_cert("127.0.0.1")
        key = serialization.load_pem_private_key(issued.private_key_pem.bytes(), None).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )  # Java reads no other format
        self.keystore.write_bytes(key + b"".join(part.bytes() for part in issued.cert_chain_pems))

    def config(self) -> dict[str, str]:
        login = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        return {
            "sasl.enabled.mechanisms": "SCRAM-SHA-512",
            "listener.name.secure.scram-sha-512.sasl.jaas.config": login,
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(self.keystore),
        }


@dataclass
class Node:
    """One broker of a cluster."""

    id: int
    folder: Path
    security: Security | None = None
    advertised: int = 0
    inside: int = field(default_factory=free_port)
    outside: int = field(default_factory=free_port)
    secure: int = field(default_factory=free_port)
    controller: int = field(default_factory=free_port)
    process: asyncio.subprocess.Process | None = None

    def config(self, nodes: list[Node]) -> dict[str, str]:
        """`server.properties`. Small internal topics, no waiting for the group's first members: tests are short."""
        ports = {"INSIDE": self.inside, "OUTSIDE": self.outside, "CONTROLLER": self.controller}
        protocols = dict.fromkeys(ports, "PLAINTEXT")
        if self.security:
            ports["SECURE"], protocols["SECURE"] = self.secure, "SASL_SSL"
        seen = {**ports, "OUTSIDE": self.advertised or self.outside}
        del seen["CONTROLLER"]
        return {
            "process.roles": "broker,controller",
            "node.id": str(self.id),
            "controller.quorum.voters": ",".join(f"{n.id}@127.0.0.1:{n.controller}" for n in nodes),
            "controller.listener.names": "CONTROLLER",
            "inter.broker.listener.name": "INSIDE",
            "listeners": ",".join(f"{name}://127.0.0.1:{port}" for name, port in ports.items()),
            "advertised.listeners": ",".join(f"{name}://127.0.0.1:{port}" for name, port in seen.items()),
            "listener.security.protocol.map": ",".join(f"{name}:{p}" for name, p in protocols.items()),
            "log.dirs": str(self.folder / "data"),
            "auto.create.topics.enable": "false",
            "default.replication.factor": str(len(nodes)),
            "min.insync.replicas": str(max(1, len(nodes) - 1)),
            "offsets.topic.num.partitions": "3",
            "offsets.topic.replication.factor": str(len(nodes)),
            "transaction.state.log.num.partitions": "3",
            "transaction.state.log.replication.factor": str(len(nodes)),
            "transaction.state.log.min.isr": str(max(1, len(nodes) - 1)),
            "group.initial.rebalance.delay.ms": "0",
            "broker.session.timeout.ms": "6000",
            **(self.security.config() if self.security else {}),
        }

    async def format(self, nodes: list[Node]) -> None:
        """Lay the empty store out, with the SCRAM user in it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        properties = self.folder / "server.properties"
        properties.write_text("".join(f"{key}={value}\n" for key, value in self.config(nodes).items()))
        arguments = ["format", "-t", CLUSTER_ID, "-c", str(properties)]
        if self.security:
            user = f"SCRAM-SHA-512=[name={self.security.user},password={self.security.password}]"
            arguments += ["--add-scram", user]
        process = await self._java("kafka.tools.StorageTool", *arguments)
        if await process.wait():
            raise RuntimeError(f"Kafka's store could not be laid out: see {self.folder}/server.log")

    async def start(self) -> None:
        """Start the node; returns at once (see `Cluster.ready`)."""
        self.process = await self._java("kafka.Kafka", str(self.folder / "server.properties"))

    async def _java(self, main: str, *arguments: str) -> asyncio.subprocess.Process:
        with (self.folder / "server.log").open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *JAVA, "-cp", f"{jars()}/*", main, *arguments,
                stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the node: SIGTERM hands its partitions over first, SIGKILL does not."""
        if self.process and self.process.returncode is None:
            self.process.send_signal(how)
            try:
                await asyncio.wait_for(self.process.wait(), 30)
            except TimeoutError:
                self.process.kill()
                await self.process.wait()


@dataclass
class Cluster:
    """Nodes that know each other."""

    nodes: list[Node]

    @property
    def inside(self) -> str:
        """The address for whoever checks on the cluster."""
        return "kafka://" + ",".join(f"127.0.0.1:{node.inside}" for node in self.nodes)

    @property
    def outside(self) -> str:
        """The address for the workers under test."""
        return "kafka://" + ",".join(f"127.0.0.1:{node.advertised or node.outside}" for node in self.nodes)

    @property
    def secure(self) -> str:
        """The address of the listeners with TLS and SCRAM."""
        return "kafka://" + ",".join(f"127.0.0.1:{node.secure}" for node in self.nodes)

    async def ready(self, timeout: float = 60) -> None:
        """Wait until every node serves. Raises `TimeoutError`, or `RuntimeError` when one has ended."""
        async with asyncio.timeout(timeout):
            for node in self.nodes:
                while not await listening("127.0.0.1", node.inside):
                    if node.process is None or node.process.returncode is not None:
                        raise RuntimeError(f"Kafka's node {node.id} has ended: see {node.folder}/server.log")
                    await asyncio.sleep(0.05)


@asynccontextmanager
async def kafka(
    folder: Path, nodes: int = 1, security: Security | None = None, advertised: list[int] | None = None
) -> AsyncIterator[Cluster]:
    """Run `nodes` fresh nodes with their data in `folder`; `advertised` are the ports of the proxies before them."""
    cluster = Cluster([Node(n + 1, folder / str(n + 1), security) for n in range(nodes)])
    for node, port in zip(cluster.nodes, advertised or [], strict=False):
        node.advertised = port
    await asyncio.gather(*(node.format(cluster.nodes) for node in cluster.nodes))
    try:
        for node in cluster.nodes:
            await node.start()
        await cluster.ready()
        yield cluster
    finally:
        await asyncio.gather(*(node.stop() for node in cluster.nodes))
