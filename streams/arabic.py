"""Arabic folded for matching: one spelling for the many that newsrooms use.

Folding is for comparing only; what is shown is always the text as published.
"""

from __future__ import annotations

import re
import unicodedata

from camel_tools.utils.normalize import (
    normalize_alef_ar,
    normalize_alef_maksura_ar,
    normalize_teh_marbuta_ar,
)

from streams.letters import HAMZA_ON_WAW, HAMZA_ON_YEH, WAW

# Beyond camel-tools: the seats of hamza, and the yeh, kaf and heh of Persian and Urdu keyboards, by code point.
_SAME_LETTER = {0x624: 0x648, 0x626: 0x64A, 0x6CC: 0x64A, 0x6A9: 0x643, 0x6BE: 0x647, 0x6C1: 0x647, 0x6D5: 0x647}
# Tatweel, and what stands over or under a letter: the diacritics that camel-tools' `dediac_ar` drops, and those that it
# leaves (madda and hamza, Quranic signs). Importing it would fill 33 MB with sets of all the letters of Unicode.
_MARKS = tuple(map(chr, (0x640, *range(0x64B, 0x660), 0x670)))


def _folded() -> dict[str, str]:
    """What each letter and mark of the Arabic blocks folds to, where it does not fold to itself."""
    table = {}
    for code in (*range(0x600, 0x700), *range(0x8D0, 0x900)):
        letter = chr(_SAME_LETTER.get(code, code))
        folded = normalize_teh_marbuta_ar(normalize_alef_maksura_ar(normalize_alef_ar(letter)))
        if folded != chr(code):
            table[chr(code)] = folded
    return table | dict.fromkeys(_MARKS, "")


_FOLDED = _folded()
# Most letters stay, and a search for those that do not is some times faster than `str.translate`.
_FOLDS = re.compile(f"[{''.join(_FOLDED)}]")
_MARK = re.compile(f"[{''.join(_MARKS)}]")
_WORD = re.compile(r"[^\W_]+")
_DIGITS = {zero + n: str(n) for zero in (0x660, 0x6F0) for n in range(10)}


def unmarked(text: str) -> str:
    """`text` without diacritics and tatweel."""
    return _MARK.sub("", text)


def fold(text: str) -> str:
    """`text` without diacritics and tatweel, its letters folded (أإآٱ→ا, ى→ي, ة→ه, ؤ→و, ئ→ي), in lower case.

    Idempotent; never raises. White space and punctuation stay.
    """
    return _FOLDS.sub(_fold, text).lower()


def words(text: str) -> list[str]:
    """The words of `text` as searches and rules compare them: folded, digits as 0–9, in their order."""
    # Cairo writes مسئول and شئون where others write مسؤول and شؤون. Before a waw alone: elsewhere it may be a ي, too.
    text = unicodedata.normalize("NFKC", text).replace(HAMZA_ON_YEH + WAW, HAMZA_ON_WAW + WAW)
    return _WORD.findall(fold(text).translate(_DIGITS))


def _fold(found: re.Match[str]) -> str:
    return _FOLDED[found[0]]
