"""The name of the engine."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from agents.extract.version import contents


def test_it_is_made_of_what_an_installed_engine_has(tmp_path: Path) -> None:
    for name in ("engine.py", "lexicon/words.tsv", "learning/lessons/corpus.tsv", "__pycache__/engine.py"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    assert contents(tmp_path) == ["engine.py", "engine.py", "words.tsv", "lexicon/words.tsv"]
    assert {"engine.py", "weights.tsv.gz"} < set(contents(files("agents.extract")))
