"""Settings are refused when they cannot be, and mean what a person who writes them means."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from streams.settings import Settings


@pytest.mark.parametrize("name", ["data_dir", "kafka_ca", "alerts"])
def test_a_path_may_begin_at_home(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"TASRIH_{name.upper()}", "~/x")
    assert getattr(Settings(), name) == Path.home() / "x"
    monkeypatch.setenv(f"TASRIH_{name.upper()}", "~nobody-of-this-name/x")
    with pytest.raises(ValidationError, match=f"(?s){name}.*home directory"):
        Settings()


@pytest.mark.parametrize("given", [{"interval_min": 900, "interval_max": 60}, {"interval_min": 86400}])
def test_the_longest_interval_is_not_the_shorter_one(given: dict[str, float]) -> None:
    with pytest.raises(ValidationError, match=r"interval_max\s.* is less than TASRIH_INTERVAL_MIN, (900|86400) s"):
        Settings(**given)  # type: ignore[arg-type]
    assert Settings(interval_min=60, interval_max=60).interval_max == 60
