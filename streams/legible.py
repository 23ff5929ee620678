"""What others wrote, for a terminal: nothing in it moves the cursor, names the window or turns round what follows."""

from __future__ import annotations

_PICTURES, _DELETE, _UNKNOWN = 0x2400, 0x2421, 0xFFFD
_BIDI = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
_LEGIBLE = {code: _PICTURES + code for code in range(0x20) if chr(code) not in "\n\t"}
_LEGIBLE |= {0x7F: _DELETE} | dict.fromkeys((*range(0x80, 0xA0), *_BIDI), _UNKNOWN)


def legible(text: str) -> str:
    """`text` with a picture for each control, ␛ for an escape; as long as it was, so that places stay what they are."""
    return text.translate(_LEGIBLE)
