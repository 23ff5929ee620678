"""One trace from a fetched entry to what comes of it, exported to a real collector's address."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web
from opentelemetry import trace
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from streams import tracing
from streams.app import build, running
from streams.settings import Settings
from streams.stage import Send, Stage, sender
from streams.topics import ARTICLES, ENTRIES
from tests.kafka import messages
from tests.loopback import on_loopback
from tests.streams.test_stage import Seen, count, entry


@pytest.fixture
async def collected(settings: Settings) -> object:
    """Spans as a collector receives them over HTTP."""
    spans: list[tuple[str, bytes, bytes, bytes]] = []

    async def receive(request: web.Request) -> web.Response:
        asked = ExportTraceServiceRequest.FromString(await request.read())
        for resource in asked.resource_spans:
            for scope in resource.scope_spans:
                spans.extend((s.name, s.trace_id, s.span_id, s.parent_span_id) for s in scope.spans)
        return web.Response()

    app = web.Application()
    app.router.add_post("/v1/traces", receive)
    async with on_loopback(app) as base:
        tracing.configure(settings.model_copy(update={"otlp_endpoint": base}))
        yield spans
        await asyncio.to_thread(trace.get_tracer_provider().shutdown)  # type: ignore[attr-defined]


async def test_a_trace_goes_through_the_topics(
    topics: Settings, collected: list[tuple[str, bytes, bytes, bytes]]
) -> None:
    app = build("normalize", topics)
    Stage(app, topics, name="normalize", source=ENTRIES, work=count, row=Seen)
    send = sender(app, topics, "fetch")
    async with running(app):
        await (await send(Send(ENTRIES, "a", entry("a", "one"), id="one", source="u")))
        (article,) = await messages(topics, ARTICLES, 1)
    await asyncio.to_thread(trace.get_tracer_provider().force_flush)  # type: ignore[attr-defined]
    spans = {name: (of, me, parent) for name, of, me, parent in collected}
    fetched, normalized = spans["tasrih fetch"], spans["tasrih normalize"]
    assert normalized[0] == fetched[0], "one trace"
    assert normalized[2] == fetched[1], "the one comes of the other"
    assert dict(article.headers)["traceparent"].split(b"-")[1].decode() == fetched[0].hex()
