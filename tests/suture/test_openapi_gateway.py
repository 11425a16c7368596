"""The OpenAPI document says what the gateway does: every answer to generated requests fits it, and none is a defect."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode, Response
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.support.front_door import READER, captured, secret_of, signed
from tests.support.gateway_process import GatewayProcess

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
SOME = settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
Answer = httpx.Response | Response
Call = Callable[[Case[Any]], Answer]


@pytest.fixture(scope="module")
async def gateway(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[GatewayProcess]:
    gateway = GatewayProcess(tmp_path_factory.mktemp("gateway"))
    await gateway.start()
    yield gateway
    assert await gateway.stop() == 0
    assert "a request failed" not in gateway.child.tail(100_000)


def operation(gateway: GatewayProcess, method: str, path: str) -> Any:
    return schemathesis.openapi.from_url(f"{gateway.url}/openapi.json")[path][method]


def exercise(found: Any, mode: GenerationMode, call: Call) -> set[int]:
    """Send what the document allows, or what it does not; answers the statuses that came."""
    statuses: set[int] = set()

    @SOME
    @given(case=found.as_strategy(generation_mode=mode))
    def send(case: Case[Any]) -> None:
        answer = call(case)
        statuses.add(answer.status_code)
        case.validate_response(answer, checks=CHECKS)

    send()
    return statuses


@pytest.mark.parametrize(
    ("path", "mode"),
    [
        ("/v1/transactions/{correlation_id}", GenerationMode.POSITIVE),
        ("/v1/transactions/{correlation_id}", GenerationMode.NEGATIVE),
        # These take no input that could be wrong.
        ("/healthz", GenerationMode.POSITIVE),
        ("/readyz", GenerationMode.POSITIVE),
    ],
)
def test_look_ups_answer_as_documented(gateway: GatewayProcess, path: str, mode: GenerationMode) -> None:
    with httpx.Client(base_url=gateway.url) as http:

        def ask(case: Case[Any]) -> httpx.Response:
            return http.get(case.formatted_path, headers={"Authorization": f"Bearer {READER}"})

        assert exercise(operation(gateway, "GET", path), mode, ask) <= {200, 404}


@pytest.mark.parametrize("mode", MODES)
def test_unsigned_events_are_refused_as_documented(gateway: GatewayProcess, mode: GenerationMode) -> None:
    found = operation(gateway, "POST", "/v1/events/{source}")
    assert exercise(found, mode, lambda case: case.call(base_url=gateway.url)) <= {401, 404}


@pytest.mark.parametrize("mode", MODES)
def test_signed_bodies_are_answered_as_documented(gateway: GatewayProcess, mode: GenerationMode) -> None:
    secret = secret_of(gateway.folder)
    with httpx.Client(base_url=gateway.url) as http:

        def post(case: Case[Any]) -> httpx.Response:
            body = case.body if isinstance(case.body, bytes) else json.dumps(case.body, default=repr).encode()
            headers = signed(body, secret=secret, event_id=uuid4().hex)
            return http.post("/v1/events/inventory", content=body, headers=headers)

        found = operation(gateway, "POST", "/v1/events/{source}")
        assert exercise(found, mode, post) == {422}


def test_every_answer_to_an_event_is_documented(gateway: GatewayProcess) -> None:
    found = operation(gateway, "POST", "/v1/events/{source}")
    secret, body = secret_of(gateway.folder), json.dumps(captured()).encode()
    too_large = b" " * 300_000
    with httpx.Client(base_url=gateway.url) as http:

        def post(
            content: bytes, source: str = "inventory", event_id: str = "one", key: bytes = secret
        ) -> httpx.Response:
            headers = signed(content, secret=key, event_id=event_id)
            return http.post(f"/v1/events/{source}", content=content, headers=headers)

        answers = [
            post(body),
            post(body),
            post(body.replace(b"4702", b"4706")),
            post(body, key=b"x" * 32),
            post(too_large),
            post(b"[]"),
            *(post(body, source="trickle") for _ in range(3)),
        ]
    case = found.Case(path_parameters={"source": "inventory"}, body=captured(), media_type="application/json")
    for answer in answers:
        case.validate_response(answer, checks=CHECKS)
    assert [answer.status_code for answer in answers] == [202, 200, 409, 401, 413, 422, 202, 200, 429]


def test_every_operation_says_what_it_refuses_with(gateway: GatewayProcess) -> None:
    document = httpx.get(f"{gateway.url}/openapi.json").json()
    assert set(document["paths"]) == {
        "/v1/events/{source}",
        "/v1/transactions/{correlation_id}",
        "/healthz",
        "/readyz",
    }
    answers = document["paths"]["/v1/events/{source}"]["post"]["responses"]
    assert set(answers) == {"200", "202", "401", "408", "409", "413", "422", "429", "503"}
    for status in ("429", "503"):
        assert "Retry-After" in answers[status]["headers"]
    refused = {
        answers[status]["content"]["application/json"]["schema"]["$ref"] for status in answers if int(status) >= 400
    }
    assert refused == {"#/components/schemas/Problem"}
    assert httpx.get(f"{gateway.url}/docs").status_code == 404
