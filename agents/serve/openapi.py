"""The OpenAPI 3.1 document, read off the endpoints' types."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

import msgspec

from agents.serve.endpoints import Endpoint
from agents.serve.live import Message
from agents.serve.problems import CONTENT_TYPE, Problem
from streams.records import SCHEMA_VERSION

_REFERENCE = "#/components/schemas/{name}"
_ADDRESSES = (
    "In an address, letters beyond ASCII are percent-encoded as UTF-8, as browsers and HTTP libraries do by themselves "
    "(curl: `--get --data-urlencode 'q=…'`); it has at most 8,190 bytes. What is neither is refused before it is read, "
    "with 400 in plain text."
)
# What any request may meet, wherever it goes.
_ANYWHERE = (401, 403, 413, 421, 429, 503)


def document(endpoints: tuple[Endpoint, ...]) -> dict[str, Any]:
    """The document of these endpoints, ready for JSON."""
    shown = [e for e in endpoints if e.scope is None or e.path.startswith(("/v1/", "/metrics"))]
    types = [kind for e in shown for kind in (e.returns, e.body) if kind] + [Problem, Message]
    paths: dict[str, Any] = {}
    for endpoint in shown:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    _, components = msgspec.json.schema_components(types, ref_template=_REFERENCE)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tasrih",
            "version": SCHEMA_VERSION,
            "summary": "Statements in Arabic news: who said what, how, where and when",
            "description": _ADDRESSES,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": components,
            "responses": {
                "Problem": {
                    "description": "Why the request was not answered as asked",
                    "content": {CONTENT_TYPE: {"schema": {"$ref": _REFERENCE.format(name="Problem")}}},
                }
            },
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer"},
                "keyInAddress": {"type": "apiKey", "in": "query", "name": "access_token"},
            },
        },
        "security": [{}, {"key": []}, {"keyInAddress": []}],
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    summary, _, description = endpoint.doc.strip().partition("\n\n")
    status, answer = "200", dict[str, Any](description="As asked")
    if endpoint.returns is not None:
        (schema,), _ = msgspec.json.schema_components([endpoint.returns], ref_template=_REFERENCE)
        answer["content"] = {endpoint.content_type: {"schema": schema}}
    elif endpoint.name == "websocket":
        status, answer["description"] = "101", "Switching protocols; each text message is a `Message`"
    elif endpoint.method == "DELETE":
        status = "204"
    else:
        answer["content"] = {endpoint.content_type: {"schema": {"type": "string"}}}
    problems = {str(status): {"$ref": "#/components/responses/Problem"} for status in _errors(endpoint)}
    return {
        "operationId": endpoint.name,
        "summary": " ".join(summary.split()),
        **({"description": " ".join(description.split())} if description else {}),
        "parameters": _parameters(endpoint),
        "responses": {status: answer, **_unchanged(endpoint), **problems},
        **({"requestBody": _body(endpoint.body)} if endpoint.body else {}),
    }


def _unchanged(endpoint: Endpoint) -> dict[str, Any]:
    streamed = endpoint.name in ("stream", "websocket", "export_lines", "export_table")
    return {} if streamed or endpoint.method != "GET" else {"304": {"description": "As `If-None-Match` has it"}}


def _body(kind: type) -> dict[str, Any]:
    (schema,), _ = msgspec.json.schema_components([kind], ref_template=_REFERENCE)
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _errors(endpoint: Endpoint) -> list[int]:
    return sorted({int(HTTPStatus(status)) for status in (*endpoint.errors, *_ANYWHERE)})


def _parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in re.findall(r"{(\w+)}", endpoint.path)
    ]
    # Parameters are said in full, not by reference: they are what people read first.
    _, components = msgspec.json.schema_components([endpoint.query])
    for name, schema in components[endpoint.query.__name__].get("properties", {}).items():
        schema = dict(schema)
        parameter: dict[str, Any] = {"name": name, "in": "query", "required": False}
        if "description" in schema:
            parameter["description"] = schema.pop("description")
        found.append({**parameter, "schema": _plain(schema)})
    return found


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter that may be absent is not one that may be null."""
    if "anyOf" in schema:
        (schema_,) = (one for one in schema["anyOf"] if one.get("type") != "null")
        return dict(schema_)
    if "enum" in schema:
        return schema | {"enum": [value for value in schema["enum"] if value is not None]}
    return {key: value for key, value in schema.items() if not (key == "default" and value is None)}
