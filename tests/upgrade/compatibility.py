"""Whether two JSON Schemas of a record understand each other: what the one writes, the other reads, both ways.

Readers ignore fields that they do not know. So a field may come or go if it may be absent, and a field that both know
must allow the same values in both: another enum value, or null, would be news to the older reader.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

# What a schema says to people only.
_ANNOTATIONS = {"$schema", "$id", "$defs", "title", "description", "default", "examples"}

Schema = Mapping[str, Any]


def incompatibilities(one: Schema, other: Schema) -> list[str]:
    """Why records of the one cannot all be read by the other or the other way round; empty when they can."""
    return list(_differences("", one, one, other, other))


def _differences(path: str, one: Schema, root: Schema, other: Schema, other_root: Schema) -> Iterator[str]:
    one, other = _resolved(one, root), _resolved(other, other_root)
    if "properties" in one and "properties" in other:
        yield from _objects(path, one, root, other, other_root)
        return
    left, right = _meaning(one), _meaning(other)
    if left.keys() != right.keys():
        yield f"{path or 'the record'}: {sorted(left.keys() ^ right.keys())} only on one side"
        return
    for name in left:
        here, there = left[name], right[name]
        if isinstance(here, dict) and isinstance(there, dict):
            yield from _differences(f"{path}/{name}", here, root, there, other_root)
        elif isinstance(here, list) and here and isinstance(here[0], dict):
            if len(here) != len(there):
                yield f"{path}: {len(here)} kinds of {name} and {len(there)}"
            else:
                for number, (a, b) in enumerate(zip(here, there, strict=True)):
                    yield from _differences(f"{path}/{number}", a, root, b, other_root)
        elif here != there:
            yield f"{path}: {name} {here} and {there}"


def _objects(path: str, one: Schema, root: Schema, other: Schema, other_root: Schema) -> Iterator[str]:
    fields, other_fields = one["properties"], other["properties"]
    for name in fields.keys() ^ other_fields.keys():
        if name in one.get("required", ()) or name in other.get("required", ()):
            yield f"{path}/{name}: required on one side, unknown on the other"
    for name in fields.keys() & other_fields.keys():
        if (name in one.get("required", ())) != (name in other.get("required", ())):
            yield f"{path}/{name}: required on one side only"
        yield from _differences(f"{path}/{name}", fields[name], root, other_fields[name], other_root)


def _resolved(schema: Schema, root: Schema) -> Schema:
    while "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    return schema


def _meaning(schema: Schema) -> dict[str, Any]:
    return {name: value for name, value in schema.items() if name not in _ANNOTATIONS}
