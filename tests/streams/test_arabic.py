"""Folding: one spelling for the many; and camel-tools' own word for what a diacritic is."""

from __future__ import annotations

import sys

from camel_tools.utils.dediac import dediac_ar
from hypothesis import given
from hypothesis import strategies as st

from streams.arabic import fold, unmarked

_EVERYTHING = "".join(map(chr, range(sys.maxunicode + 1)))


def test_what_camel_tools_drops_is_dropped() -> None:
    assert unmarked(_EVERYTHING) == unmarked(dediac_ar(_EVERYTHING))
    dropped = set(_EVERYTHING) - set(dediac_ar(_EVERYTHING))
    assert len(dropped) > 8
    assert not dropped & set(unmarked(_EVERYTHING))


@given(st.text())
def test_folding_is_idempotent(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold(unmarked(text)) == fold(text)
