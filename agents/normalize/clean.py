"""Published text, cleaned of what no reader sees: letters, diacritics and punctuation stay as the outlet wrote them."""

from __future__ import annotations

import html
import re
import unicodedata

from camel_tools.utils.normalize import normalize_unicode

# Feeds often escape twice, so that `&quot;` is still there after HTML is read. Only with its semicolon: "R&D" has none.
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")

_ESCAPED_AT_MOST = 4  # times; a bound, because each reading takes as long as the text

# All that can need replacing: the first two planes and the tags. The private planes at the end are used by nobody.
_CODES = (*range(0x20000), *range(0xE0000, 0xE0080))
# Format characters (Cf) that have a shape of their own: signs that enclose a number, the end of an ayah, and the like.
_VISIBLE_FORMAT = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2}
# Letters as a typesetter's fonts once wrote them, one code point a shape. The ligatures of whole phrases (U+FDF0 on)
# and the ornate brackets between them are published as such and stay.
_PRESENTATION_FORMS = (*range(0xFB50, 0xFD3E), *range(0xFD50, 0xFDF0), *range(0xFE70, 0xFEFD))


def _table() -> dict[int, str]:
    """What replaces each code point that is not published as it came: nothing, a space, or letters."""
    table: dict[int, str] = {}
    for code in _CODES:
        category = unicodedata.category(chr(code))
        if category in ("Zs", "Zl", "Zp") or chr(code).isspace():
            table[code] = " "
        elif category in ("Cc", "Cf", "Cs", "Co") and code not in _VISIBLE_FORMAT:
            table[code] = ""
    table[0xFFFE] = table[0xFFFF] = ""
    for code in _PRESENTATION_FORMS:
        # camel-tools' compatibility form puts a lone diacritic over a space, which would part a word.
        letters = normalize_unicode(chr(code), compatibility=True).replace(" ", "")
        if letters != chr(code):
            table[code] = letters
    return table


_TABLE = _table()


def clean(text: str) -> str:
    """`text` on one line: composed (NFC), entities read, single spaces, no edges of white space, nothing invisible.

    Gone are controls, bidi controls, zero-width characters, soft hyphens, private use; Arabic presentation forms
    become the letters that they show. Never raises; the time is linear in the length.
    """
    text = text.translate(_TABLE)
    for _ in range(_ESCAPED_AT_MOST):
        read = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
        if read == text:
            break
        text = read.translate(_TABLE)
    return " ".join(normalize_unicode(text, compatibility=False).split())
