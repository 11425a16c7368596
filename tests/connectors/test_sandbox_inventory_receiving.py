"""What the storeroom of the sandbox has beside the contract: lots, par standings, cases to come, and its news of the dock."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from canonical.documents.item import Ownership
from canonical.documents.receipt import GoodsReturn, Receipt, ReceiptReversal, ReceivedLot, Refused
from canonical.documents.replenishment import ParCrossed
from canonical.errors import BusinessRefusal
from canonical.inbound import EventType, Inbound
from canonical.kinds import Kind
from canonical.quantity import factor_between
from connectors.systems.sandbox_inventory.connector import SYSTEM, SandboxInventory
from tests.connectors.hearing import hear
from tests.connectors.stock import EXPIRES, ON, expected, lot, lots_in, lots_out, transfer
from tests.connectors.test_sandbox_inventory import build
from tests.sandbox.inventory_process import Inventory, Receiver, make_secret, receiving, running

NOT_CAPTURED = {"legal_entity": "HOSP", "source": "inventory", "received": datetime(2026, 11, 20, tzinfo=UTC)}


@pytest_asyncio.fixture(scope="module")
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving(make_secret()) as receiver:
        yield receiver


@pytest_asyncio.fixture(scope="module")
async def inventory(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> AsyncIterator[Inventory]:
    folder: Path = tmp_path_factory.mktemp("receiving")
    async with running(folder, hooks_url=receiver.url, secret=receiver.secret) as inventory:
        yield inventory


@pytest_asyncio.fixture
async def connector(inventory: Inventory, tmp_path: Path) -> AsyncIterator[SandboxInventory]:
    connector = build(inventory, tmp_path, token="caller")
    yield connector
    await inventory.control.delete("/_control/faults")
    await connector.close()


async def on_hand(connector: SandboxInventory, item: str, location: str = "OR-1", **by: str) -> Decimal:
    nothing = {"device_identifier": None, "lot": None, "serial": None}
    found = await connector.look_up(**{"facility": "NORTH", "location": location, "item": item} | nothing | by)
    assert found.lot is not None
    return found.lot.on_hand


async def standing(connector: SandboxInventory, item: str, location: str = "OR-1") -> Any:
    found = await connector.par(facility="NORTH", location=location, item=item)
    assert found is not None
    return found


async def test_lots_that_came_in_are_known_by_expiry_and_on_hand_until_they_are_taken_back(
    connector: SandboxInventory,
) -> None:
    book = connector.books()[Kind.lots_in]
    posted = await book.post(lots_in("4701", lot("LNEW1", 7), lot("LNEW2", 5)), wire_key="IN-LOTS")
    assert await on_hand(connector, "4701", lot="LNEW1") == 7
    assert await on_hand(connector, "4701", lot="LNEW2") == 5
    await book.take_back(posted.reference, on=ON, wire_key="IN-LOTS-BACK")
    assert await on_hand(connector, "4701", lot="LNEW1") == 0


async def test_goods_without_a_lot_come_in_only_where_none_is_needed(connector: SandboxInventory) -> None:
    book, unnamed = connector.books()[Kind.lots_in], ReceivedLot(expires=EXPIRES, quantity=Decimal(4))
    before = await on_hand(connector, "4703")
    posted = await book.post(lots_in("4703", unnamed), wire_key="IN-UNNAMED")
    assert await on_hand(connector, "4703") == before + 4
    await book.take_back(posted.reference, on=ON, wire_key="IN-UNNAMED-BACK")
    with pytest.raises(BusinessRefusal):
        await book.post(lots_in("4701", unnamed), wire_key="IN-UNNAMED-LOT")


async def test_goods_that_went_on_cannot_be_taken_back(connector: SandboxInventory) -> None:
    book = connector.books()[Kind.lots_in]
    posted = await book.post(lots_in("4701", lot("LGONE", 3)), wire_key="IN-GONE")
    await connector.books()[Kind.lots_out].post(lots_out("4701", lot("LGONE", 2)), wire_key="OUT-GONE")
    with pytest.raises(BusinessRefusal):
        await book.take_back(posted.reference, on=ON, wire_key="IN-GONE-BACK")
    [found] = await book.find(["IN-GONE"])
    assert found.stands
    assert await on_hand(connector, "4701", lot="LGONE") == 1


async def test_a_transfer_moves_what_expires_first_and_its_undo_brings_it_back(connector: SandboxInventory) -> None:
    here, there = await on_hand(connector, "4702"), await on_hand(connector, "4702", "CATH")
    posted = await connector.books()[Kind.transfer].post(transfer("4702", 3), wire_key="MOVE")
    assert (await on_hand(connector, "4702"), await on_hand(connector, "4702", "CATH")) == (here + 3, there - 3)
    await connector.books()[Kind.transfer].take_back(posted.reference, on=ON, wire_key="MOVE-BACK")
    assert (await on_hand(connector, "4702"), await on_hand(connector, "4702", "CATH")) == (here, there)


async def test_what_is_expected_of_an_order_is_replaced_reduced_by_what_comes_and_withdrawn(
    connector: SandboxInventory,
) -> None:
    books, item = connector.books(), "4707"
    assert (await standing(connector, item)).on_order == 0
    await books[Kind.expected].post(expected("PO-1", 30, item=item), wire_key="EXP-1")
    second = await books[Kind.expected].post(expected("PO-1", 20, item=item, revision=2), wire_key="EXP-2")
    assert (await standing(connector, item)).on_order == 20
    received = await books[Kind.lots_in].post(lots_in(item, quantity=5, order="PO-1"), wire_key="EXP-IN")
    assert (await standing(connector, item)).on_order == 15
    await books[Kind.lots_in].take_back(received.reference, on=ON, wire_key="EXP-IN-BACK")
    await books[Kind.expected].take_back(second.reference, on=ON, wire_key="EXP-2-BACK")
    assert (await standing(connector, item)).on_order == 30


async def test_a_standing_says_what_may_be_used_what_it_comes_in_and_who_can_spare_some(
    inventory: Inventory, connector: SandboxInventory
) -> None:
    here = await standing(connector, "4701")
    assert here.available < await on_hand(connector, "4701")
    assert (here.par, here.ownership, here.need) == (2, Ownership.owned, 0)
    assert factor_between("box", "each", here.factors, on=ON) == 5
    elsewhere = {each.location: each.quantity for each in here.spare}
    assert set(elsewhere) == {"OR-2", "CATH", "CABINET-9"}
    assert elsewhere["CATH"] == (await standing(connector, "4701", "CATH")).available - 2
    assert (await standing(connector, "4720")).ownership is Ownership.consigned
    for asked in ({"item": "4710"}, {"item": "4739"}, {"item": "4701", "location": "NOWHERE"}):
        assert await connector.par(**{"facility": "NORTH", "location": "OR-1"} | asked) is None


async def test_everything_below_par_is_listed(inventory: Inventory, connector: SandboxInventory) -> None:
    for location in ("OR-1", "OR-2"):
        at = {"facility": "northCampus", "location": location, "sku": "SKU-4711"}
        answer = await inventory.control.put("/_control/par", json=at | {"par": 500, "announced": False})
        assert answer.status_code == 200
    below = await connector.below_par(facility="NORTH")
    assert [(each.location, each.item) for each in below] == [("OR-1", "4711"), ("OR-2", "4711")]
    assert all(each.need == 500 - each.available for each in below)
    assert await connector.below_par(facility="SOUTH") == ()


async def test_surgical_cases_to_come_that_need_an_item_are_named_up_to_a_day(
    inventory: Inventory, connector: SandboxInventory
) -> None:
    today = datetime.fromisoformat((await inventory.control.get("/_control/clock")).json()["now"]).date()
    for number, days, needs in (("C-9", 9, {"SKU-4706": 2}), ("C-2", 2, {"OLD-4706": 1}), ("C-1", 1, {"SKU-4707": 1})):
        scheduled = {"case_number": number, "facility": "northCampus", "on": str(today + timedelta(days=days))}
        answer = await inventory.control.put("/_control/cases", json=scheduled | {"needs": needs})
        assert answer.status_code == 200, answer.text
    asked = {"facility": "NORTH", "item": "4706"}
    [case] = await connector.cases_needing(**asked, until=today + timedelta(days=8))
    assert (case.case_number, case.on, case.quantity) == ("C-2", today + timedelta(days=2), 1)
    assert len(await connector.cases_needing(**asked, until=today + timedelta(days=9))) == 2


async def news(receiver: Receiver, told: str, count: int = 1) -> list[Inbound]:
    """The events of a kind, as the engine understands them."""
    async with asyncio.timeout(10), receiver.arrived:
        await receiver.arrived.wait_for(
            lambda: sum(body["eventType"] == told for _, body in receiver.deliveries) >= count
        )
    return [hear(SYSTEM, body) for _, body in receiver.deliveries if body["eventType"] == told]


RECEIPT = {
    "receiptNumber": "DR-1",
    "orderNumber": "PO-7",
    "supplierNumber": "S-100",
    "packingSlip": "PS 44",
    "facility": "northCampus",
    "location": "OR-1",
    "receivedAt": "2026-11-20T23:30:00-05:00",
    "lines": [
        {
            "orderLine": 10,
            "sku": "SKU-4701",
            "unit": "box",
            "acceptedQty": 2,
            "refused": {"qty": 1, "reason": "shortDated"},
            "lots": [{"lot": "LDOCK", "expiresOn": "2029-05-01", "qty": 10}],
        },
        {"sku": "NO-SUCH", "acceptedQty": 0, "refused": {"qty": 3, "reason": "wrongItem"}},
    ],
}


async def test_a_captured_receipt_and_its_reversal_are_told_as_documents(
    inventory: Inventory, receiver: Receiver
) -> None:
    assert (await inventory.caller.post("/v2/dockReceipts", json=RECEIPT)).status_code == 201
    [told] = await news(receiver, "dockReceipt.captured")
    assert (told.type, told.facility, told.number) == (EventType.goods_received, "NORTH", "DR-1")
    receipt = Receipt.model_validate(told.data | NOT_CAPTURED | {"facility": told.facility, "number": told.number})
    assert (receipt.order, receipt.supplier, receipt.packing_slip) == ("PO-7", "S-100", "PS 44")
    assert (receipt.received_on, receipt.moves_stock) == (ON, True)
    first, second = receipt.lines
    assert (first.line, first.order_line, first.item, first.unit, first.unit_factor) == (1, 10, "4701", "box", 5)
    assert (first.accepted, first.refused, first.refused_for) == (2, 1, Refused.short_dated)
    assert first.lots == (ReceivedLot(lot="LDOCK", expires=EXPIRES, quantity=Decimal(10)),)
    assert (second.item, second.unit_factor, second.refused_for) == ("NO-SUCH", None, Refused.wrong_item)
    reversal = await inventory.caller.post("/v2/dockReceipts/DR-1/reversal", json={"reason": "counted twice"})
    assert reversal.status_code == 201
    [undone] = await news(receiver, "dockReceipt.reversed")
    assert (undone.type, undone.number) == (EventType.receipt_reversed, "DR-1")
    document = ReceiptReversal.model_validate(
        undone.data | NOT_CAPTURED | {"facility": undone.facility, "number": undone.number}
    )
    assert (document.order, document.reason) == ("PO-7", "counted twice")


async def test_a_captured_return_is_told_as_a_document(inventory: Inventory, receiver: Receiver) -> None:
    body = {name: RECEIPT[name] for name in ("orderNumber", "supplierNumber", "facility", "location")} | {
        "returnNumber": "RT-9",
        "receiptNumber": "DR-1",
        "reason": "recalled",
        "ownership": "consigned",
        "returnedAt": "2026-11-21T08:00:00-05:00",
        "lines": [{"sku": "SKU-4701", "qty": 4, "lots": [{"lot": "LDOCK", "qty": 4}]}],
    }
    assert (await inventory.caller.post("/v2/supplierReturns", json=body)).status_code == 201
    [told] = await news(receiver, "supplierReturn.captured")
    assert (told.type, told.number) == (EventType.goods_returned, "RT-9")
    back = GoodsReturn.model_validate(told.data | NOT_CAPTURED | {"facility": told.facility, "number": told.number})
    assert (back.receipt, back.returned_on, back.reason) == ("DR-1", date(2026, 11, 21), "recalled")
    assert back.ownership is Ownership.consigned
    assert (back.lines[0].accepted, back.lines[0].lots[0].lot) == (4, "LDOCK")


async def test_a_crossed_par_level_is_told_once(inventory: Inventory, receiver: Receiver) -> None:
    at = {"facility": "northCampus", "location": "OR-2", "sku": "SKU-4719"}
    before = (await inventory.control.put("/_control/par", json=at | {"par": 1})).json()["standing"]["available"]
    await inventory.control.put("/_control/par", json=at | {"par": before - 1})
    for qty in (1, 1, 1):
        assert (await inventory.control.post("/_control/consume", json=at | {"qty": qty})).status_code == 201
    outbox = (await inventory.control.get("/_control/hooks")).json()["outbox"]
    assert [each["type"] for each in outbox].count("par.crossed") == 1
    [told] = await news(receiver, "par.crossed")
    crossed = ParCrossed.model_validate(told.data | NOT_CAPTURED | {"facility": told.facility, "number": told.number})
    assert (told.type, crossed.location, crossed.item) == (EventType.par_crossed, "OR-2", "4719")
    movements = (await inventory.caller.get("/v2/movements", params={"movementId": told.number})).json()["data"]
    assert [each["sku"] for each in movements] == ["SKU-4719"]
