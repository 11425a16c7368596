"""The ways by which a patient's number comes in where none belongs, each with a number that comes by no other."""

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from suture.demo.labels import gs1, hibc
from tests.chaos.patients import ROSA
from tests.chaos.point_of_care import admit, key_of, told
from tests.support.observed import Observed
from tests.support.scan import Plant


@dataclass(frozen=True)
class Route:
    """One way in: what it is, the number that is planted there, and how it comes.

    `kept` is where the number is found with codec and tokeniser switched off; `dropped` where it is found in any case,
    because it comes no further than that: in what the vendor had sent. `runs` is how many it makes.
    """

    what: str
    number: str
    live: Callable[[Observed, str], Awaitable[None]]
    kept: frozenset[str] = frozenset()
    dropped: str = ""
    runs: int = 1

    @property
    def plant(self) -> Plant:
        """What the scan looks for."""
        return Plant.text(self.what, self.number)


async def lot_of_a_gs1_label(hospital: Observed, number: str) -> None:
    """No lot of that name is known: the use posts, and safety is asked."""
    await mislabelled(hospital, told("P-A", ROSA, barcode=gs1(4706, lot=number)))


async def serial_of_a_gs1_label(hospital: Observed, number: str) -> None:
    """Of an implant, which belongs to a patient anyway."""
    await mislabelled(hospital, told("P-B", ROSA, barcode=gs1(4708, serial=number), disposition="implanted"))


async def lot_of_a_hibc_label(hospital: Observed, number: str) -> None:
    """The label names its item by a number that the catalogue keeps as an alias."""
    inventory = hospital.house.home.folder / "systems" / "inventory.db"
    with closing(sqlite3.connect(inventory, timeout=10)) as catalogue, catalogue:
        catalogue.execute("INSERT INTO aliases VALUES ('A99947141', 'SKU-4714')")
    await mislabelled(hospital, told("P-C", ROSA, barcode=hibc(4714, lot=number), unit="each"))


async def mislabelled(hospital: Observed, use: dict[str, Any]) -> None:
    """A use of goods that nobody knows: safety is told, and the charge is held until somebody has looked."""
    number = use["useId"]
    await hospital.capture(use)
    told_of = (await hospital.asked(number, step="safety")).item
    assert told_of.safety
    await hospital.typed("work", "resolve", told_of.item_id, "--acknowledge")
    held = (await hospital.asked(number, step="charge")).item
    await hospital.typed("work", "resolve", held.item_id, "--retry")
    await hospital.closed(number)


async def refusal_of_billing(hospital: Observed, number: str) -> None:
    """The refusal quotes the name fields of the account, into which somebody has typed the number."""
    patient = replace(ROSA, mrn=number, account="A2673452765", case="CQ7ZXKW4N3P")
    await admit(hospital, patient)
    await hospital.vendors.billing.control("faults", struck(hospital, "P-D", "charge", "post_charge"))
    use = told("P-D", patient, sku="SKU-4706", lot="L4706A") | {"patient": ROSA.block}
    await refused(hospital, use, number, reason="asked them")


async def refusal_of_inventory(hospital: Observed, number: str) -> None:
    """The refusal says whom the goods are kept for."""
    fault = struck(hospital, "P-E", "stock", "book_movement") | {"text": f"kept for {number}"}
    await hospital.vendors.inventory.control("faults", fault)
    await refused(hospital, told("P-E", ROSA, sku="SKU-4707"), number, reason="asked them")


async def reason_that_a_person_types(hospital: Observed, number: str) -> None:
    """In spite of what the command line asks for."""
    await hospital.vendors.inventory.control("faults", struck(hospital, "P-F", "stock", "book_movement"))
    await refused(hospital, told("P-F", ROSA, sku="SKU-4707"), "rule of the store", reason=f"asked {number}")


async def refused(hospital: Observed, use: dict[str, Any], evidence: str, *, reason: str) -> None:
    """A use whose write is refused in such words, and tried again for that reason."""
    await hospital.capture(use)
    asked = (await hospital.asked(use["useId"])).item
    assert evidence in asked.evidence, "the vendor's own words are kept for whoever decides"
    await hospital.typed("work", "resolve", asked.item_id, "--retry", "--reason", reason)
    await hospital.closed(use["useId"])


async def rejection_in_the_batch(hospital: Observed, number: str) -> None:
    """Billing says with its webhook why it rejects the charge: its code is read, its words are not."""
    rejection = {"key_contains": key_of(hospital, "P-G", "charge"), "count": 1, "text": f"hold on {number}"}
    await hospital.vendors.billing.control("batch/rejections", rejection)
    await hospital.capture(told("P-G", ROSA, sku="SKU-4714", lot="L4714A"))
    asked = await hospital.asked("P-G")
    await hospital.typed("work", "resolve", asked.item.item_id, "--retry")
    await hospital.closed("P-G")


async def block_about_the_patient(hospital: Observed, number: str) -> None:
    """The vendor sends demographics along without being asked; nobody reads them."""
    await hospital.capture(told("P-H", ROSA, sku="SKU-4707") | {"patient": ROSA.block | {"mrn": number}})
    await hospital.closed("P-H")


def struck(hospital: Observed, number: str, step: str, operation: str) -> dict[str, Any]:
    """The refusal of the first write of a step."""
    return {"operation": operation, "kind": "refuse", "count": 1, "key_contains": key_of(hospital, number, step)}


_GOODS = frozenset({"temporal.db", "inventory.db movements", "erp.db JOURNAL_ITEM"})
_HISTORY = frozenset({"temporal.db"})

ROUTES = (
    Route("lot of a GS1 label", "MRN2345234", lot_of_a_gs1_label, kept=_GOODS),
    Route("serial of a GS1 label", "MRN3456345", serial_of_a_gs1_label, kept=_GOODS),
    Route("lot of a HIBC label", "MRN4567456", lot_of_a_hibc_label, kept=_GOODS),
    Route("refusal of billing", "MRN5672567", refusal_of_billing, kept=_HISTORY),
    Route("refusal of inventory", "MRN6723672", refusal_of_inventory, kept=_HISTORY),
    Route("reason that a person types", "MRN7234723", reason_that_a_person_types, kept=_HISTORY),
    Route("rejection in the batch", "MRN2467246", rejection_in_the_batch, dropped="billing.db hook"),
    Route("block about the patient", "MRN3572357", block_about_the_patient, dropped="inventory.db outbox"),
)
