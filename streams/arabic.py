"""Arabic folded for matching: one spelling for the many that newsrooms use.

Folding is for comparing only; what is shown is always the text as published.
"""

from __future__ import annotations

from camel_tools.utils.dediac import dediac_ar
from camel_tools.utils.normalize import (
    normalize_alef_ar,
    normalize_alef_maksura_ar,
    normalize_teh_marbuta_ar,
)

# Beyond camel-tools: the seats of hamza, and the yeh, kaf and heh of Persian and Urdu keyboards, by code point.
_SAME_LETTER = {0x624: 0x648, 0x626: 0x64A, 0x6CC: 0x64A, 0x6A9: 0x643, 0x6C1: 0x647, 0x6D5: 0x647}
# Tatweel and the combining marks that camel-tools leaves (madda and hamza above or below, Quranic signs).
_ALSO_DROPPED = (0x640, *range(0x653, 0x660))


def _table() -> dict[int, str | None]:
    """What each code point of the Arabic blocks folds to, where it does not fold to itself."""
    table: dict[int, str | None] = {}
    for code in (*range(0x600, 0x700), *range(0x8D0, 0x900)):
        letter = chr(_SAME_LETTER.get(code, code))
        folded = normalize_teh_marbuta_ar(normalize_alef_maksura_ar(normalize_alef_ar(dediac_ar(letter))))
        if folded != chr(code):
            table[code] = folded or None
    table.update(dict.fromkeys(_ALSO_DROPPED))
    return table


_TABLE = _table()


def fold(text: str) -> str:
    """`text` without diacritics and tatweel, its letters folded (أإآٱ→ا, ى→ي, ة→ه, ؤ→و, ئ→ي), in lower case.

    Idempotent; shorter than or as long as `text`; never raises. White space and punctuation stay.
    """
    return text.translate(_TABLE).lower().translate(_TABLE)
