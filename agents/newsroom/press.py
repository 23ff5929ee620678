"""What the outlets publish: the packaged stories (articles/*.toml), in the order in which they appear."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from html import escape
from pathlib import Path

_HERE = Path(__file__).parent
# An edit appears when so many other items have appeared after its first version.
_EDIT_AFTER = 8


@dataclass(frozen=True, slots=True)
class Outlet:
    """An outlet and its way of writing feeds (outlets.toml says what the values mean)."""

    id: str
    name: str
    feed: str = "rss"
    before: str = ""
    paragraph: str = "<p>{}</p>"
    after: str = ""

    def html(self, paragraphs: Iterable[str]) -> str:
        """The HTML of an article in this outlet's feed."""
        return (
            self.before + "".join(self.paragraph.format(escape(text, quote=False)) for text in paragraphs) + self.after
        )


@dataclass(frozen=True, slots=True)
class Item:
    """A version of an article. Another with the same `outlet` and `name` is an edit of it."""

    outlet: str
    name: str
    title: str
    paragraphs: tuple[str, ...]
    author: str = ""
    summary: str = ""
    published: datetime | None = None  # when it appears, if not given

    @property
    def text(self) -> str:
        """The article's text as it should arrive: the headline, then a paragraph a line."""
        return "\n".join((self.title, *self.paragraphs))


@cache
def outlets() -> dict[str, Outlet]:
    """The packaged outlets, by id."""
    table = tomllib.loads((_HERE / "outlets.toml").read_text(encoding="utf-8"))
    return {name: Outlet(id=name, **row) for name, row in table.items()}


@cache
def items() -> Sequence[Item]:
    """The packaged items in the order in which they appear; edits come a little later than what they edit."""
    found: list[tuple[float, Item]] = []
    for number, path in enumerate(sorted((_HERE / "articles").glob("*.toml"))):
        story = tomllib.loads(path.read_text(encoding="utf-8"))
        edit = story.pop("edit", None)
        found.append((number, _item(path.stem, story)))
        if edit:
            found.append((number + _EDIT_AFTER + 0.5, _item(path.stem, story | edit)))
    return [item for _, item in sorted(found, key=lambda pair: pair[0])]


def _item(name: str, story: dict[str, str]) -> Item:
    paragraphs = tuple(line for line in story["body"].splitlines() if line)
    return Item(
        outlet=story["outlet"],
        name=name,
        title=story["title"],
        paragraphs=paragraphs,
        author=story.get("author", ""),
        summary=story.get("summary") or paragraphs[0],
    )
