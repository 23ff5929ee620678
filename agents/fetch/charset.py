"""Bytes to text when byte order mark, HTTP, declaration and the bytes themselves disagree: the readable answer wins."""

from __future__ import annotations

import codecs
import re
import tomllib
from collections.abc import Iterable
from importlib.resources import files
from typing import NamedTuple

from w3lib.encoding import http_content_type_encoding

_TABLE = tomllib.loads((files(__package__) / "charsets.toml").read_text("utf-8"))
_SINGLE: list[str] = _TABLE["single"]
_FREQUENT = re.compile(f"[{_TABLE['frequent']}]")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HIGH_BYTES = re.compile(rb"[\x80-\xff]+")
_HIGH = re.compile(r"[^\x00-\x7f]+")
_ARABIC = re.compile(r"[\u0621-\u063a\u0641-\u064a]")
# What no newsroom writes: control characters of the second kind, replacement and private characters, and a letter of
# another script or a sign of arithmetic in the midst of an Arabic word.
_ODD = re.compile(
    r"[\x80-\x9f\ufffd\ue000-\uf8ff]|(?<=[A-Za-z])[\u0621-\u064a]|(?<=[\u0621-\u064a])[A-Za-z\u00a1-\u00aa\u00ac-\u00ba\u00bc-\u024f\u0400-\u052f]"
)
_SAMPLE = 20_000
# The high bytes of UTF-8 Arabic are mostly D8 and D9. Read as windows-1252 or windows-1256 those are two letters that
# then make up half the text, each before what a byte from 80 to BF is read as; in true text they are rare.
_FOLLOWING = bytes(range(0x80, 0xC0))
_MISREAD_SIGNS = tuple(
    re.compile(f"[{letters}](?=[{re.escape(_FOLLOWING.decode('latin-1') + _FOLLOWING.decode(codec, 'ignore'))}])")
    for letters, codec in (("\xd8\xd9", "windows-1252"), ("\u0637\u0638", "windows-1256"))
)
_MISREAD_SHARE = 0.2
_MISREAD_LEAST = 6  # characters, of three letters: less may be what it seems (ط، is also a misread ء)
_DECLARED = re.compile(
    rb"""(?:<\?xml[^>]{0,200}?encoding|<meta[^>]{0,200}?charset)\s*=\s*["']?\s*([\w.:-]{2,40})""", re.I
)


class Decoded(NamedTuple):
    """Text, and the charset that made it readable."""

    text: str
    charset: str


def decode(body: bytes, content_type: str = "") -> Decoded:
    """The text of `body`, whatever is said of its charset (HTTP's `content_type` first, then the document itself).

    Never raises. Misread UTF-8 is undone; a byte that no charset explains becomes U+FFFD.
    """
    for mark, charset in _MARKS:
        if body.startswith(mark):
            if charset == "utf-8":
                body = body[len(mark) :]
                break
            return Decoded(body.decode(charset, "replace"), charset)
    head = body[:400]
    if head.count(0) * 4 > len(head):  # two or four bytes a letter, with no mark
        charset = ("utf-32" if b"\0\0\0" in head else "utf-16") + ("-be" if head[0] == 0 else "-le")
        return Decoded(body.decode(charset, "replace"), charset)
    try:
        return Decoded(mended(body.decode("utf-8")), "utf-8")
    except UnicodeDecodeError:
        pass
    runs = _HIGH_BYTES.findall(body)
    foreign = sum(not _is_utf8(run) for run in runs)
    without_utf8 = _HIGH_BYTES.sub(lambda run: b" " if _is_utf8(run[0]) else run[0], body[:_SAMPLE])
    legacy = _most_readable(without_utf8, (http_content_type_encoding(content_type), _declared(body)))
    if foreign * 2 > len(runs):
        return Decoded(body.decode(legacy, "replace"), legacy)
    # UTF-8 with foreign bodies: pasted in another charset, or cut in the midst of a letter.
    text = _HIGH_BYTES.sub(lambda run: _run(run[0], legacy).encode(), body).decode("utf-8", "replace")
    return Decoded(mended(text), "utf-8")


