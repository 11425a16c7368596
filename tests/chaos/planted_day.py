"""A day on which patients' numbers and names come in by every way there is, most of them by mistake."""

import asyncio
import json
import sqlite3
from contextlib import closing
from time import time
from typing import Any

import httpx

from tests.chaos.patients import OTTO, PATIENTS, ROSA, Patient
from tests.chaos.point_of_care import admit, key_of, told
from tests.chaos.purchase_routes import EVERY_ROUTE
from tests.support.front_door import signed
from tests.support.house import eventually
from tests.support.observed import WITHIN, Observed
from tests.support.observed import signing_secret as secret_of

SERIAL = "SN4708001"
"""Of an implant: ERP and inventory hold it, but it tells of a patient, so nothing that people may see around them does."""


async def live_the_day(hospital: Observed) -> None:
    """All of it, each part waited for until it is settled."""
    await live_the_morning(hospital)
    await asyncio.gather(
        rejected_charge(hospital),
        wrong_patient(hospital),
        strange_number(hospital),
        refused_events(hospital),
    )
    await from_the_command_line(hospital)


async def live_the_morning(hospital: Observed) -> None:
    """What brings every plant as far as it gets."""
    for patient in PATIENTS:
        await admit(hospital, patient)
    await asyncio.gather(
        straight_through(hospital),
        wristband_in_place_of_a_label(hospital),
        refused_charge(hospital, told("P-5", ROSA, sku="SKU-4706", lot="L4706A"), ROSA),
        refused_charge(hospital, told("P-0", OTTO, sku="SKU-4702", lot="L4702A"), OTTO),
        *(route.live(hospital, route.number) for route in EVERY_ROUTE),
    )


async def straight_through(hospital: Observed) -> None:
    """The vendor sends demographics along; the serial of an implant goes where it must."""
    await hospital.capture(told("P-1", ROSA, sku="SKU-4708", serial=SERIAL, disposition="implanted"))
    await hospital.closed("P-1")


async def wristband_in_place_of_a_label(hospital: Observed) -> None:
    """A patient's number where a lot or serial should be, on goods that have none and on goods that have."""
    await hospital.capture(told("P-2", ROSA, sku="SKU-4707", lot=ROSA.mrn, serial=ROSA.account))
    await hospital.capture(told("P-3", ROSA, sku="SKU-4738", lot="L4738A", unit="each", barcode=ROSA.mrn))
    await hospital.capture(told("P-4", OTTO, sku="SKU-4722", lot=OTTO.mrn))
    await hospital.closed("P-2")
    await hospital.closed("P-3")
    # No lot of that name is known: the use posts, and safety is asked.
    assert (await hospital.asked("P-4")).item.safety


async def refused_charge(hospital: Observed, use: dict[str, Any], patient: Patient) -> None:
    """Billing refuses in words that name the patient; a person types the account again, and says too much."""
    number = use["useId"]
    fault = {
        "operation": "post_charge",
        "kind": "refuse",
        "count": 1,
        "key_contains": key_of(hospital, number, "charge"),
    }
    await hospital.vendors.billing.control("faults", fault)
    await hospital.capture(use)
    asked = await hospital.asked(number)
    assert patient.account in asked.item.evidence, "the vendor's own words are kept for whoever decides"
    decided = ("--correct", f"account={patient.account}", "--reason", f"asked {patient.described}")
    await hospital.typed("work", "resolve", asked.item.item_id, *decided)
    await hospital.closed(number)


async def rejected_charge(hospital: Observed) -> None:
    """The batch rejects later, in words that name the patient."""
    rejection = {"key_contains": key_of(hospital, "P-6", "charge"), "count": 1, "text": f"hold on {OTTO.described}"}
    await hospital.vendors.billing.control("batch/rejections", rejection)
    await hospital.capture(told("P-6", OTTO, sku="SKU-4714", lot="L4714A"))
    asked = await hospital.asked("P-6")
    await hospital.typed("work", "resolve", asked.item.item_id, "--retry")
    await hospital.closed("P-6")


async def wrong_patient(hospital: Observed) -> None:
    """A use moves from one patient to the other."""
    await hospital.capture(told("P-7", OTTO, sku="SKU-4734", lot="L4734A"))
    await hospital.closed("P-7")
    right = {name: told("P-7", ROSA)[name] for name in ("surgicalCaseNumber", "encounterNumber", "patient")}
    correction = {"kind": "wrongPatient", "replacement": right}
    await hospital.vendors.inventory.send("/v2/uses/P-7/corrections", correction)
    assert (await hospital.closed("P-7", ordinal=2)).outcome == "corrected"


