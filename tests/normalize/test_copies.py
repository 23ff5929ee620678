"""Near copies across outlets."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

from agents.newsroom.press import items
from agents.normalize.copies import Copies, sketch
from streams.records import Article

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def an_article(name: str, outlet: str, text: str, minute: int = 0, revision: str = "1") -> Article:
    return Article(
        article_id=name, revision=revision, outlet=outlet, feed="f", url="u", title="", text=text, text_from="content",
        language="ar", published_at=NOW, fetched_at=NOW + timedelta(minutes=minute), normalized_at=NOW,
    )  # fmt: skip


def originals(articles: list[Article], size: int = 100) -> dict[str, str | None]:
    """What each article copies, when all are remembered in the order given."""
    copies = Copies(size)
    for one in articles:
        copies.add(one, sketch(one.text))
    return {one.article_id: copies.original(one, sketch(one.text)) for one in articles}


def test_the_newsroom_s_copies_are_found_and_no_others() -> None:
    firsts = {item.name: item for item in reversed(items())}
    articles = [
        an_article(name, item.outlet, item.text, minute) for minute, (name, item) in enumerate(sorted(firsts.items()))
    ]
    assert {name: of for name, of in originals(articles).items() if of} == {
        "11-fire-market-sahil": "10-fire-market",
        "25-drug-shipment-balda": "24-drug-shipment",
    }


def test_the_order_in_which_articles_come_changes_nothing() -> None:
    text = next(item.text for item in items() if item.name == "10-fire-market")
    articles = [an_article(name, name, f"{name}\n{text}", minute) for minute, name in enumerate("abc")]
    expected = {"a": None, "b": "a", "c": "a"}
    for order in itertools.permutations(articles):
        assert originals(list(order)) == expected


def test_an_outlet_does_not_copy_itself_and_a_revision_stays_as_old_as_its_article() -> None:
    text = next(item.text for item in items() if item.name == "10-fire-market")
    first, again = an_article("a", "x", text, 0), an_article("b", "x", text, 1)
    copy, edited = an_article("c", "y", text, 2), an_article("a", "x", text, 3, revision="2")
    assert originals([first, again, copy, edited]) == {"a": None, "b": None, "c": "a"}


def test_short_texts_are_never_copies() -> None:
    articles = [an_article(name, name, "عنوان\nفاز النوارس على الشراع بهدفين مقابل هدف.", 0) for name in "ab"]
    assert set(originals(articles).values()) == {None}


def test_what_is_remembered_is_bounded() -> None:
    text = next(item.text for item in items() if item.name == "10-fire-market")
    others = [an_article(f"o{n}", "x", f"\n{' '.join(f'كلمة{n}{m}' for m in range(60))}") for n in range(5)]
    articles = [an_article("a", "x", text, 0), *others, an_article("b", "y", text, 9)]
    assert originals(articles, size=100)["b"] == "a"
    assert originals(articles, size=3)["b"] is None
