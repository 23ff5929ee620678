"""Every setting, in one place. Each is read from the environment as `TASRIH_<NAME>`, or from a file of that name
in the folder that `TASRIH_SECRETS_DIR` names (how Docker and Kubernetes hand over secrets)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, ValidationInfo
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "TASRIH_"

_BROKER = re.compile(r"(kafka://)?(\[[0-9a-fA-F:.]+\]|[^\s:/\[\]]+)(:(?P<port>[0-9]{1,5}))?")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def _addresses(broker: str) -> str:
    """`broker`, if each of its addresses is one: the library says of others only what it fell over."""
    for address in filter(None, broker.split(",")):
        found = _BROKER.fullmatch(address)
        if not found or int(found["port"] or 0) > 65535:
            raise ValueError(f"{address!r} is no address of a broker, such as kafka://host:9092")
    return broker


def span(text: str) -> timedelta:
    """How long `48h`, `90d` or `52w` is. Raises `ValueError`."""
    found = re.fullmatch(r"([1-9][0-9]{0,3})([hdw])", text)
    if not found:
        raise ValueError(f"{text!r} is no length of time such as 48h, 90d or 52w")
    return int(found[1]) * _UNITS[found[2]]


def _home(path: Path) -> Path:
    """`path` with the folder that `~` means: no shell has read what stands in a file of settings."""
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise ValueError(f"{path}: {error}") from error


def _not_less(most: float, info: ValidationInfo) -> float:
    """`most`, if it is not less than the setting that it goes with."""
    if most < (least := info.data.get("interval_min", 0.0)):
        raise ValueError(f"{most:g} s is less than {PREFIX}INTERVAL_MIN, {least:g} s")
    return most


def _length(text: str) -> str:
    """`text`, if it is a length of time, or empty."""
    if text:
        span(text)
    return text


class Settings(BaseSettings):
    """The service's settings, checked when they are read.

    Raises `pydantic.ValidationError` for a value that cannot be.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="ignore", secrets_dir=os.environ.get("TASRIH_SECRETS_DIR")
    )

    # The stream
    broker: Annotated[
        str, AfterValidator(_addresses), Field(description="kafka://host:port[,host:port]; empty for the embedded one")
    ] = ""
    prefix: Annotated[str, Field(description="Put before every topic and group name, for a shared cluster")] = ""
    partitions: Annotated[int, Field(ge=1, le=1000)] = 4
    replicas: Annotated[int, Field(ge=1, le=9)] = 1
    data_dir: Annotated[Path, AfterValidator(_home)] = Path("~/.local/share/tasrih").expanduser()
    store: Annotated[Literal["memory", "rocksdb"], Field(description="Where tables live")] = "memory"
    # How long a killed worker's partitions wait for another; Kafka's brokers allow 6 s to 30 min.
    session_timeout: Annotated[float, Field(ge=6, le=1800, description="Seconds")] = 10.0
    kafka_security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    kafka_user: str = ""
    kafka_password: SecretStr = SecretStr("")
    kafka_ca: Annotated[
        Annotated[Path, AfterValidator(_home)] | None, Field(description="PEM file with the certificates to trust")
    ] = None

    # Fetching
    contact: Annotated[str, Field(description="Address or page that outlets find in the User-Agent")] = ""
    allow_private: Annotated[bool, Field(description="Whether private and loopback addresses may be reached")] = False
    host_spacing: Annotated[float, Field(ge=0, description="Seconds between two requests to one host")] = 1.0
    interval_min: Annotated[float, Field(gt=0, description="Seconds between polls of the liveliest feed")] = 120.0
    interval_max: Annotated[
        float,
        AfterValidator(_not_less),
        Field(gt=0, validate_default=True, description="Seconds between polls of the quietest feed"),
    ] = 6 * 3600.0
    websub_url: Annotated[str, Field(description="Where hubs reach this worker; empty for polling alone")] = ""
    websub_port: Annotated[int, Field(ge=0, le=65535, description="Where this worker listens for hubs")] = 8081

    # Alerting
    alerts: Annotated[
        Annotated[Path, AfterValidator(_home)] | None, Field(description="TOML file of alert channels and rules")
    ] = None

    # Serving
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    database_url: Annotated[str, Field(description="postgresql://…; empty for SQLite in data_dir")] = ""
    # Of what was published: 48h, 90d, 52w; empty: for ever
    archive_keep: Annotated[str, AfterValidator(_length), Field(description="How long, such as 90d")] = ""
    # Whoever reaches the server past that proxy could write any address into the header, and be limited by none.
    public_url: Annotated[
        str,
        Field(
            description="Where readers find the server, when a proxy stands before it: X-Forwarded-For is then believed"
        ),
    ] = ""
    cors_origins: Annotated[
        str, Field(description="Origins whose pages may read, https://a.example,https://b.example; * for all")
    ] = ""
    open_to_read: Annotated[bool, Field(description="Whether reading needs no key though others can reach it")] = False
    rate_limit: Annotated[
        float,
        Field(ge=0, description="Requests a second of a key, or an address without one; none on loopback; 0: off"),
    ] = 20
    max_streams: Annotated[int, Field(ge=1, description="Live streams at once")] = 2000

    # Being operated
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["text", "json"] = "text"
    otlp_endpoint: Annotated[
        str, Field(description="http://host:4318 of an OpenTelemetry collector; no traces without")
    ] = ""
    metrics_port: Annotated[
        int | None, Field(ge=0, le=65535, description="Of a worker's /metrics, /healthz and /readyz; none without")
    ] = None

    @property
    def bootstrap(self) -> list[str]:
        """The broker's addresses as Kafka clients take them: `host:port` each."""
        return [address.removeprefix("kafka://") for address in self.broker.split(",") if address]

    def group(self, role: str) -> str:
        """The consumer group, and the Faust app, of a role: moving a file never renames it."""
        return f"{self.prefix}tasrih-{role}"


NAMES = frozenset({name.upper() for name in Settings.model_fields} | {"SECRETS_DIR"})


def unknown(environment: Iterable[str]) -> list[str]:
    """The variables of `environment` that look like settings of ours and are none: misspelt, they do nothing."""
    ours = (name for name in environment if name.upper().startswith(PREFIX))
    return sorted(name for name in ours if name.upper().removeprefix(PREFIX) not in NAMES)
