"""The OpenAPI document says what the gateway does: every answer to generated requests fits it, and none is a defect."""

import json
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from re import findall
from typing import Any
from uuid import uuid4

import httpx
import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode, Response
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from suture.assembly import installed
from suture.gateway.openapi import SIGNED_BODY, complete, refusals
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


def operation(gateway: GatewayProcess, method: str, path: str, *, bodies: str = "") -> Any:
    """An operation of the document; only with the bodies whose names begin so, where that is said."""
    document = httpx.get(f"{gateway.url}/openapi.json").json()
    if bodies:
        body = document["paths"][path][method.lower()]["requestBody"]["content"]["application/json"]["schema"]
        body["anyOf"] = [one for one in body["anyOf"] if f"/{bodies}" in one["$ref"]]
    return schemathesis.openapi.from_dict(document)[path][method]


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


def stored(gateway: GatewayProcess) -> int:
    """How many events are in the inbox."""
    with closing(sqlite3.connect(gateway.folder / "store.db")) as file:
        return int(file.execute("SELECT count(*) FROM inbox").fetchone()[0])


@pytest.mark.parametrize("mode", MODES)
def test_unsigned_events_are_refused_as_documented(gateway: GatewayProcess, mode: GenerationMode) -> None:
    found, before = operation(gateway, "POST", "/v1/events/{source}"), stored(gateway)
    assert exercise(found, mode, lambda case: case.call(base_url=gateway.url)) <= {401, 404}
    assert stored(gateway) == before


@pytest.mark.parametrize("mode", MODES)
def test_resources_without_the_secret_are_refused_as_documented(gateway: GatewayProcess, mode: GenerationMode) -> None:
    found, before = operation(gateway, "PUT", "/v1/events/{source}/{kind}/{id}"), stored(gateway)
    assert exercise(found, mode, lambda case: case.call(base_url=gateway.url)) <= {401, 404}
    assert stored(gateway) == before


@pytest.mark.parametrize(
    ("mode", "bodies", "among"),
    [
        (GenerationMode.POSITIVE, "sandbox-inventory.ItemApproved", 202),
        (GenerationMode.POSITIVE, "sandbox-inventory.", 422),
        (GenerationMode.NEGATIVE, "sandbox-inventory.", 422),
    ],
)
def test_what_is_stored_of_signed_bodies_is_what_was_accepted(
    gateway: GatewayProcess, mode: GenerationMode, bodies: str, among: int
) -> None:
    """A body of the documented form may still be refused, for what no schema can say; one of another form, be read."""
    secret, before, accepted = secret_of(gateway.folder), stored(gateway), 0
    with httpx.Client(base_url=gateway.url) as http:

        def post(case: Case[Any]) -> httpx.Response:
            nonlocal accepted
            body = case.body if isinstance(case.body, bytes) else json.dumps(case.body, default=repr).encode()
            headers = signed(body, secret=secret, event_id=uuid4().hex)
            answer = http.post("/v1/events/inventory", content=body, headers=headers)
            accepted += answer.status_code == 202
            assert stored(gateway) == before + accepted
            return answer

        found = operation(gateway, "POST", "/v1/events/{source}", bodies=bodies)
        statuses = exercise(found, mode, post)
    assert statuses <= {202, 422}
    assert among in statuses


def test_a_transaction_is_shown_as_documented(gateway: GatewayProcess) -> None:
    body = json.dumps(captured()).encode()
    with httpx.Client(base_url=gateway.url, headers={"Authorization": f"Bearer {READER}"}) as http:
        headers = signed(body, secret=secret_of(gateway.folder), event_id=uuid4().hex)
        taken = http.post("/v1/events/inventory", content=body, headers=headers).json()
        answer = http.get(taken["transaction"])
    assert answer.status_code == 200
    told = answer.json()
    assert (told["correlation_id"], told["state"]) == (taken["correlation_id"], "accepted")
    assert [event["type"] for event in told["events"]] == ["usage.reported"]
    found = operation(gateway, "GET", "/v1/transactions/{correlation_id}")
    found.Case(path_parameters={"correlation_id": taken["correlation_id"]}).validate_response(answer, checks=CHECKS)


def test_the_document_holds_what_every_kind_of_system_sends() -> None:
    app = FastAPI()

    @app.post("/v1/events/{source}", openapi_extra=SIGNED_BODY, responses=refusals(422))
    def take_event(source: str) -> None: ...

    @app.get("/v1/transactions/{correlation_id}")
    def show_transaction(correlation_id: str) -> None: ...

    complete(app, {name: point.load() for name, point in installed().items()})
    schemas = app.openapi()["components"]["schemas"]
    body = app.openapi()["paths"]["/v1/events/{source}"]["post"]["requestBody"]["content"]["application/json"]
    named = [each["$ref"].removeprefix("#/components/schemas/") for each in body["schema"]["anyOf"]]
    assert named == [
        "fhir-billing.Encounter",
        "sandbox-billing.AccountOpened",
        "sandbox-billing.CaseChanged",
        "sandbox-billing.ChargeSettled",
        "sandbox-erp.MaterialApproved",
        "sandbox-erp.PurchaseOrderCreated",
        "sandbox-erp.PurchaseOrderChanged",
        "sandbox-inventory.UseCaptured",
        "sandbox-inventory.UseCorrected",
        "sandbox-inventory.ItemApproved",
        "sandbox-inventory.DockReceiptCaptured",
        "sandbox-inventory.DockReceiptReversed",
        "sandbox-inventory.SupplierReturnCaptured",
        "sandbox-inventory.ParCrossed",
        "sandbox-supplier.OrderAcknowledged",
        "sandbox-supplier.ShipmentSent",
        "sandbox-supplier.InvoiceIssued",
        "sandbox-supplier.ReturnAuthorised",
        "sandbox-supplier.UsageSheetSent",
    ]
    assert set(named) <= set(schemas)
    references = set(findall(r'"#/components/schemas/([^"]+)"', json.dumps(app.openapi())))
    assert references <= set(schemas)


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
        "/v1/events/{source}/{kind}/{id}",
        "/v1/transactions/{correlation_id}",
        "/healthz",
        "/readyz",
    }
    answers = document["paths"]["/v1/events/{source}"]["post"]["responses"]
    resources = document["paths"]["/v1/events/{source}/{kind}/{id}"]
    assert set(resources) == {"put", "post"}
    assert set(resources["put"]["responses"]) == set(resources["post"]["responses"]) == set(answers)
    assert set(answers) == {"200", "202", "401", "408", "409", "413", "422", "429", "503"}
    for status in ("429", "503"):
        assert "Retry-After" in answers[status]["headers"]
    refused = {
        answers[status]["content"]["application/json"]["schema"]["$ref"] for status in answers if int(status) >= 400
    }
    assert refused == {"#/components/schemas/Problem"}
    shown = document["paths"]["/v1/transactions/{correlation_id}"]["get"]["responses"]
    assert set(shown) == {"200", "401", "403", "404", "503"}
    assert "HTTPValidationError" not in json.dumps(document)
    assert httpx.get(f"{gateway.url}/docs").status_code == 404
