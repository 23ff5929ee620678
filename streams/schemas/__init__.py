"""What flows, described for those who read Kafka directly: a JSON Schema a record, and an AsyncAPI 3 document.

The files beside this one are made from `streams.records` and `streams.topics` by `python -m streams.schemas`, and
committed; a test fails when they differ.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from streams.records import SCHEMA_VERSION
from streams.topics import TOPICS, Topic

FOLDER = Path(__file__).parent
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def documents() -> dict[str, str]:
    """Every file's text, by its name."""
    found = {f"{_singular(topic)}.json": schema(topic) for topic in TOPICS} | {"asyncapi.json": asyncapi()}
    return {name: json.dumps(document, ensure_ascii=False, indent=2) + "\n" for name, document in found.items()}


def schema(topic: Topic) -> dict[str, Any]:
    """The JSON Schema of the topic's record, complete in itself."""
    (top,), definitions = msgspec.json.schema_components([topic.record], ref_template="#/$defs/{name}")
    top = definitions.pop(topic.record.__name__)
    return {
        "$schema": _DIALECT,
        "$id": f"urn:tasrih:{_singular(topic)}:{SCHEMA_VERSION}",
        **top,
        **({"$defs": definitions} if definitions else {}),
    }


def asyncapi() -> dict[str, Any]:
    """The AsyncAPI 3 document of all topics."""
    _, schemas = msgspec.json.schema_components(
        [topic.record for topic in TOPICS], ref_template="#/components/schemas/{name}"
    )
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Tasrih",
            "version": SCHEMA_VERSION,
            "description": "Statements in Arabic news, and what they are made from, as they flow through Kafka. "
            "Delivery is at least once; every id is a function of content, so that a reader that keeps ids sees each "
            "once. A setting may put a prefix before every topic's name.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in TOPICS},
        "operations": {
            f"read-{topic.name}": {"action": "receive", "channel": {"$ref": f"#/channels/{topic.name}"}}
            for topic in TOPICS
        },
        "components": {
            "schemas": schemas,
            "messages": {topic.record.__name__: _message(topic) for topic in TOPICS},
        },
    }


def _channel(topic: Topic) -> dict[str, Any]:
    name = topic.record.__name__
    return {
        "address": topic.name,
        "messages": {name: {"$ref": f"#/components/messages/{name}"}},
        "bindings": {
            "kafka": {
                "topicConfiguration": {
                    "cleanup.policy": topic.config()["cleanup.policy"].split(","),
                    "retention.ms": int(topic.config()["retention.ms"]),
                    "max.message.bytes": topic.max_bytes,
                },
                "bindingVersion": "0.5.0",
            }
        },
    }


def _message(topic: Topic) -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "summary": (topic.record.__doc__ or "").partition("\n")[0],
        "contentType": "application/json",
        "headers": {
            "type": "object",
            "description": "CloudEvents 1.0 in Kafka's binary mode",
            "properties": {
                "content-type": {"const": "application/json"},
                "ce_specversion": {"const": "1.0"},
                "ce_id": {"type": "string", "description": "Names what is told"},
                "ce_type": {"const": f"org.tasrih.{topic.name}.v{SCHEMA_VERSION.partition('.')[0]}"},
                "ce_source": {"type": "string", "description": "The address that it is about"},
                "ce_time": {"type": "string", "format": "date-time"},
                "ce_sequence": {"type": "string", "description": "Grows from one event of a key to the next"},
            },
        },
        "payload": {"$ref": f"#/components/schemas/{topic.record.__name__}"},
        "bindings": {"kafka": {"key": text | {"description": topic.key}, "bindingVersion": "0.5.0"}},
    }


def _singular(topic: Topic) -> str:
    return topic.name.removesuffix("s") if not topic.name.endswith("ies") else topic.name.removesuffix("ies") + "y"
