"""The page's files hold together: words, modules, addresses."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from agents.serve.page import ADDRESSES, POLICY, STATIC

MODULES = sorted(STATIC.rglob("*.js"))
WORDS = {language: json.loads((STATIC / "words" / f"{language}.json").read_text()) for language in ("ar", "en")}
# What the CLDR asks of each language: https://cldr.unicode.org/index/cldr-spec/plural-rules
PLURALS = {"ar": {"zero", "one", "two", "few", "many", "other"}, "en": {"one", "other"}}


def test_both_languages_say_the_same_things() -> None:
    assert WORDS["ar"].keys() == WORDS["en"].keys()
    for language, words in WORDS.items():
        for key, text in words.items():
            if isinstance(text, dict):
                assert text.keys() == PLURALS[language], (language, key)


def test_the_same_values_go_into_both() -> None:
    def holes(text: str | dict[str, str]) -> set[str]:
        said = text if isinstance(text, str) else " ".join(text.values())
        return set(re.findall(r"\{(\w+)\}", said))

    for key, text in WORDS["ar"].items():
        assert holes(text) == holes(WORDS["en"][key]), key


def test_there_are_words_for_every_key_and_a_key_for_every_word() -> None:
    source = "\n".join(module.read_text() for module in MODULES)
    keys = set(re.findall(r'"([a-z]+(?:[._][a-z0-9]+)+|skip|brand)"', source))
    stems = set(re.findall(r"`([a-z]+\.)\$\{", source))
    asked = set(re.findall(r'\bt\("([^"]+)"', source))
    assert asked <= WORDS["ar"].keys(), asked - WORDS["ar"].keys()
    unused = [key for key in WORDS["ar"] if key not in keys | asked and not any(key.startswith(stem) for stem in stems)]
    assert [key for key in unused if not key.endswith(".hint")] == []


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_no_markup_from_strings_and_no_arabic_in_code(module: Path) -> None:
    text = module.read_text()
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text)
    code = re.sub(r"//.*|/\*[\s\S]*?\*/", "", text)
    assert not re.search(r"[\u0621-\u064a]{2}", code.replace("تصريح", ""))


def test_the_page_names_every_module_and_each_is_there() -> None:
    page = (STATIC / "index.html").read_text()
    named = set(re.findall(r'(?:href|src)="(/[^"]+\.(?:js|css|woff2|svg|json))"', page)) - {"/v1/feed.json"}
    assert {path for path in named if not (STATIC / path.lstrip("/")).is_file()} == set()
    modules = {f"/{path.relative_to(STATIC)}" for path in MODULES}
    assert modules <= named
    assert {f"/style/{path.name}" for path in (STATIC / "style").iterdir()} <= named
    assert not re.search(r"<style|style=|\son\w+=|<script(?![^>]*src=)", page)


def test_the_policy_allows_nothing_inline_and_nobody_else() -> None:
    assert "unsafe" not in POLICY
    assert "http" not in POLICY
    assert set(re.findall(r"-src ([^;]+)", POLICY)) == {"'self'", "'none'"}


def test_every_place_in_the_page_has_an_address() -> None:
    routes = re.findall(r"path: (/.+/), place", (STATIC / "app.js").read_text())
    assert len(routes) == len(ADDRESSES)
