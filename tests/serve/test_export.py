"""All that a filter selects, as a file."""

from __future__ import annotations

import csv
import io
import json

import pytest

from agents.serve import export
from streams.settings import Settings
from tests.serve.conftest import Serving
from tests.serve.examples import publish, statement


async def test_all_that_a_filter_selects_comes_as_lines_and_as_a_table(
    topics: Settings, serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "_PAGE", 3)
    odd = statement('=HYPERLINK("x"), قال\nوقال', None, via="-وكالة")
    await publish(topics, odd, *(statement(act="deny") for _ in range(7)))
    async with serving(topics) as client:
        listed = [one["statement_id"] for one in (await client.get("/v1/statements"))["statements"]]  # type: ignore[attr-defined]

        async def sent(path: str, kind: str) -> str:
            async with client.session.get(client.address + path) as answer:
                assert (answer.status, answer.content_type) == (200, kind)
                return await answer.text("utf-8-sig")

        lines = (await sent("/v1/statements.jsonl", "application/jsonl")).splitlines()
        assert [json.loads(line)["statement_id"] for line in lines] == listed
        some = await sent("/v1/statements.jsonl?limit=4&act=deny", "application/jsonl")
        assert [json.loads(line)["statement_id"] for line in some.splitlines()] == listed[:4]
        rows = [*csv.DictReader(io.StringIO(await sent("/v1/statements.csv", "text/csv"), newline=""))]
        assert [row["statement_id"] for row in rows] == listed
        assert rows[-1]["content"] == "'" + odd.content
        assert (rows[-1]["via"], rows[-1]["speaker"]) == ("'-وكالة", "")
        assert rows[-1]["published_at"] == f"{odd.published_at:%Y-%m-%d %H:%M:%S}"
        async with client.session.get(client.address + "/v1/statements.csv?act=ask") as answer:
            assert await answer.read() == b"\xef\xbb\xbf" + ",".join(export._COLUMNS).encode() + b"\r\n"
        async with client.session.head(client.address + "/v1/statements.csv") as answer:
            assert (answer.status, await answer.read()) == (200, b"")
        await client.get("/v1/statements.csv?limit=0", status=400)
