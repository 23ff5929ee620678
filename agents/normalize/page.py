"""The article on a page: trafilatura finds it on most, selectors.tsv on those where it does not."""

from __future__ import annotations

from urllib.parse import urlsplit

import trafilatura
from cssselect import HTMLTranslator
from lxml import etree

from agents.normalize.clean import clean
from agents.normalize.furniture import Line, without_furniture
from agents.normalize.html import lines, paragraphs, parse, skip
from streams.tables import rows
from streams.tags import bounded

# Beyond this many characters of page trafilatura would take minutes; no newsroom's article is so long.
_LARGEST = 3_000_000


def page_paragraphs(html: str, url: str) -> list[str]:
    """The clean paragraphs of the article on the page `html` at `url`; none when there is no telling which they are.

    The row of the longest matching host decides; without one, or when its selector finds nothing, trafilatura does.
    Takes tens of milliseconds: not for an event loop. Never raises.
    """
    if len(html) > _LARGEST:
        return []
    return _selected(html, url) or _found(html)


def page_text(html: str) -> str:
    """A saved page as an article's text: its headline (perhaps empty), then a paragraph a line. Never raises."""
    try:
        headline = trafilatura.extract_metadata(bounded(html)).title or ""
    except (ValueError, AttributeError, etree.LxmlError, RecursionError):
        headline = ""
    body = page_paragraphs(html, "") or paragraphs(html)
    return "\n".join((clean(headline), *(line for line in body if line != headline)))


def _found(html: str) -> list[str]:
    try:
        text = trafilatura.extract(bounded(html), include_comments=False, fast=True)
    except (ValueError, etree.LxmlError, RecursionError):
        text = None
    return without_furniture(Line(line) for line in (text or "").split("\n"))


def _selected(html: str, url: str) -> list[str]:
    row = _row(urlsplit(url).hostname or "")
    root = parse(html) if row else None
    if row is None or root is None:
        return []
    for element in root.xpath(_xpath(row["drop"])) if row["drop"] else ():
        element.drop_tree()
    skip(root)
    bodies = root.xpath(_xpath(row["body"]))
    return without_furniture(line for body in bodies for line in lines(body))


def _row(host: str) -> dict[str, str] | None:
    """The row of `host` or of the nearest domain above it."""
    table = {row["host"]: row for row in rows("agents.normalize", "selectors.tsv")}
    labels = host.split(".")
    return next((table[name] for n in range(len(labels)) if (name := ".".join(labels[n:])) in table), None)


def _xpath(selector: str) -> str:
    return HTMLTranslator().css_to_xpath(selector)
