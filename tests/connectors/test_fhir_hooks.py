"""Subscriptions of a real FHIR server come in at the gateway: its secret is presented, for HAPI cannot sign."""

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from canonical.inbound import EventType, InvalidEvent
from connectors.systems.fhir_billing.connector import SYSTEM
from tests.connectors.hearing import hear
from tests.support.fhir import FhirServer
from tests.support.gateway_process import GatewayProcess
from tests.support.house import eventually

TABLES = """
[systems.billing]
kind = "fhir-billing"
[systems.billing.settings]
base_url = "{url}"
token_file = "new.secret"
organizations = {{ NORTH = "Organization/north" }}

[sources.billing]
system = "billing"
secrets = ["new.secret"]
secret_header = "X-Hook-Secret"
"""


def encounter(number: str, **more: Any) -> dict[str, Any]:
    """A surgical case under a number."""
    return {
        "resourceType": "Encounter",
        "id": number,
        "identifier": [{"system": "urn:hospital:surgical-case", "value": number}],
        "status": "in-progress",
        "class": {"code": "IMP"},
        "serviceProvider": {"reference": "Organization/north"},
    } | more


OPENED = {"identifier": {"system": "urn:hospital:account", "value": "A1"}}
STORED = encounter("C-1", meta={"versionId": "3", "lastUpdated": "2026-11-22T10:00:00.000+00:00"})


@pytest_asyncio.fixture(scope="module")
async def gateway(fhir: FhirServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[GatewayProcess]:
    gateway = GatewayProcess(tmp_path_factory.mktemp("gateway"), more=TABLES.format(url=fhir.url))
    await gateway.start()
    yield gateway
    assert await gateway.stop() == 0


async def subscribed(fhir: FhirServer, http: httpx.AsyncClient, gateway: GatewayProcess, *, secret: str) -> str:
    """A subscription to every Encounter, once the server serves it."""
    channel = {
        "type": "rest-hook",
        "endpoint": f"{gateway.url}/v1/events/billing",
        "payload": "application/fhir+json",
        "header": [f"X-Hook-Secret: {secret}"],
    }
    asked = {"resourceType": "Subscription", "id": f"s{uuid4().hex[:8]}", "status": "requested", "reason": "test"}
    await fhir.put(http, asked | {"criteria": "Encounter?status=in-progress,planned,finished", "channel": channel})

    async def active() -> bool | None:
        told = (await http.get(f"/Subscription/{asked['id']}")).json()
        return True if told["status"] == "active" else None

    await eventually(active, within=90)
    return asked["id"]


async def test_a_case_that_changes_is_heard_once_for_each_version(fhir: FhirServer, gateway: GatewayProcess) -> None:
    number = f"C-{uuid4().hex[:8]}"
    secret = (gateway.folder / "new.secret").read_text().strip()
    async with fhir.client() as http:
        stranger = await subscribed(fhir, http, gateway, secret="whsec_" + "A" * 44)
        await fhir.put(http, encounter(f"{number}-1"))
        await eventually(lambda: _said(gateway, "401"), within=60)
        await http.delete(f"/Subscription/{stranger}")
        assert heard(gateway) == []

        subscription = await subscribed(fhir, http, gateway, secret=secret)
        for version, status in enumerate(("planned", "in-progress", "finished"), 1):
            await fhir.put(http, encounter(number, status=status))
            await eventually(lambda so_many=version: _heard(gateway, so_many), within=60)
        await http.delete(f"/Subscription/{subscription}")
    async with gateway.look() as store:
        events = [await store.inbox.find(source="billing", event_id=each) for each in heard(gateway)]
    told = [event.envelope for event in events if event is not None]
    assert [each.type for each in told] == ["case.changed"] * 3
    assert [each.data["case_status"] for each in told] == ["scheduled", "open", "closed"]
    assert not any(number in each.model_dump_json() for each in told)


def heard(gateway: GatewayProcess) -> list[str]:
    """The ids of the events in the inbox that came from billing, as they came."""
    with closing(sqlite3.connect(gateway.folder / "store.db")) as file:
        rows = file.execute("SELECT event_id FROM inbox WHERE source = 'billing' ORDER BY id").fetchall()
    return [row[0] for row in rows]


async def _heard(gateway: GatewayProcess, so_many: int) -> bool | None:
    return True if len(heard(gateway)) >= so_many else None


async def _said(gateway: GatewayProcess, word: str) -> bool | None:
    return True if word in gateway.child.tail(10_000) else None


async def test_a_resource_that_says_nothing_to_us_is_refused_by_its_element(gateway: GatewayProcess) -> None:
    secret = (gateway.folder / "new.secret").read_text().strip()
    wrong = json.dumps({**STORED, "identifier": [], "status": "finished"})
    async with httpx.AsyncClient(headers={"X-Hook-Secret": secret}) as http:
        place = f"{gateway.url}/v1/events/billing/Encounter/C-1"
        answers = [await http.put(place, content=body) for body in (wrong, "<Encounter/>", "{}")]
    assert [answer.status_code for answer in answers] == [422, 422, 422]
    assert [answer.json()["field"] for answer in answers] == ["identifier", "body", "resourceType"]


def test_an_account_is_told_while_the_case_goes_on_and_then_its_end() -> None:
    own = {"organizations": {"NORTH": "Organization/north"}}
    for status in ("planned", "in-progress"):
        opened = hear(SYSTEM, {**STORED, "status": status, "account": [OPENED]}, **own)
        assert (opened.type, opened.data) == (EventType.account_opened, {"surgical_case": "C-1", "account": "A1"})
    ended = hear(SYSTEM, {**STORED, "status": "finished", "account": [OPENED]}, **own)
    assert (ended.type, ended.data) == (EventType.case_changed, {"surgical_case": "C-1", "case_status": "closed"})
    trauma = hear(SYSTEM, STORED, **own)
    assert (trauma.type, trauma.data) == (EventType.case_changed, {"surgical_case": "C-1", "case_status": "open"})
    assert (trauma.id, trauma.facility, trauma.number) == ("Encounter|C-1|3", "NORTH", "C-1")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"resourceType": "Patient"}, "resourceType"),
        ({"status": "secret-value"}, "status"),
        ({"serviceProvider": {"reference": "Organization/secret-value"}}, "serviceProvider.reference"),
        ({"meta": {"versionId": "1", "lastUpdated": "secret-value"}}, "meta.lastUpdated"),
        ({"identifier": [{"system": "urn:hospital:surgical-case", "value": "secret value"}]}, "number"),
        ({"id": "../secret-value"}, "id"),
    ],
)
def test_what_cannot_be_read_is_named_and_never_quoted(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidEvent) as invalid:
        hear(SYSTEM, {**STORED, **changed}, organizations={"NORTH": "Organization/north"})
    assert invalid.value.field == field
    assert "secret" not in invalid.value.expected
