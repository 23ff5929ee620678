"""HTML to paragraphs: what a reader would read, block by block."""

from __future__ import annotations

import re

import lxml.html
from lxml import etree

from agents.normalize.furniture import Line, is_furniture, without_furniture
from streams.tags import bounded


def _names(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_BREAKS = _names(
    "address article aside blockquote body br center dd details div dl dt fieldset footer h1 h2 h3 h4 h5 h6 header hr "
    "html li main ol p pre section summary table tbody tfoot thead tr ul"
)
_UNREAD = _names(
    "applet audio base button canvas datalist embed figcaption form frame frameset head iframe input link map math "
    "menu meta nav noembed noframes noscript object option script select source style svg template textarea title "
    "track video"
)
_CELLS = frozenset(("td", "th"))
_BETWEEN_CELLS = " | "
_QUOTES = "“”"  # the marks that a browser shows for <q>

_MARKUP = re.compile(r"<[!/a-zA-Z?]")
_BREAK = re.compile(rf"<(?:{'|'.join(sorted(_BREAKS))})\b", re.IGNORECASE)
_NEW_LINE = re.compile(r"[\n\r\v\f\x85\u2028\u2029]+")
_TAG = re.compile(r"<[!/a-zA-Z?][^<>]*>")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def paragraphs(html: str) -> list[str]:
    """The clean paragraphs of `html`, or of plain text, in order, none empty, without furniture.

    Never raises, whatever the markup; the time is linear in the length.
    """
    if not _BREAK.search(html):
        # Nothing parts the text but its own line breaks.
        html = _NEW_LINE.sub("<br>" if _MARKUP.search(html) else "\n", html)
        if "\n" in html or not _MARKUP.search(html):
            return without_furniture(Line(line) for line in html.split("\n"))
    # A class name can mislead, and the whole article be gone: better some furniture than no article.
    return _paragraphs(html, classes=True) or _paragraphs(html) or _torn(html)


def parse(html: str) -> lxml.html.HtmlElement | None:
    """The tree of `html`; None when nothing is in it. libxml2 bounds its depth and reads no other file."""
    # Bytes, because lxml refuses a string that declares an encoding; and NUL would end the text.
    data = bounded(html.replace("\0", "")).encode("utf-8", "ignore")
    parser = lxml.html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        return lxml.html.document_fromstring(data, parser)
    except etree.ParserError:
        return None


def skip(root: lxml.html.HtmlElement, *, classes: bool = False) -> None:
    """Drop from `root` what no reader reads, and with `classes` what furniture.tsv names by class."""
    for element in list(root.iterdescendants()):
        if _is_unread(element, classes):
            element.drop_tree()


def lines(root: lxml.html.HtmlElement) -> list[Line]:
    """What stands in each block under `root`, in order, uncleaned."""
    found = [Line()]
    links = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if element.tag in _BREAKS:
            found.append(Line())
        starts = event == "start"
        if element.tag == "q":
            found[-1].add(_QUOTES[0 if starts else 1])
        elif element.tag in _CELLS and starts and element.getprevious() is not None:
            found[-1].separate(_BETWEEN_CELLS)
        elif element.tag == "a":
            links += 1 if starts else -1
        if starts:
            found[-1].add(element.text, link=links > 0)
        elif element is not root:
            found[-1].add(element.tail, link=links > 0)
    return found


def _paragraphs(html: str, *, classes: bool = False) -> list[str]:
    root = parse(html)
    if root is None:
        return []
    skip(root, classes=classes)
    return without_furniture(lines(root))


def _torn(html: str) -> list[str]:
    """The paragraphs of markup that libxml2 refuses, such as elements nested hundreds deep: every tag ends a line."""
    return without_furniture(Line(line) for line in _TAG.sub("\n", html).split("\n"))


def _is_unread(element: lxml.html.HtmlElement, classes: bool) -> bool:
    return (
        element.tag in _UNREAD
        or "hidden" in element.attrib
        or _HIDDEN.search(element.get("style", "")) is not None
        or (classes and is_furniture(element.get("class", ""), element.get("id", "")))
    )
