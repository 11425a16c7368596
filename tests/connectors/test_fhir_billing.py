"""Billing on a real FHIR server: what stands there, what billing knows, and what is left alone once it was billed."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
import pytest_asyncio

from canonical.documents.charge import PriceBasis
from canonical.effect import Posted
from canonical.errors import BusinessRefusal, Rejected, Uncertain
from canonical.identity import wire_key
from canonical.money import Money
from connectors.protocols.fhir_json import Resource
from connectors.systems.fhir_billing import mapping
from connectors.systems.fhir_billing.client import FhirBillingClient
from connectors.systems.fhir_billing.connector import FhirBilling
from tests.connectors.contract.peers.fhir_billing import charge
from tests.connectors.fhir_desk import connected, invoice, keep, look, post
from tests.support.fhir import ACCOUNT, CASE, OTHER_ACCOUNT, OTHER_CASE, FhirServer, row


@pytest_asyncio.fixture(scope="session")
async def billing(fhir: FhirServer) -> AsyncIterator[FhirBilling]:
    connector = connected(fhir)
    yield connector
    await connector.close()


async def test_an_account_is_found_by_its_case_or_by_its_number(billing: FhirBilling) -> None:
    by_case = await billing.account(facility="NORTH", case_number=OTHER_CASE, account_number=None)
    by_number = await billing.account(facility="NORTH", case_number=OTHER_CASE, account_number=OTHER_ACCOUNT)
    assert by_case == by_number
    assert by_case.account_number == OTHER_ACCOUNT
    standing = by_case.standing
    assert (standing.case_status, standing.patient_class, standing.payer) == ("open", "inpatient", "medicare-a")
    assert not standing.billed


async def test_a_case_without_an_account_is_a_case_and_an_unknown_one_is_nothing(
    billing: FhirBilling, fhir: FhirServer
) -> None:
    number = f"C-{uuid4().hex[:8]}"
    identifier = [{"system": "urn:hospital:surgical-case", "value": number}]
    await keep(fhir, {"resourceType": "Encounter", "id": number, "identifier": identifier, "status": "finished"})
    trauma = await billing.account(facility="NORTH", case_number=number, account_number=None)
    assert (trauma.account_number, trauma.standing.case_status) == (None, "closed")
    nothing = await billing.account(facility="NORTH", case_number="C-0", account_number="A0")
    assert (nothing.account_number, nothing.standing.case_status) == (None, None)


async def test_the_master_answers_the_row_in_force_on_the_day(billing: FhirBilling) -> None:
    before, on = date(2025, 12, 31), date(2026, 1, 1)
    last_year = await billing.charge_code(facility="NORTH", item="4711", on=before)
    this_year = await billing.charge_code(facility="NORTH", item="4711", on=on)
    assert last_year is not None and this_year is not None
    assert (last_year.code, this_year.code) == ("27004711", "27004712")
    assert this_year.price == Money(amount=Decimal("134.22"), currency="USD")
    assert (this_year.version, this_year.hcpcs, this_year.revenue_code) == ("2026.1", "C1776", "0278")
    marked_up = await billing.charge_code(facility="NORTH", item="4701", on=on)
    assert marked_up is not None and (marked_up.basis, marked_up.price) == (PriceBasis.markup, None)
    assert await billing.charge_code(facility="NORTH", item="4711", on=date(2024, 1, 1)) is None
    assert await billing.charge_code(facility="NORTH", item="0000", on=on) is None


async def test_a_facilitys_own_row_goes_before_the_one_for_all_and_two_for_one_day_are_told(
    billing: FhirBilling, fhir: FhirServer
) -> None:
    item, on = uuid4().hex[:8], date(2026, 6, 1)
    here = [{"code": {"code": "venue"}, "valueReference": {"reference": "Organization/north"}}]
    per_base = [{"url": "urn:suture:units-per-base", "valueDecimal": 2.5}]
    await keep(fhir, row(f"{item}-all", item, f"1{item}", "2026-01-01"))
    await keep(fhir, row(f"{item}-own", item, f"2{item}", "2026-01-01", useContext=here, extension=per_base))
    own = await billing.charge_code(facility="NORTH", item=item, on=on)
    every = await billing.charge_code(facility="SOUTH", item=item, on=on)
    assert own is not None and (own.code, own.units_per_base) == (f"2{item}", Decimal("2.5"))
    assert every is not None and every.code == f"1{item}"
    await keep(fhir, row(f"{item}-two", item, f"3{item}", "2026-05-01"))
    with pytest.raises(Rejected, match="more than one row"):
        await billing.charge_code(facility="SOUTH", item=item, on=on)


async def test_a_charge_stands_there_as_fhir_says_it(billing: FhirBilling, fhir: FhirServer) -> None:
    key = wire_key(uuid4().hex)
    posted = await post(billing, key)
    held = await look(fhir, f"/ChargeItem/{posted.reference}")
    assert (held["status"], held["occurrenceDateTime"], held["enteredDate"]) == ("billable", "2026-11-20", "2026-11-21")
    assert held["account"] == [{"reference": "Account/acct1"}]
    assert (held["subject"], held["context"]) == ({"reference": "Patient/p1"}, {"reference": "Encounter/case1"})
    assert [coding["code"] for coding in held["code"]["coding"]] == ["27004701", "C1776", "0278"]
    assert held["extension"] == [{"url": "urn:suture:charge-modifier", "valueCode": "LT"}]
    [device] = held["contained"]
    assert (device["resourceType"], device["lotNumber"], device["serialNumber"]) == ("Device", "L-1", "S-1")
    assert held["productReference"] == {"reference": f"#{device['id']}"}
    assert posted.posting_date == date(2026, 11, 21)


async def test_a_charge_without_lot_and_serial_names_the_item(billing: FhirBilling, fhir: FhirServer) -> None:
    plain = charge(lot=None, serial=None, modifiers=(), hcpcs="", revenue_code="")
    posted = await post(billing, wire_key(uuid4().hex), plain)
    held = await look(fhir, f"/ChargeItem/{posted.reference}")
    assert "contained" not in held
    assert held["productCodeableConcept"] == {"coding": [{"system": "urn:hospital:item", "code": "4701"}]}


async def test_a_key_of_another_charge_is_refused_by_the_elements_that_differ(billing: FhirBilling) -> None:
    key = wire_key(uuid4().hex)
    await post(billing, key)
    with pytest.raises(BusinessRefusal, match=r"ChargeItem\.quantity\.value$"):
        await post(billing, key, charge(Decimal(3)))
    with pytest.raises(BusinessRefusal, match=r"ChargeItem\.account\[0\]\.reference$"):
        await post(billing, key, charge(account_number=OTHER_ACCOUNT, case_number=OTHER_CASE))


async def test_a_void_carries_its_key_and_two_at_once_are_one(billing: FhirBilling, fhir: FhirServer) -> None:
    posted = await post(billing, wire_key(uuid4().hex))
    undone = await asyncio.gather(
        billing.void_charge(posted.reference, wire_key="UNDO1"), billing.void_charge(posted.reference, wire_key="UNDO2")
    )
    assert undone[0] == undone[1]
    held = await look(fhir, f"/ChargeItem/{posted.reference}")
    assert held["status"] == "entered-in-error"
    undo = [each["value"] for each in held["identifier"] if each["system"] == "urn:suture:undo-key"]
    assert undo == [undone[0].reference]


async def test_a_charge_that_is_none_for_a_reason_is_not_billable_and_says_why(
    billing: FhirBilling, fhir: FhirServer
) -> None:
    key = wire_key(uuid4().hex)
    posted = await post(billing, key)
    void = await billing.void_charge(posted.reference, wire_key="UNDO", no_charge_reason="wasted goods")
    held = await look(fhir, f"/ChargeItem/{posted.reference}")
    assert (held["status"], held["note"]) == ("not-billable", [{"text": "wasted goods"}])
    assert void == Posted(reference="UNDO") == await billing.void_charge(posted.reference, wire_key="LATER")
    assert (await look(fhir, f"/ChargeItem/{posted.reference}"))["status"] == "not-billable"
    [found] = await billing.find_charges([key])
    assert not found.live
    with pytest.raises(BusinessRefusal, match="taken back"):
        await post(billing, key)


async def test_a_draft_of_an_invoice_holds_nothing_and_an_issued_one_leaves_the_charge_alone(
    billing: FhirBilling, fhir: FhirServer
) -> None:
    key = wire_key(uuid4().hex)
    posted = await post(billing, key)
    await invoice(fhir, posted.reference, status="draft")
    [found] = await billing.find_charges([key])
    assert not found.billed
    with pytest.raises(BusinessRefusal, match="not billed"):
        await billing.request_credit(posted.reference, wire_key="CREDIT")
    await invoice(fhir, posted.reference, status="issued")
    [found] = await billing.find_charges([key])
    assert (found.billed, found.live) == (True, True)
    with pytest.raises(BusinessRefusal, match="needs a credit"):
        await billing.void_charge(posted.reference, wire_key="VOID")
    assert (await look(fhir, f"/ChargeItem/{posted.reference}"))["status"] == "billable"
    standing = (await billing.account(facility="NORTH", case_number=CASE, account_number=ACCOUNT)).standing
    assert standing.billed


async def test_a_billed_charge_is_credited_once_by_a_task(billing: FhirBilling, fhir: FhirServer) -> None:
    key = wire_key(uuid4().hex)
    posted = await post(billing, key)
    held = await look(fhir, f"/ChargeItem/{posted.reference}")
    await keep(fhir, held | {"status": "billed"})
    again = await post(billing, key)
    assert again == posted
    asked = await billing.request_credit(posted.reference, wire_key=wire_key("credit" + key))
    assert await billing.request_credit(posted.reference, wire_key="ANOTHER") == asked
    [found] = await billing.find_charges([key])
    assert (found.billed, found.live) == (True, False)
    assert await billing.charge(posted.reference) == found
    tasks = await look(fhir, f"/Task?focus=ChargeItem/{posted.reference}")
    [task] = [entry["resource"] for entry in tasks["entry"]]
    assert (task["status"], task["code"]["coding"][0]["code"]) == ("requested", "credit-and-rebill")
    await keep(fhir, task | {"status": "rejected"})
    [found] = await billing.find_charges([key])
    assert (found.billed, found.live) == (True, True)


async def test_what_is_no_charge_of_ours_is_not_answered(billing: FhirBilling, fhir: FhirServer) -> None:
    await keep(fhir, {"resourceType": "ChargeItem", "id": "foreign", "status": "billable"})
    assert await billing.charge("foreign") is None


@pytest.fixture
def kept_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server has no place for all that is sent."""
    whole = mapping.charge_item
    monkeypatch.setattr(mapping, "charge_item", lambda *of, **more: {**whole(*of, **more), "lotNumber": "L-1"})


@pytest.mark.usefixtures("kept_in_part")
async def test_a_charge_that_the_server_keeps_in_part_goes_and_what_is_missing_is_told(billing: FhirBilling) -> None:
    key = wire_key(uuid4().hex)
    with pytest.raises(BusinessRefusal, match=r"did not keep ChargeItem\.lotNumber$"):
        await post(billing, key)
    [found] = await billing.find_charges([key])
    assert not found.live


@pytest.mark.usefixtures("kept_in_part")
async def test_a_charge_kept_in_part_that_cannot_be_taken_back_is_in_doubt_and_no_refusal(
    billing: FhirBilling, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def beaten(client: FhirBillingClient, resource: Resource) -> None:
        """Another writer was faster, each time."""

    monkeypatch.setattr(FhirBillingClient, "change", beaten)
    key = wire_key(uuid4().hex)
    with pytest.raises(Uncertain, match="the charge stands"):
        await post(billing, key)
    [found] = await billing.find_charges([key])
    assert found.live
