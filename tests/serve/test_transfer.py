"""What goes over the wire: compressed where that is worth it, and nothing that the reader has already."""

from __future__ import annotations

import gzip
import json

import aiohttp
import pytest

from streams.settings import Settings
from tests.serve.conftest import Serving
from tests.serve.examples import publish, statement

GZIP = {"Accept-Encoding": "br, GZIP"}


@pytest.mark.parametrize("path", ["/v1/statements", "/v1/feed.atom", "/v1/feed.json", "/openapi.json", "/app.js", "/"])
async def test_text_is_compressed(topics: Settings, serving: Serving, path: str) -> None:
    await publish(topics, *(statement() for _ in range(20)))
    async with serving(topics) as client, aiohttp.ClientSession(auto_decompress=False) as session:
        async with session.get(client.address + path, headers={"Accept-Encoding": "identity"}) as answer:
            plain, etag = await answer.read(), answer.headers["ETag"]
            assert "Content-Encoding" not in answer.headers
            assert answer.headers["Vary"] == "Accept-Encoding"
        async with session.get(client.address + path, headers=GZIP) as answer:
            packed = await answer.read()
            assert answer.headers["Content-Encoding"] == "gzip"
            assert (answer.headers["Vary"], answer.headers["ETag"]) == ("Accept-Encoding", etag)
        async with session.head(client.address + path, headers=GZIP) as answer:
            assert (answer.status, answer.headers["ETag"]) == (200, etag)
    assert gzip.decompress(packed) == plain
    assert len(packed) < len(plain)


async def test_what_is_small_or_streamed_or_packed_already_is_not(topics: Settings, serving: Serving) -> None:
    async with serving(topics) as client:
        for path in ("/v1/outlets", "/v1/none", "/v1/stream", "/fonts/noto-naskh-arabic-arabic-wght-normal.woff2"):
            async with client.session.get(client.address + path, headers=GZIP) as answer:
                assert "Content-Encoding" not in answer.headers, path
                if path == "/v1/stream":
                    assert await answer.content.readline() == b"retry: 2000\n"


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip;q=0", None), ("deflate, GZIP ; q=0.000, br", None), ("identity", None), ("notgzip", None),
        ("br;q=1.0, gzip;q=0.8, *;q=0.1", "gzip"), ("gzip; q=0.001", "gzip"),
    ],
)  # fmt: skip
async def test_who_refuses_compression_gets_none(
    topics: Settings, serving: Serving, accepted: str, coding: str | None
) -> None:
    packed, headers = aiohttp.ClientSession(auto_decompress=False), {"Accept-Encoding": accepted}
    async with serving(topics) as client, packed, packed.get(client.address + "/app.js", headers=headers) as answer:
        assert answer.headers.get("Content-Encoding") == coding


@pytest.mark.parametrize("path", ["/v1/feed.atom", "/v1/feed.json?act=assert", "/v1/statements", "/v1/speakers"])
async def test_what_the_reader_has_is_not_sent_again(topics: Settings, serving: Serving, path: str) -> None:
    async with serving(topics) as client:
        async with client.session.get(client.address + path) as answer:
            known = {"If-None-Match": answer.headers["ETag"]}
            assert answer.headers["Cache-Control"] == "no-cache"
        async with client.session.get(client.address + path, headers=known) as answer:
            assert (answer.status, await answer.read()) == (304, b"")
            assert answer.headers["ETag"] == known["If-None-Match"]
        await publish(topics, statement())
        await client.until("/v1/statements", lambda body: body["statements"] != [])
        async with client.session.get(client.address + path, headers=known) as answer:
            assert answer.status == 200
            assert answer.headers["ETag"] != known["If-None-Match"]


async def test_an_answer_varies_by_all_that_it_depends_on(topics: Settings, serving: Serving) -> None:
    settings = topics.model_copy(update={"cors_origins": "https://desk.example"})
    async with serving(settings) as client:
        headers = GZIP | {"Origin": "https://desk.example"}
        async with client.session.get(client.address + "/openapi.json", headers=headers) as answer:
            assert set(answer.headers.getall("Vary")) == {"Accept-Encoding", "Origin"}
            assert json.loads(await answer.read())["openapi"] == "3.1.0"
        async with client.session.options(client.address + "/v1/statements", headers=headers) as answer:
            assert answer.headers.getall("Access-Control-Allow-Origin") == ["https://desk.example"]
