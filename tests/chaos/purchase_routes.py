"""The ways by which a patient's number comes into purchasing, each with a number that comes by no other."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx

from canonical.documents.work_item import Cause
from canonical.effect import EffectState
from canonical.identity import BASKET_PROCESS, RunName, order_number, order_run
from canonical.inbound import EventType
from canonical.memory import InboxState
from canonical.receiving.standing import lots_step
from suture.store.inbox import Waiting
from tests.chaos.patients import ROSA
from tests.chaos.routes import ROUTES, Route
from tests.support.house import eventually
from tests.support.observed import WITHIN, Observed

FOR_EVER = datetime.max.replace(tzinfo=UTC)
A_WEEK = timedelta(days=7)
LATE, ITS_SUPPLIER = "4719", "100007"
"""An item that a scheduled surgical case needs, and that comes late; and who sells it."""


async def case_of_a_usage_sheet(hospital: Observed, number: str) -> None:
    """The supplier's representative writes the number of the surgical case on the sheet, as he must."""
    await sheet(hospital, case=number, partner="alpen", lot="L4710A")


async def lot_of_a_usage_sheet(hospital: Observed, number: str) -> None:
    """A wristband was scanned in place of a label."""
    await sheet(hospital, case=ROSA.case, partner="braunfels", lot=number)


async def lot_of_a_receipt(hospital: Observed, number: str) -> None:
    """A wristband was scanned at the dock; the goods go on the shelf as a lot that nobody knows."""
    order, receipt = "P-WRIST", "GR-WRIST"
    names = {"PLANT": "1000", "VENDOR": "0000100006", "EXT_NO": order, "DOC_DATE": "20261120", "CURRENCY": "USD"}
    item = {"PO_ITEM": "00001", "MATERIAL": f"{4702:018d}", "QUANTITY": "2.000", "NET_PRICE": "44.74"}
    place = {"STGE_LOC": "OR01", "COST_CTR": "1000411000"}
    await hospital.vendors.erp.send("/mm/purchase_orders", {"HEADER": names, "ITEMS": [item | place]})
    came = {"orderLine": 1, "sku": "SKU-4702", "acceptedQty": 2.0, "lots": [{"lot": number, "qty": 2.0}]}
    await hospital.vendors.inventory.send(
        "/v2/dockReceipts",
        {
            "receiptNumber": receipt,
            "orderNumber": order,
            "facility": "northCampus",
            "location": "OR-1",
            "receivedAt": "2026-11-20T10:00:00-05:00",
            "lines": [came],
        },
    )

    async def on_the_shelf() -> bool | None:
        effects = await hospital.store.effects.of(workflow_ids=[order_run("NORTH", order).workflow_id])
        done = [one.intent.step for one in effects if one.state is EffectState.applied]
        return lots_step(receipt) in done or None

    await eventually(on_the_shelf, within=WITHIN)


async def case_that_needs_what_comes_late(hospital: Observed, number: str) -> None:
    """Inventory answers in clear which scheduled cases need goods that the supplier sends later than it had said."""
    inventory, sku = hospital.house.systems["inventory"], f"SKU-{LATE}"
    at: dict[str, Any] = {"facility": "northCampus", "location": "OR-1", "sku": sku}
    needs = {"case_number": number, "facility": "northCampus", "on": str(date.today() + A_WEEK), "needs": {sku: 2.0}}
    soon = {"do": "acknowledge", "after": 0, "terms": [{"line": 1, "days": 0}]}
    await hospital.vendors.supplier.control("plans", {"item": LATE, "steps": [soon]})
    headers = {"authorization": f"Bearer {inventory.control_token}"}
    async with httpx.AsyncClient(base_url=inventory.url, headers=headers, trust_env=False) as client:
        (await client.put("/_control/cases", json=needs)).raise_for_status()
        standing = (await client.put("/_control/par", json=at | {"par": 1})).raise_for_status().json()["standing"]
        everywhere = standing["available"] + sum(one["qty"] for one in standing["spare"])
        (await client.put("/_control/par", json=at | {"par": int(everywhere) + 2})).raise_for_status()
        (await client.post("/_control/consume", json=at | {"qty": 1.0})).raise_for_status()

    async def acknowledged() -> RunName | None:
        runs = await hospital.store.runs.find()
        closed = [RunName.parse(one.workflow_id) for one in runs if one.process == BASKET_PROCESS and one.closed]
        return next((basket for basket in closed if basket.number.startswith(ITS_SUPPLIER)), None)

    order = order_number(await eventually(acknowledged, within=WITHIN), 1)
    late = {"do": "acknowledge", "terms": [{"line": 1, "status": "date-changed", "days": 30}]}
    await hospital.vendors.supplier.control("steps", {"number": order, "step": late})

    async def named() -> bool | None:
        listed = await hospital.store.work_items.open_items()
        return any(one.item.cause is Cause.cases_at_risk for one in listed) or None

    await eventually(named, within=WITHIN)


async def sheet(hospital: Observed, *, case: str, partner: str, lot: str) -> None:
    """The supplier sends a usage sheet, and a run records it."""
    step = {"do": "sheet", "case": case, "terms": [{"part": "4710", "lots": [{"lot": lot}]}]}
    paper = (await hospital.vendors.supplier.control("steps", {"step": step, "partner": partner}))["paper"]
    await recorded(hospital, EventType.usage_sheet_sent, paper["paper"])


async def recorded(hospital: Observed, kind: EventType, subject: str) -> Waiting:
    """The event of this kind about this subject, once a run has recorded it."""

    async def look() -> Waiting | None:
        rows = await hospital.store.inbox.not_done(*InboxState, received_before=FOR_EVER)
        own = (one for one in rows if (one.envelope.type, one.envelope.subject) == (kind, subject))
        return next((one for one in own if one.state is InboxState.recorded), None)

    return await eventually(look, within=WITHIN)


OF_PURCHASING = (
    Route("case of a usage sheet", "CQ3YRVM7H5T", case_of_a_usage_sheet, kept=frozenset({"temporal.db"})),
    Route("lot of a usage sheet", "MRN2753275", lot_of_a_usage_sheet, kept=frozenset({"temporal.db"})),
    Route(
        "lot of a receipt", "MRN3642364", lot_of_a_receipt, kept=frozenset({"temporal.db", "inventory.db movements"})
    ),
    Route(
        "case that needs what comes late",
        "CQ5WTKN2J6R",
        case_that_needs_what_comes_late,
        kept=frozenset({"temporal.db"}),
        # Of the need, of the order, and two of its basket: the second one hears of the new date.
        runs=4,
    ),
)
EVERY_ROUTE = (*ROUTES, *OF_PURCHASING)
