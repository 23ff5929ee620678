"""What is described is what is: committed schemas, and answers by their OpenAPI document."""

from __future__ import annotations

import asyncio
import json

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from jsonschema import Draft202012Validator
from schemathesis.specs.openapi.checks import positive_data_acceptance

from agents.serve import openapi
from agents.serve.site import ENDPOINTS
from streams import schemas
from streams.records import encode
from streams.settings import Settings
from streams.topics import ARTICLES, STATEMENTS
from tests.serve.conftest import Serving
from tests.serve.examples import article, publish, send, statement


def test_the_committed_schemas_are_those_of_the_code() -> None:
    committed = {path.name: path.read_text("utf-8") for path in schemas.FOLDER.glob("*.json")}
    assert committed == schemas.documents(), "run `python -m streams.schemas`"


def test_a_statement_is_as_its_schema_says() -> None:
    validator = Draft202012Validator(schemas.schema(STATEMENTS))
    value = json.loads(encode(statement()))
    validator.validate(value)
    assert not validator.is_valid(value | {"act": "shout"})


_ASKED = tuple(
    e for e in ENDPOINTS if e.path.startswith("/v1/") and e.method == "GET" and e.name not in ("stream", "websocket")
)
_FEW = settings(
    max_examples=20, deadline=None, phases=[Phase.generate], derandomize=True, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


# The server runs in another thread meanwhile, and its use of `random` looks as if it were the strategies'.
@pytest.mark.filterwarnings("ignore:Do not use the `random` module")
async def test_every_question_gets_the_answer_that_is_described(topics: Settings, serving: Serving) -> None:
    await publish(topics, *(statement(article_id="a1") for _ in range(20)))
    await send(topics, ARTICLES, ("a1", article("a1")))
    api, asked = schemathesis.openapi.from_dict(openapi.document(_ASKED)), set[str]()

    def ask(operation: schemathesis.APIOperation, address: str) -> None:
        @_FEW
        @given(operation.as_strategy())
        def try_it(case: schemathesis.Case) -> None:
            asked.add(case.path)
            # A schema cannot say what words, times and cursors are: a 400 for those is right.
            case.call_and_validate(base_url=address, excluded_checks=[positive_data_acceptance])

        try_it()

    async with serving(topics) as client:
        for operation in api.get_all_operations():
            await asyncio.to_thread(ask, operation.ok(), client.address)
    assert asked == {endpoint.path for endpoint in _ASKED}
