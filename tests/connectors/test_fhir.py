"""The FHIR protocol on a real server: what it promises, and what it silently does."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from canonical.errors import BusinessRefusal, Misread, NotPermitted, Rejected, Transient
from connectors.protocols.fhir import FhirClient, Stored, is_id, token
from connectors.protocols.fhir_json import dropped, encoded
from connectors.protocols.fhir_outcome import paths
from connectors.protocols.rest import RestClient
from tests.support.fhir import FhirServer

SYSTEM = "urn:test:key"


@pytest_asyncio.fixture(scope="session")
async def client(fhir: FhirServer) -> AsyncIterator[FhirClient]:
    rest = RestClient(system="fhir", base_url=fhir.url, token=fhir.token, timeout=timedelta(seconds=30))
    client = FhirClient(rest, base_url=fhir.url)
    yield client
    await client.close()


def task(key: str, **more: Any) -> dict[str, Any]:
    identifier = [{"system": SYSTEM, "value": key}]
    return {"resourceType": "Task", "identifier": identifier, "status": "draft", "intent": "order", **more}


def answered(body: Mapping[str, Any], status: int = 200) -> FhirClient:
    """A client of a server that has one answer."""
    transport = httpx.MockTransport(lambda _: httpx.Response(status, json=body))
    rest = RestClient(system="fhir", base_url="http://fhir.test/fhir", transport=transport)
    return FhirClient(rest, base_url="http://fhir.test/fhir")


async def test_a_key_creates_once_however_many_ask_at_once(client: FhirClient) -> None:
    key = uuid4().hex
    told = await asyncio.gather(
        *(client.create(task(key), key=(SYSTEM, key)) for _ in range(6)), return_exceptions=True
    )
    stored = [one for one in told if isinstance(one, Stored)]
    assert all(isinstance(one, Stored | Transient) for one in told)
    assert sum(one.created for one in stored) == 1
    again = await client.create(task(key), key=(SYSTEM, key))
    assert {one.resource["id"] for one in [*stored, again]} == {again.resource["id"]}
    assert not again.created
    assert len(await client.search("Task", [("identifier", token(SYSTEM, key))])) == 1


async def test_a_key_may_hold_any_character(client: FhirClient) -> None:
    for key in (f"{uuid4().hex} &=+%?#", f"{uuid4().hex}é大"):
        first = await client.create(task(key), key=(SYSTEM, key))
        again = await client.create(task(key), key=(SYSTEM, key))
        assert (first.created, again.created, again.resource["id"]) == (True, False, first.resource["id"])
        [found] = await client.search("Task", [("identifier", token(SYSTEM, key))])
        assert found["id"] == first.resource["id"]


async def test_only_the_version_that_was_read_is_changed(client: FhirClient) -> None:
    key = uuid4().hex
    made = (await client.create(task(key), key=(SYSTEM, key))).resource
    changed = await client.update({**made, "status": "requested"})
    assert changed is not None
    assert await client.update({**made, "status": "cancelled"}) is None
    assert await client.read("Task", made["id"]) == changed.resource


async def test_decimals_come_back_with_every_digit(client: FhirClient) -> None:
    for digits in ("0.1", "1.50", "99999999999999.9999", "0.000001", "3"):
        key = uuid4().hex
        sent = {
            "resourceType": "ChargeItem",
            "identifier": [{"system": SYSTEM, "value": key}],
            "status": "planned",
            "quantity": {"value": Decimal(digits)},
        }
        made = await client.create(sent, key=(SYSTEM, key))
        assert str(made.resource["quantity"]["value"]) == digits
        assert dropped(sent, made.resource) == ()
        changed = await client.update({**made.resource, "status": "billable"})
        assert changed is not None and changed.resource["quantity"]["value"] == Decimal(digits)


async def test_what_the_server_drops_is_named_by_its_path(client: FhirClient) -> None:
    key = uuid4().hex
    sent = task(key, nonsense=1, code={"text": "x", "coding": [{"system": "s", "kode": "y"}]})
    made = await client.create(sent, key=(SYSTEM, key))
    assert dropped(sent, made.resource) == ("Task.nonsense", "Task.code.coding[0].kode")


async def test_a_search_goes_through_all_its_pages_and_sees_what_was_written_a_moment_ago(client: FhirClient) -> None:
    about = uuid4().hex
    keys = [f"{about}-{number}" for number in range(25)]
    grouped = {"groupIdentifier": {"system": SYSTEM, "value": about}}
    asked = [("group-identifier", token(SYSTEM, about)), ("_count", "10")]
    assert await client.search("Task", asked) == ()
    for key in keys:
        await client.create(task(key, **grouped), key=(SYSTEM, key))
    found = await client.search("Task", asked)
    assert sorted(one["identifier"][0]["value"] for one in found) == sorted(keys)
    assert await client.count("Task", asked[:1]) == 25
    assert {one["id"] for one in await client.look_up("Task", asked[:1])} == {one["id"] for one in found}


async def test_what_is_not_there_is_none_and_what_is_not_known_is_refused(client: FhirClient) -> None:
    assert await client.read("Task", "99999999") is None
    assert await client.read("Task", "../Task") is None
    with pytest.raises(BusinessRefusal) as refused:
        await client.search("Task", [("no-such-parameter", "secret-value")])
    assert "secret-value" not in str(refused.value)


async def test_a_resource_that_cannot_be_read_is_refused_and_never_quoted(client: FhirClient) -> None:
    key = uuid4().hex
    with pytest.raises(Rejected) as refused:
        await client.create(task(key, authoredOn="secret-value"), key=(SYSTEM, key))
    assert "secret-value" not in str(refused.value)
    assert await client.search("Task", [("identifier", token(SYSTEM, key))]) == ()


async def test_an_unknown_token_is_not_permitted(fhir: FhirServer) -> None:
    stranger = FhirClient(RestClient(system="fhir", base_url=fhir.url, token="nobody"), base_url=fhir.url)
    with pytest.raises(NotPermitted):
        await stranger.capabilities()
    await stranger.close()


@pytest.mark.parametrize(
    "address",
    ["http://elsewhere.test/fhir?p=2", "https://fhir.test/fhir?p=2", "http://fhir.test/fhirx?p=2", "/fhir?p=2"],
)
async def test_no_page_is_read_at_another_address(address: str) -> None:
    page = {"resourceType": "Bundle", "link": [{"relation": "next", "url": address}]}
    with pytest.raises(Misread, match="another address"):
        await answered(page).search("Task", [])


async def test_a_look_up_that_is_full_or_goes_on_is_misread() -> None:
    entries = [{"resource": {"resourceType": "Task", "id": str(number)}} for number in range(500)]
    full = {"resourceType": "Bundle", "entry": entries}
    more = {"resourceType": "Bundle", "link": [{"relation": "next", "url": "http://fhir.test/fhir?p=2"}]}
    for body in (full, more):
        with pytest.raises(Misread, match="more answers"):
            await answered(body).look_up("Task", [])


@pytest.mark.parametrize("body", [{}, {"resourceType": "Patient"}, {"resourceType": "Bundle", "entry": [{}]}])
async def test_an_answer_that_is_no_bundle_is_misread(body: dict[str, Any]) -> None:
    with pytest.raises(Misread):
        await answered(body).search("Task", [])


async def test_a_condition_that_matches_several_is_refused() -> None:
    outcome = {"resourceType": "OperationOutcome", "issue": []}
    with pytest.raises(BusinessRefusal, match="several"):
        await answered(outcome, 412).create(task("k"), key=(SYSTEM, "k"))


def test_only_paths_are_taken_from_an_outcome() -> None:
    issues = [
        {"expression": ["ChargeItem.account[0].identifier", "Patient.name = 'Smith'"]},
        {"location": ["ChargeItem.code", "Line 1, Smith"]},
        {"expression": "ChargeItem"},
        7,
    ]
    assert paths({"issue": issues}) == ("ChargeItem.account[0].identifier", "ChargeItem.code")
    assert paths({"issue": "x"}) == paths([]) == paths(None) == ()


def test_json_is_written_as_json_with_the_digits_of_decimals() -> None:
    resource = {"a": Decimal("1E+3"), "b": [True, None, 'ö"', Decimal("0.10")], "c": {"d": 7}}
    assert encoded(resource).decode() == '{"a":1000,"b":[true,null,"ö\\"",0.10],"c":{"d":7}}'
    assert json.loads(encoded(resource))["c"] == {"d": 7}


def test_an_id_is_never_a_way_out_of_its_folder() -> None:
    assert [is_id(text) for text in ("12", "A-b.9", "..", ".", "", "a/b", "ü", "x" * 65)] == [True, True] + [False] * 6
