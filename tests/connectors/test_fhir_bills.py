"""What a FHIR server knows of a charge that was billed: its invoice, its claims, and what payers answered."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from canonical.documents.claim import Adjudication, Bill, Claim, Invoiced, PayerAnswer
from canonical.errors import Misread
from canonical.identity import wire_key
from connectors.systems.fhir_billing.connector import FhirBilling
from tests.connectors.contract.peers.fhir_billing import charge
from tests.connectors.fhir_desk import connected, invoice, keep, look, post
from tests.support.fhir import FhirServer


@pytest_asyncio.fixture(scope="session")
async def billing(fhir: FhirServer) -> AsyncIterator[FhirBilling]:
    connector = connected(fhir)
    yield connector
    await connector.close()


def claim_line(sequence: int, code: str, day: str, case: str = "case1") -> dict[str, Any]:
    return {
        "sequence": sequence,
        "productOrService": {"coding": [{"system": "urn:hospital:charge-master", "code": code}]},
        "servicedDate": day,
        "encounter": [{"reference": f"Encounter/{case}"}],
    }


async def claim(fhir: FhirServer, id: str, *lines: dict[str, Any], **more: Any) -> None:
    resource = {
        "resourceType": "Claim",
        "id": id,
        "identifier": [{"system": "urn:hospital:claim", "value": f"number-{id}"}],
        "status": "active",
        "use": "claim",
        "created": "2026-11-22",
        "patient": {"reference": "Patient/p1"},
        "item": list(lines),
    }
    await keep(fhir, resource | more)


async def answer(fhir: FhirServer, id: str, of: str, **more: Any) -> None:
    resource = {
        "resourceType": "ClaimResponse",
        "id": id,
        "status": "active",
        "use": "claim",
        "created": "2026-11-25",
        "patient": {"reference": "Patient/p1"},
        "request": {"reference": f"Claim/{of}"},
        "outcome": "complete",
    }
    await keep(fhir, resource | more)


def adjudication(category: str, value: float | None = None, *reasons: str) -> dict[str, Any]:
    amount = {} if value is None else {"amount": {"value": value, "currency": "USD"}}
    why = {"reason": {"coding": [{"code": each} for each in reasons]}} if reasons else {}
    return {"category": {"coding": [{"code": category}]}} | amount | why


@pytest.fixture
async def billed(billing: FhirBilling, fhir: FhirServer) -> str:
    """A charge of a day of its own on an issued invoice; its reference is the name of all that is about it."""
    day = date(2026, 1, 1) + timedelta(days=uuid4().int % 300)
    posted = await post(billing, wire_key(uuid4().hex), charge(service_date=day.isoformat()))
    await invoice(fhir, posted.reference, status="issued")
    return posted.reference


async def day_of(fhir: FhirServer, reference: str) -> str:
    return str((await look(fhir, f"/ChargeItem/{reference}"))["occurrenceDateTime"])


async def test_a_billed_charge_tells_its_invoice_its_claims_and_what_payers_answered(
    billing: FhirBilling, fhir: FhirServer, billed: str
) -> None:
    day = await day_of(fhir, billed)
    await claim(fhir, f"c-{billed}", claim_line(1, "other", day), claim_line(2, "27004701", day))
    await claim(fhir, f"d-{billed}", claim_line(1, "27004701", day), status="cancelled")
    await claim(fhir, f"o-{billed}", claim_line(1, "27004701", "2020-01-01"))
    mine = [adjudication("submitted", 268.4401), adjudication("benefit", 0, "16", "N130")]
    await answer(
        fhir,
        f"r-{billed}",
        f"c-{billed}",
        disposition="not covered",
        item=[
            {"itemSequence": 1, "adjudication": [adjudication("benefit", 7, "45")]},
            {"itemSequence": 2, "adjudication": mine},
        ],
    )
    error = [{"code": {"coding": [{"code": "a002"}]}}]
    await answer(fhir, f"s-{billed}", f"c-{billed}", created="2026-11-26", outcome="error", error=error)
    bill = await billing.bill(billed)
    assert bill == Bill(
        invoices=(Invoiced(number=f"inv-{billed}", status="issued"),),
        claims=(
            Claim(
                number=f"number-c-{billed}",
                status="active",
                answers=(
                    PayerAnswer(
                        outcome="complete",
                        disposition="not covered",
                        adjudicated=(
                            Adjudication(category="submitted", amount=Decimal("268.4401"), currency="USD"),
                            Adjudication(category="benefit", amount=Decimal(0), currency="USD", reasons=("16", "N130")),
                        ),
                        denials=("16", "N130"),
                    ),
                    PayerAnswer(outcome="error", denials=("a002",)),
                ),
            ),
        ),
    )
    await billing.request_credit(billed, wire_key=wire_key("credit" + billed))
    tasks = await look(fhir, f"/Task?focus=ChargeItem/{billed}")
    [task] = [entry["resource"] for entry in tasks["entry"]]
    assert {each["valueReference"]["reference"] for each in task["input"]} == {
        *(f"Invoice/inv-{billed}", f"Claim/c-{billed}", f"Claim/d-{billed}"),
        *(f"ClaimResponse/r-{billed}", f"ClaimResponse/s-{billed}"),
    }


async def test_more_answers_than_a_page_has_are_all_read(billing: FhirBilling, fhir: FhirServer, billed: str) -> None:
    await claim(fhir, f"c-{billed}", claim_line(1, "27004701", await day_of(fhir, billed)))
    for number in range(105):
        await answer(fhir, f"r{number}-{billed}", f"c-{billed}", disposition=f"number {number}")
    bill = await billing.bill(billed)
    assert bill is not None
    told = {each.disposition for each in bill.claims[0].answers}
    assert told == {f"number {number}" for number in range(105)}


@pytest.mark.parametrize(
    ("broken", "path"),
    [
        ({"category": {"text": "paid"}}, r"ClaimResponse\.item\[0\]\.adjudication\[0\]\.category"),
        (adjudication("benefit") | {"amount": {"currency": "USD"}}, r"adjudication\[0\]\.amount\.value"),
        (adjudication("benefit") | {"amount": {"value": 1}}, r"adjudication\[0\]\.amount\.currency"),
    ],
)
async def test_what_of_an_answer_cannot_be_read_is_named_by_its_path(
    billing: FhirBilling, fhir: FhirServer, billed: str, broken: dict[str, Any], path: str
) -> None:
    await claim(fhir, f"c-{billed}", claim_line(1, "27004701", await day_of(fhir, billed)))
    item = [{"itemSequence": 1, "adjudication": [broken]}]
    await answer(fhir, f"r-{billed}", f"c-{billed}", item=item)
    with pytest.raises(Misread, match=path):
        await billing.bill(billed)