async def strange_number(hospital: Observed) -> None:
    """The number of the use is itself made of a patient's: it names the run, so it goes by a keyed hash."""
    number = f"{ROSA.account}^{ROSA.mrn}^{ROSA.born:%Y%m%d}"
    await hospital.capture(told(number, ROSA, sku="SKU-4723"))
    await hospital.closed(hospital.store.vault.token("id", number).token)


async def refused_events(hospital: Observed) -> None:
    """Events and calls that are refused, and may leave no trace of what they held."""
    wristbands = (ROSA.mrn, f"(8018){ROSA.born:%Y%m%d}0000000000", f"{ROSA.last}^{ROSA.first}")
    for place, barcode in enumerate(wristbands):
        await hospital.capture(told(f"P-8{place}", ROSA, barcode=barcode))
    await hospital.capture(told("P-89", ROSA, sku="SKU-4702", serial=f"{ROSA.last}, {ROSA.first}"))

    async def parked() -> int | None:
        inventory = hospital.house.home.folder / "systems" / "inventory.db"
        with closing(sqlite3.connect(f"file:{inventory}?mode=ro", uri=True, timeout=10)) as outbox:
            ((count,),) = outbox.execute("SELECT count(*) FROM outbox WHERE state = 'failed' AND answered = 422")
        return count if count == len(wristbands) + 1 else None

    await eventually(parked, within=WITHIN)
    gateway, secret = hospital.house.gateway_url, secret_of(hospital, "inventory")
    body = {"eventId": "e", "eventType": "use.captured", "emittedAt": "x", ROSA.last: 1, "data": told("P-8", ROSA)}
    moved = body | {"emittedAt": "2026-11-20T12:00:00+00:00", "data": told("P-8", ROSA) | {"location": ROSA.described}}
    elsewhere = moved | {"data": told("P-8", ROSA) | {"facility": ROSA.described, "version": 1}}
    async with httpx.AsyncClient(base_url=gateway, timeout=30, trust_env=False) as client:
        for place, wrong in enumerate((body, moved, elsewhere)):
            raw = json.dumps(wrong).encode()
            for signature in (secret, b"of somebody else"):
                headers = signed(raw, secret=signature, event_id=f"wrong-{place}", at=time())
                answer = await client.post("/v1/events/inventory", content=raw, headers=headers)
                assert answer.status_code == (422 if signature is secret else 401), answer.text
                hospital.answered += answer.content
        for path in (f"/patients/{ROSA.last}/{ROSA.mrn}?name={ROSA.first}", f"/v1/transactions/{ROSA.case}"):
            hospital.answered += (await client.get(path)).content
        hospital.answered += (await client.post(f"/v1/events/{ROSA.case}", content=b"{}")).content


async def from_the_command_line(hospital: Observed) -> None:
    """A use from a file, files that are refused, and what the commands show afterwards."""
    document = {
        "facility": "NORTH",
        "number": "P-9",
        "occurred": "2026-11-20T15:00:00Z",
        "act": "act-P-9",
        "surgical_case": OTTO.case,
        "account": OTTO.account,
        "location": "OR-1",
        "performing_cost_centre": "4110",
        "charged_cost_centre": "4110",
        "item": "4703",
        "quantity": "1",
        "unit": "each",
        "disposition": "consumed",
    }
    await asyncio.gather(
        start(hospital, document),
        start(hospital, document | {"number": "P-90", OTTO.last: OTTO.first}, accepted=False),
        start(hospital, document | {"number": "P-91", "lot": f"{OTTO.last}, {OTTO.first}"}, accepted=False),
        start(hospital, document | {"number": "P-92", "facility": OTTO.described}, accepted=False),
        hospital.typed("cancel", hospital.name("P-4").business_key),
    )
    await asyncio.gather(hospital.closed("P-9"), hospital.closed("P-4"))
    await asyncio.gather(
        hospital.typed("show", hospital.name("P-5").business_key),
        hospital.typed("show", hospital.name("P-7").business_key, "--json"),
        hospital.typed("work", "list", "--json"),
        hospital.typed("list", "--json"),
    )


async def start(hospital: Observed, document: dict[str, Any], *, accepted: bool = True) -> None:
    """Hand in a use by the command line."""
    file = hospital.house.home.folder.parent / f"{document['number']}.json"
    file.write_text(json.dumps(document))
    words = ("start", "usage-to-charge", "--file", str(file), "--source", "inventory")
    await hospital.typed(*words, code=0 if accepted else 2)
