"""The compose file says what the code reads: roles, settings, ports, files. No container engine is wanted for that."""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from agents.alert.rules import load
from agents.roles import ROLES
from streams import metrics
from streams.probes import exposed
from streams.settings import Settings

COMPOSE = Path(__file__).parents[2] / "deploy" / "compose.yaml"
SERVICES: dict[str, Any] = yaml.safe_load(COMPOSE.read_text("utf-8"))["services"]
# ${NAME:-what without it} and ${NAME:?why it is needed}
_VARIABLE = re.compile(r"\$\{(\w+):([-?])([^}]*)\}")


def filled(text: str) -> str:
    """The text with what is needed given, and else as it stands without the variable."""
    return _VARIABLE.sub(lambda found: found[3] if found[2] == "-" else f"{found[1]} given", text)


@pytest.fixture
def settings(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings of the service of this name."""
    for name, value in SERVICES[request.param]["environment"].items():
        assert name.removeprefix("TASRIH_").lower() in Settings.model_fields, name
        monkeypatch.setenv(name, filled(value))
    return Settings()


def test_every_role_is_a_service() -> None:
    commands = [service["command"] for name, service in SERVICES.items() if name != "kafka"]
    assert commands == [["worker", role] for role in ROLES]


@pytest.mark.parametrize(("settings", "role"), [(role, role) for role in ROLES], indirect=["settings"])
def test_health_is_asked_for_where_it_is_told(settings: Settings, role: str) -> None:
    asked = re.search(r"http://127\.0\.0\.1:(\d+)/healthz", SERVICES[role]["healthcheck"]["test"][-1])
    assert asked
    assert int(asked[1]) == (settings.port if role == "serve" else settings.metrics_port)


def test_kafka_keeps_its_data_in_its_volume() -> None:
    (volume,) = SERVICES["kafka"]["volumes"]
    assert SERVICES["kafka"]["environment"]["KAFKA_LOG_DIRS"] == volume.split(":")[1]


@pytest.mark.parametrize("role", [role for role in ROLES if role != "serve"])
def test_what_scales_shares_no_folder(role: str) -> None:
    """RocksDB is one process's alone; a table comes back from its changelog, wherever its worker begins."""
    assert not [volume for volume in SERVICES[role].get("volumes", []) if not volume.endswith(":ro")]


async def test_the_health_check_tells_well_from_sick() -> None:
    _, _, option, program = SERVICES["extract"]["healthcheck"]["test"]

    async def status() -> int:
        asking = program.replace("9100", str(worker.port))
        process = await asyncio.create_subprocess_exec(sys.executable, option, asking, stderr=asyncio.subprocess.PIPE)
        await process.communicate()
        return process.returncode or 0

    async with exposed(Settings(metrics_port=0)) as worker:
        assert await status() == 0
        metrics.STALLED.labels("tasrih-stuck").set(100)
        try:
            assert await status() == 1
        finally:
            metrics.STALLED.remove("tasrih-stuck")


@pytest.mark.parametrize(("settings", "role"), [(role, role) for role in ("alert", "serve")], indirect=["settings"])
def test_the_file_of_alerts_is_where_it_is_looked_for(settings: Settings, role: str) -> None:
    source, target, mode = next(filled(v) for v in SERVICES[role]["volumes"] if "alerts" in v).split(":")
    assert (Path(target), mode) == (settings.alerts, "ro")
    assert not load(Path(source)).rules  # none of one's own: an empty file, which is no fault


@pytest.mark.parametrize("settings", ["serve"], indirect=True)
def test_who_reads_needs_a_key_unless_told_otherwise(settings: Settings) -> None:
    assert (settings.host, settings.open_to_read) == ("0.0.0.0", False)
