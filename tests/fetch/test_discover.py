"""The feeds that a page names, whatever else is on it."""

from __future__ import annotations

import time

from agents.fetch.client import Answer
from agents.fetch.discover import linked


def page(*links: str) -> Answer:
    head = "".join(f'<link rel="alternate" type="application/rss+xml" {link}>' for link in links)
    return Answer("https://outlet.example/ar/", 200, f"<html><head>{head}</head></html>".encode())


def test_the_feeds_that_a_page_names() -> None:
    assert linked(page('href="/rss"', "", 'href="feed"', 'href="/rss"')) == [
        "https://outlet.example/rss",
        "https://outlet.example/ar/feed",
    ]


def test_what_is_no_address_is_passed_over() -> None:
    assert linked(page('href="http://["', 'href="/rss"')) == ["https://outlet.example/rss"]
    broken = Answer(
        "https://outlet.example/", 200,
        b'<base href="http://["><link rel="alternate" type="application/rss+xml" href="rss">',
    )  # fmt: skip
    assert linked(broken) == ["https://outlet.example/rss"]


def test_libxml2_is_not_given_a_tag_that_is_too_long() -> None:
    many = " ".join(f"a{n}=1" for n in range(190_000))
    begun = time.perf_counter()
    assert linked(page('href="/rss"', many, 'href="/feed"')) == [
        "https://outlet.example/rss",
        "https://outlet.example/feed",
    ]
    assert time.perf_counter() - begun < 10