def _declared(body: bytes) -> str | None:
    """The charset that an XML declaration or an HTML `meta` in the first two kilobytes names."""
    found = _DECLARED.search(body, 0, 2048)
    return found[1].decode("ascii") if found else None


def mended(text: str) -> str:
    """`text` with its misread UTF-8 read again; as it is when there is none.

    Word by word, because feeds are put together from several sources and only one of them may be broken.
    """
    for _ in range(2):  # twice misread is seen in the wild, too
        for codec, sign in zip(_TABLE["misread"], _MISREAD_SIGNS, strict=True):
            runs = _HIGH.findall(text)
            high = "".join(runs)
            if len(high) >= _MISREAD_LEAST and len(sign.findall(high)) > len(high) * _MISREAD_SHARE:
                again = {run: _read_again(run, codec) for run in runs}
                # Sound text has such letters, too (خط، 5ط،), but no word that reads as another.
                if any(run != word and len(word) > 1 for run, word in again.items()):
                    text = _HIGH.sub(lambda run, again=again: again[run[0]], text)  # type: ignore[misc]
                    break
        else:
            return text
    return text


def readable(text: str) -> bool:
    """Whether `text` can be shown: not lost to replacement characters or question marks."""
    lost = text.count("\ufffd") + sum(map(len, re.findall(r"\?{3,}", text)))
    return lost * 5 <= len(text.strip())


def _most_readable(sample: bytes, said: Iterable[str | None]) -> str:
    """The name of the charset in which `sample` looks most like text."""
    candidates = [name for word in said if (name := _known(word)) is not None]
    candidates += [name for name in _SINGLE if name not in candidates]
    return max(candidates, key=lambda name: _readability(sample, name))  # the first of equals


def _known(name: str | None) -> str | None:
    """Python's name of a charset that may be declared; None for those that are no such thing, or Unicode."""
    try:
        found = codecs.lookup(_TABLE["aliases"].get((name or "").lower(), name or ""))
    except (LookupError, ValueError):
        return None
    # Codecs like "zip", "idna" or "undefined" answer to a name as well; and Unicode was found not to be what this is.
    return (
        None
        if not found._is_text_encoding or found.name.startswith(("utf", "idna", "puny", "unicode", "raw", "undefined"))
        else found.name
    )


def _readability(sample: bytes, charset: str) -> float:
    """From -1 to 1: the share of the high characters that are letters of use, less thrice the odd ones."""
    text = sample.decode(charset, "replace")
    high = sum(map(len, _HIGH.findall(text))) or 1
    arabic = len(_ARABIC.findall(text)) * 0.4 + len(_FREQUENT.findall(text)) * 0.6
    other = sum(c.isalpha() for c in text if "\u00c0" <= c <= "\u052f") * 0.3
    return (arabic + other - 3 * len(_ODD.findall(text))) / high


def _is_utf8(run: bytes) -> bool:
    try:
        run.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _run(run: bytes, legacy: str) -> str:
    """A run of high bytes amid UTF-8: what is left of it in UTF-8 when that is most of it, else in `legacy`."""
    if _is_utf8(run):
        return run.decode("utf-8")
    kept = run.decode("utf-8", "ignore")
    return kept if len(kept.encode()) * 4 >= len(run) * 3 else run.decode(legacy, "replace")


def _read_again(run: str, codec: str) -> str:
    """`run` back to the bytes it was misread from, read as UTF-8; as it is when those are none."""
    data = bytearray()
    for character in run:
        try:
            data += character.encode(codec)
        except UnicodeEncodeError:
            if not "\x80" <= character <= "\x9f":
                return run
            data.append(ord(character))  # bytes that the charset leaves undefined come through as themselves
    kept = bytes(data).decode("utf-8", "ignore")
    return kept if len(kept.encode()) * 4 >= len(data) * 3 else run
