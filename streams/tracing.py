"""Traces across the topics, by OpenTelemetry: a span for each message and stage, one trace from fetch to statement.

The context travels in the W3C `traceparent` header of each record. Spans go to the collector that the setting
`otlp_endpoint` names; without it they cost next to nothing. The exporter is the extra `traces`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from opentelemetry import propagate, trace

from streams.errors import SetupError
from streams.settings import Settings

_FIELDS = frozenset(propagate.get_global_textmap().fields)


def configure(settings: Settings) -> None:
    """Send spans to the collector of the settings, if there is one. Raises `SetupError` without the extra `traces`."""
    if not settings.otlp_endpoint:
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise SetupError("TASRIH_OTLP_ENDPOINT wants the extra `traces`: pip install tasrih[traces]") from error
    provider = TracerProvider(resource=Resource({"service.name": "tasrih"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{settings.otlp_endpoint.rstrip('/')}/v1/traces")))
    trace.set_tracer_provider(provider)


@contextlib.contextmanager
def working(stage: str, headers: Any = (), **attributes: str | int) -> Iterator[list[tuple[str, bytes]]]:
    """A span of `stage` for the body, in the trace that `headers` name, else a new one.

    Yields the headers that carry the trace on, to whatever comes of it.
    """
    carried = {name: value.decode("ascii", "replace") for name, value in headers or () if name in _FIELDS}
    tracer = trace.get_tracer("tasrih")
    with tracer.start_as_current_span(f"tasrih {stage}", propagate.extract(carried), attributes=attributes):
        onward: dict[str, str] = {}
        propagate.inject(onward)
        yield [(name, value.encode()) for name, value in onward.items()]
