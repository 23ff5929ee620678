"""Clean text: what goes, what stays, for any string at all."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.normalize.clean import clean
from streams.arabic import fold

ALPHABET = st.one_of(
    st.characters(),
    st.characters(min_codepoint=0x600, max_codepoint=0x6FF),
    st.characters(min_codepoint=0xFB50, max_codepoint=0xFEFF),
    st.sampled_from(" \t\n\xa0\u200b\u200c\u200d\u200e\u200f\u202a\u202e\u2066\u2069\xad\ufeff&;#"),
)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("قال:&nbsp;&quot;نعم&quot;", 'قال: "نعم"'),
        ("قال &amp;quot;نعم&amp;quot;", 'قال "نعم"'),
        ("R&D وشركة AT&T", "R&D وشركة AT&T"),
        ("\u200fقال\u200e \u202bالوزير\u202c\u061c \u2067نعم\u2069", "قال الوزير نعم"),
        ("كل\xadمة و\u200bكل\u200dمة\ufeff", "كلمة وكلمة"),
        ("  بين \t\n كلمتين\u3000\u2009 ", "بين كلمتين"),
        ("ﻣﺮﺣﺒﺎ ﺑﻜﻢ ﻻ", "مرحبا بكم لا"),
        ("كَتَبَ مُحمّدٌ ﷺ إلى أهلهِ ـــ آخرى", "كَتَبَ مُحمّدٌ ﷺ إلى أهلهِ ـــ آخرى"),
        ("ا\u0653لاف و\u0654", "آلاف ؤ"),
        ("½ … ٪ ² «نعم» “لا”", "½ … ٪ ² «نعم» “لا”"),
        ("\x00\x07\x1b[31mأحمر\ue000\ud800", "[31mأحمر"),
        ("آية \u06dd رقم \u0601", "آية \u06dd رقم \u0601"),
        ("", ""),
        ("\u200b \xa0", ""),
    ],
)
def test_clean(raw: str, expected: str) -> None:
    assert clean(raw) == unicodedata.normalize("NFC", expected)


@settings(deadline=None)
@given(st.text(ALPHABET))
def test_nothing_invisible_is_left(raw: str) -> None:
    text = clean(raw)
    assert text == unicodedata.normalize("NFC", text)
    assert "  " not in text
    assert text == text.strip()
    for character in text:
        assert character == " " or not character.isspace()
        assert unicodedata.category(character) not in ("Cc", "Cs") or not character
        assert not 0x200B <= ord(character) <= 0x200F
        assert not 0x202A <= ord(character) <= 0x202E
        assert not 0x2060 <= ord(character) <= 0x206F


@settings(deadline=None)
@given(st.text(st.characters(min_codepoint=0x621, max_codepoint=0x65F), max_size=60))
def test_letters_and_diacritics_are_as_published(raw: str) -> None:
    assert clean(raw) == unicodedata.normalize("NFC", raw)
    assert fold(clean(raw)) == fold(raw)
