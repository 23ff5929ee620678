"""An entry as an article: which of its texts to read, how to clean it, when it was published."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Literal

from agents.normalize.clean import clean
from agents.normalize.html import paragraphs
from agents.normalize.language import language
from agents.normalize.page import page_paragraphs
from streams.arabic import fold
from streams.identity import identity
from streams.records import Article, Entry
from streams.wire import UnreadableError

TextFrom = Literal["content", "summary", "page"]

# "Headline - Outlet", as some feeds write every title.
_SIGNED = re.compile(r"(?P<headline>.+\S)\s+[-–—|»]\s+(?P<outlet>[^-–—|»]+)")
_CUT_OFF = re.compile(r"\s*\[\s*(?:…|\.{3})\s*\]$")
_WORD = re.compile(r"\w{4,}")
# An extract that has fewer of the headline's and summary's longer words than this is of something else: a consent wall,
# an error page. Of 4,000 articles' own pages 1 in 1,000 has fewer than 0.19; of pages of others 19 in 20 do.
_SHARED = 0.15
# A page's extract drags some furniture along; it serves when it is longer than the feed's text by more than that.
_LONGER = 1.2


class NothingToReadError(UnreadableError):
    """An entry without a word in its title, summary, content and page."""


def article(entry: Entry, now: datetime) -> Article:
    """The article of `entry`, normalized at `now`; takes as long as reading its page does.

    The text is the headline, then a paragraph a line (an empty first line when there is no headline). A missing date
    is the time of fetching, and so is one later than it: no article is published after it was read. Raises
    `NothingToReadError`.
    """
    title = headline(entry.title, entry.outlet)
    text_from, body = _body(entry, title)
    if body and fold(body[0]) == fold(title):
        del body[0]
    if not title and not body:
        raise NothingToReadError(f"{entry.url} has no words: its title, summary, content and page are empty")
    text = "\n".join((title, *body))
    return Article(
        article_id=entry.article_id,
        revision=identity(title, text),
        outlet=entry.outlet,
        feed=entry.feed,
        url=entry.url,
        title=title,
        text=text,
        text_from=text_from,
        language=language(text),
        author=clean(" ".join(paragraphs(entry.author))),
        published_at=_moment(entry.published_at or entry.updated_at, entry),
        updated_at=_moment(entry.updated_at, entry) if entry.updated_at else None,
        fetched_at=entry.fetched_at.astimezone(UTC),
        normalized_at=now,
    )


def headline(title: str, outlet: str) -> str:
    """The clean headline in `title`, which may hold markup; the outlet's own name at its end is trimmed."""
    line = " ".join(paragraphs(title))
    signed = _SIGNED.fullmatch(line)
    if signed and fold(signed["outlet"]) == fold(clean(outlet)):
        return signed["headline"]
    return line


def _body(entry: Entry, title: str) -> tuple[TextFrom, list[str]]:
    """The longest text of the entry that is plausible, and where it comes from."""
    content, summary = paragraphs(entry.content), _whole(paragraphs(entry.summary))
    text_from: TextFrom = "summary" if _size(summary) > _size(content) else "content"
    body = summary if text_from == "summary" else content
    if entry.page:
        page = page_paragraphs(entry.page, entry.url)
        if _size(page) > _LONGER * _size(body) and _is_of(page, [title, *body]):
            return "page", page
    return text_from, body


def _whole(body: list[str]) -> list[str]:
    """`body` without the mark of having been cut off at its end."""
    return [*body[:-1], _CUT_OFF.sub("", body[-1])] if body else body


def _is_of(page: list[str], known: list[str]) -> bool:
    """Whether the extract of a page is of the article whose headline and text in the feed are `known`."""
    wanted = {word for line in known for word in _words(line)}
    found = {word for line in page for word in _words(line)}
    return not wanted or len(wanted & found) >= _SHARED * len(wanted)


def _size(body: list[str]) -> int:
    return sum(map(len, body))


def _words(text: str) -> list[str]:
    return _WORD.findall(fold(text))


def _moment(time: datetime | None, entry: Entry) -> datetime:
    """`time` in UTC; when it is missing or later than the fetching, the time of the fetching."""
    fetched = entry.fetched_at.astimezone(UTC)
    if time is None:
        return fetched
    return min(time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC), fetched)
