"""Keep today's version of the contract: `python -m tests.upgrade`, when `SCHEMA_VERSION` has gone up.

Writes `versions/<version>/<record>.json`: the schema, a record with every field, and one with the required ones only.
A version that has been released is never written again.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from msgspec import inspect

from streams.records import SCHEMA_VERSION, Record
from streams.schemas import schema
from streams.topics import TOPICS

# One of them is what a field's pattern wants.
_TEXTS = ("نص", "name", "12:00")
VERSIONS = Path(__file__).parent / "versions"


def sample(record: type[Record], *, full: bool) -> dict[str, Any]:
    """A record with some value in every field, or in the required ones."""
    found: dict[str, Any] = _value(inspect.type_info(record), full)
    return found


def _value(kind: inspect.Type, full: bool) -> Any:
    match kind:
        case inspect.Metadata():
            return _value(kind.type, full)
        case inspect.UnionType():
            return _value(next(k for k in kind.types if not isinstance(k, inspect.NoneType)), full)
        case inspect.StructType():
            return {f.encode_name: _value(f.type, full) for f in kind.fields if full or f.required}
        case inspect.ListType() | inspect.VarTupleType():
            return [_value(kind.item_type, full)]
        case inspect.TupleType():
            return [_value(item, full) for item in kind.item_types]
        case inspect.DictType():
            return {_value(kind.key_type, full): _value(kind.value_type, full)}
        case inspect.LiteralType():
            return kind.values[0]
        case inspect.BoolType():
            return True
        case inspect.IntType():
            return 7
        case inspect.FloatType():
            return 0.5
        case inspect.BytesType():
            return "AAH/"
        case inspect.DateTimeType():
            return datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC).isoformat().replace("+00:00", "Z")
        case inspect.StrType():
            return next(text for text in _TEXTS if re.search(kind.pattern or "", text))
    raise TypeError(f"no sample for {kind}")


def main() -> None:
    folder = VERSIONS / SCHEMA_VERSION
    folder.mkdir(parents=True, exist_ok=True)
    for topic in TOPICS:
        samples = [sample(topic.record, full=full) for full in (True, False)]
        for one in samples:
            one["schema_version"] = SCHEMA_VERSION
            msgspec.convert(one, topic.record)
        kept = {"record": topic.record.__name__, "schema": schema(topic), "samples": samples}
        (folder / f"{topic.name}.json").write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
