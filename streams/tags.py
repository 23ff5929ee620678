"""Tags that are longer than anybody writes, before they get to libxml2.

libxml2 looks through all attributes that a tag has whenever it adds one: a page of 1.8 MB that is a single tag of
190,000 attributes takes minutes, in which the worker is given up, and the next one is given the same page.
"""

from __future__ import annotations

import re

# Characters. With so many at most, all tags of the largest page together take a second.
_LONGEST = 8 * 1024

# As HTML's standard parts tags from text, and libxml2 with it, so that nothing looks like a tag here and like none
# there, or the other way about. Every quantifier is possessive, and what begins as a tag always matches: linear.
_SPACE = r"[ \t\n\f\r]"
_VALUE = r"""(?:"[^"]*+"?+|'[^']*+'?+|[^ \t\n\f\r>"'][^ \t\n\f\r>]*+)"""
_ATTRIBUTE = rf"[^ \t\n\f\r/>][^ \t\n\f\r/>=]*+(?:{_SPACE}*+={_SPACE}*+{_VALUE}?+)?+"
_ATTRIBUTES = rf"(?:[ \t\n\f\r/]++|{_ATTRIBUTE})*+"
_END = r"(?=[ \t\n\f\r/>]|\Z)"
_RAW = "iframe|noembed|noframes|plaintext|script|style|textarea|title|xmp"
_MARKUP = re.compile(
    r"<!--(?:-?>|.*?(?:--!?>|\Z))"
    r"|<(?:[!?]|/(?![a-zA-Z]))[^>]*+"
    rf"|(?P<raw><(?P<name>{_RAW}){_END})(?P<its>{_ATTRIBUTES})(?P<text>>.*?(?=</(?P=name){_END}|\Z))?"
    rf"|(?P<tag></?[a-zA-Z][^ \t\n\f\r/>]*+)(?P<attributes>{_ATTRIBUTES})",
    re.DOTALL | re.IGNORECASE,
)


def bounded(html: str) -> str:
    """`html` with every tag that is too long left without its attributes; the time is linear in the length."""
    return _MARKUP.sub(_bounded, html) if len(html) > _LONGEST else html


def _bounded(found: re.Match[str]) -> str:
    tag, attributes = found["tag"] or found["raw"] or "", found["attributes"] or found["its"] or ""
    if len(tag) + len(attributes) <= _LONGEST:
        return found[0]
    return tag[:_LONGEST] + (found["text"] or "")
