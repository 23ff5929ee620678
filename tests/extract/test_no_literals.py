"""Words are data, code is features: no Arabic letter stands in a string of the code, its docstrings apart.

Affixes are in agents/extract/lexicon/affixes.tsv, words in the tables beside it; letters have names in
streams/letters.py.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.extract.lexicon.tables import rows
from agents.extract.lexicon.words import affixes
from streams.arabic import fold

_ROOT = Path(__file__).parents[2]
_LETTERS = _ROOT / "streams" / "letters.py"
# What readers are shown of the product itself is no word that a rule looks for.
_SHOWN = {"agents/serve/syndication.py": "تصريح"}
_ARABIC = re.compile(r"[\u0620-\u063f\u0641-\u064a\u066e-\u06d3\u06fa-\u06ff\u0750-\u077f]")
_MODULES = sorted(p for room in ("agents", "streams") for p in (_ROOT / room).rglob("*.py") if p != _LETTERS)


def _literals(source: str) -> Iterator[tuple[int, str]]:
    """The lines of the strings with Arabic letters, as written: code points (\\u0621) name no letter."""
    tree = ast.parse(source)
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        text = isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
        if text and _ARABIC.search(ast.get_source_segment(source, node) or ""):
            yield node.lineno, node.value


@pytest.mark.parametrize("module", _MODULES, ids=lambda p: p.relative_to(_ROOT).as_posix())
def test_no_arabic_letter_stands_in_code(module: Path) -> None:
    name = module.relative_to(_ROOT).as_posix()
    shown = _SHOWN.get(name)
    found = [f"{name}:{line}: {text!r}" for line, text in _literals(module.read_text("utf-8")) if text != shown]
    assert not found, "Arabic belongs in a table or has a name in streams/letters.py:\n" + "\n".join(found)


def test_a_literal_is_found() -> None:
    source = '"""قال"""\nx = "قال"\ny = f"{x} ال"\nz = "\\u0621-\\u064a،"  # قال\n'
    assert [line for line, _ in _literals(source)] == [2, 3]


@pytest.mark.parametrize("row", list(rows("affixes.tsv")), ids=lambda row: row["class"])
def test_the_example_has_the_affix(row: dict[str, str]) -> None:
    example, found = fold(row["example"]), affixes(row["class"])
    assert any(re.search(f"^{affix}.|.{affix}$|^{affix}$", example) for affix in found), row
