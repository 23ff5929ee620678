"""All that a filter selects, as a file: lines of JSON for programs, CSV for spreadsheets; read page by page."""

from __future__ import annotations

import asyncio
import csv
import io
import logging
from collections.abc import Callable, Sequence
from typing import Annotated

import msgspec
from aiohttp import hdrs, web
from aiohttp.web_response import ContentCoding
from msgspec import Meta

from agents.serve.endpoints import SERVER, Endpoint
from agents.serve.filters import Filter
from agents.serve.lists import selected
from agents.serve.transfer import takes_gzip
from streams.records import Statement

log = logging.getLogger(__name__)

_PAGE = 500
_PATIENCE = 60.0  # for a page to be taken
_BOM = b"\xef\xbb\xbf"  # without it, Excel takes Arabic for Latin letters
_TIME = "%Y-%m-%d %H:%M:%S"  # of UTC; spreadsheets know no zones
# What a spreadsheet runs: an outlet's words must stay words.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_COLUMNS: dict[str, Callable[[Statement], object]] = {
    "published_at": lambda s: s.published_at.strftime(_TIME),
    "speaker": lambda s: s.speaker.name,
    "kind": lambda s: s.speaker.kind,
    "cue": lambda s: s.cue and s.cue.text,
    "act": lambda s: s.act,
    "form": lambda s: s.form,
    "content": lambda s: s.content,
    "via": lambda s: s.via,
    "outlet": lambda s: s.outlet,
    "url": lambda s: s.url,
    "headline": lambda s: int(s.headline),
    "confidence": lambda s: s.confidence,
    "status": lambda s: s.status,
    "context": lambda s: s.context,
    "extracted_at": lambda s: s.extracted_at.strftime(_TIME),
    "speaker_id": lambda s: s.speaker.id,
    "statement_id": lambda s: s.statement_id,
    "article_id": lambda s: s.article_id,
}


class ExportQuery(Filter, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which statements."""

    limit: Annotated[
        Annotated[int, Meta(ge=1)] | None, Meta(description="How many at most; all of them without it")
    ] = None


async def export_lines(request: web.Request, query: ExportQuery) -> web.StreamResponse:
    """The statements that the filter selects, all of them, newest first: one JSON record a line."""
    return await _sent(request, query, "application/jsonl", b"", lambda records: b"\n".join([*records, b""]))


async def export_table(request: web.Request, query: ExportQuery) -> web.StreamResponse:
    """The statements that the filter selects, all of them, newest first, as a table (CSV) for spreadsheets.

    Times are of UTC. A text that a spreadsheet would take for a formula has an apostrophe before it.
    """
    return await _sent(request, query, "text/csv", _BOM + _rows([list(_COLUMNS)]), _table)


async def _sent(
    request: web.Request, query: ExportQuery, kind: str, head: bytes, written: Callable[[Sequence[bytes]], bytes]
) -> web.StreamResponse:
    archive, selection, left = request.app[SERVER].archive, selected(query), query.limit
    page = await archive.statements(selection, None, min(_PAGE, left or _PAGE))
    name = request.path.rpartition("/")[2]
    response = web.StreamResponse(headers={"Content-Disposition": f'attachment; filename="{name}"'})
    response.content_type, response.charset = kind, "utf-8"
    if request.method == hdrs.METH_HEAD:
        return response
    if takes_gzip(request):
        response.enable_compression(ContentCoding.gzip)
    await response.prepare(request)
    try:
        await response.write(head)
        while True:
            async with asyncio.timeout(_PATIENCE):
                await response.write(written(page.records))
            left = None if left is None else left - len(page.records)
            if page.next is None or left == 0:
                return response
            page = await archive.statements(selection, page.next, min(_PAGE, left or _PAGE))
    except ConnectionError:
        raise
    except Exception as error:  # the answer has begun: only that its end is missing can still say so
        if not isinstance(error, TimeoutError):
            log.exception("%s was broken off", request.path)
        if request.transport is not None:
            request.transport.abort()
        raise ConnectionResetError from error


def _table(records: Sequence[bytes]) -> bytes:
    statements = [msgspec.json.decode(record, type=Statement) for record in records]
    return _rows([[_cell(value(one)) for value in _COLUMNS.values()] for one in statements])


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _rows(rows: Sequence[Sequence[str]]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue().encode()


ENDPOINTS = (
    Endpoint(path="/v1/statements.jsonl", answer=export_lines, query=ExportQuery, content_type="application/jsonl"),
    Endpoint(path="/v1/statements.csv", answer=export_table, query=ExportQuery, content_type="text/csv"),
)
