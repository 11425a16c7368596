"""What the Procurement port of the sandbox ERP has beside the contract: orders, contracts, budgets, what builds on what."""

# a little over the usual length: one port of one system, whose documents build on one another.

import json
from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from canonical.documents.basket_run import Part
from canonical.documents.item import Ownership
from canonical.documents.order import Acknowledged, ExactLot, Order, OrderChange, OrderType
from canonical.documents.posting import Relief
from canonical.errors import Audience, BusinessRefusal, PeriodClosed
from canonical.identity import wire_key
from canonical.inbound import EventType
from canonical.kinds import Kind
from canonical.replenishing.sourcing import equivalent
from connectors.systems.sandbox_erp.connector import SYSTEM, SandboxErp
from connectors.systems.sandbox_erp.settings import ErpSettings
from tests.connectors.hearing import hear
from tests.connectors.purchases import (
    DAY,
    change,
    goods_return,
    order,
    payable,
    receipt,
    reservation,
    voucher,
)
from tests.sandbox.erp_process import Erp, receiver, running

DECEMBER = date(2026, 12, 1)


@pytest.fixture(scope="module")
async def erp(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Erp]:
    async with running(tmp_path_factory.mktemp("erp")) as started:
        yield started


@pytest.fixture
async def connector(erp: Erp, tmp_path: Path) -> AsyncIterator[SandboxErp]:
    port = build(erp.url, tmp_path)
    yield port
    await port.close()
    await erp.control("DELETE", "faults")


def build(url: str, folder: Path, *, token: str = "erp-second", **more: Any) -> SandboxErp:
    (folder / "token").write_text(f"{token}\n")
    table = {"base_url": url, "token_file": str(folder / "token"), "timeout": "PT2S", **more}
    return SYSTEM.build("erp", ErpSettings.model_validate_json(json.dumps(table), strict=True), outgoing=dict)


async def test_an_order_comes_back_as_it_was_sent_with_every_field_that_the_erp_keeps(connector: SandboxErp) -> None:
    line = {
        "supplier_item": "03-4711",
        "description": "DRAPE PACK",
        "unit": "box",
        "base_factor": Decimal(10),
        "price_factor": Decimal(10),
        "contract": "K100003",
        "match": "order",
        "close_tolerance": Decimal("2.5"),
        "need_by": DECEMBER,
        "cancelled": Decimal(1),
        "lots": (ExactLot(lot="L-1", quantity=Decimal(2)), ExactLot(serial="S-1", quantity=Decimal(1))),
    }
    sent = order("PO/NORTH.000123", price="0.1234", per="100", line=line, freight_terms="added", tax_exempt=False)
    sent = sent.model_copy(update={"type": OrderType.confirming, "ship_to": "DOCK 1", "rush_reference": "R-77"})
    posted = await connector.books()[Kind.order].post(sent, wire_key=wire_key("whole"))
    found = await connector.order(facility="NORTH", number=sent.number)
    assert found is not None
    assert found.model_dump(exclude={"occurred", "recorded"}) == sent.model_dump(exclude={"occurred", "recorded"})
    assert await connector.order(facility="NORTH", number=posted.reference) == found
    assert await connector.order(facility="SOUTH", number=sent.number) == found
    assert await connector.order(facility="NORTH", number="PO-NONE") is None


async def test_a_change_counts_until_it_is_taken_back_and_an_order_that_was_received_stays(
    connector: SandboxErp,
) -> None:
    kept, number = connector.books(), "PO-CHANGED"
    placed = await kept[Kind.order].post(order(number), wire_key=wire_key(number))
    changed = await kept[Kind.order_change].post(change(number), wire_key=wire_key("change it"))
    assert await quantity(connector, number) == (2, Decimal(6))
    with pytest.raises(BusinessRefusal, match="another revision"):
        await kept[Kind.order_change].post(change(number, quantity="5"), wire_key=wire_key("stale"))
    again = await kept[Kind.order_change].post(change(number, quantity="8", version=3), wire_key=wire_key("again"))
    with pytest.raises(BusinessRefusal, match="changed again"):
        await kept[Kind.order_change].take_back(changed.reference, on=DAY, wire_key=wire_key("too early"))
    await kept[Kind.order_change].take_back(again.reference, on=DAY, wire_key=wire_key("newest"))
    assert await quantity(connector, number) == (2, Decimal(6))
    received = await kept[Kind.receipt].post(receipt(number), wire_key=wire_key("receive it"))
    with pytest.raises(BusinessRefusal, match="more was received") as caught:
        less = change(number, quantity="3", version=3)
        await kept[Kind.order_change].post(less, wire_key=wire_key("too little"))
    assert caught.value.audience is Audience.buyer
    with pytest.raises(BusinessRefusal, match="was received or invoiced"):
        await kept[Kind.order].take_back(placed.reference, on=DAY, wire_key=wire_key("cancel"))
    await kept[Kind.receipt].take_back(received.reference, on=DAY, wire_key=wire_key("unreceive"))
    await kept[Kind.order].take_back(placed.reference, on=DAY, wire_key=wire_key("cancel"))
    assert await quantity(connector, number) == (3, Decimal(0))


async def quantity(connector: SandboxErp, number: str) -> tuple[int, Decimal]:
    found = await connector.order(facility="NORTH", number=number)
    assert found is not None
    return found.version, found.lines[0].quantity - found.lines[0].cancelled


async def test_a_number_that_stands_already_is_refused_for_orders_and_invoices(connector: SandboxErp) -> None:
    kept, number = connector.books(), "PO-TWICE"
    await kept[Kind.order].post(order(number), wire_key=wire_key(number))
    with pytest.raises(BusinessRefusal, match="under this number already"):
        await kept[Kind.order].post(order(number), wire_key=wire_key("second order"))
    await kept[Kind.receipt].post(receipt(number), wire_key=wire_key("for both"))
    first = await kept[Kind.payable].post(payable("I-TWICE", of=number), wire_key=wire_key("first invoice"))
    with pytest.raises(BusinessRefusal, match="posted already") as caught:
        await kept[Kind.payable].post(payable("I-TWICE", of=number), wire_key=wire_key("second invoice"))
    assert caught.value.audience is Audience.payables
    await kept[Kind.payable].take_back(first.reference, on=DAY, wire_key=wire_key("not so"))
    await kept[Kind.payable].post(payable("I-TWICE", of=number), wire_key=wire_key("second invoice"))


async def test_a_voucher_goes_with_its_payable_and_is_parked_again_without_it(connector: SandboxErp) -> None:
    kept, number = connector.books(), "PO-VOUCHER"
    await kept[Kind.order].post(order(number), wire_key=wire_key(number))
    await kept[Kind.receipt].post(receipt(number), wire_key=wire_key(f"{number} came"))
    parked = await kept[Kind.voucher].post(voucher("I-V"), wire_key=wire_key("park"))
    approved = payable("I-V", of=number, parked=parked.reference)
    posted = await kept[Kind.payable].post(approved, wire_key=wire_key("approve"))
    with pytest.raises(BusinessRefusal, match="voucher is posted"):
        await kept[Kind.voucher].take_back(parked.reference, on=DAY, wire_key=wire_key("unpark"))
    await kept[Kind.payable].take_back(posted.reference, on=DAY, wire_key=wire_key("disapprove"))
    await kept[Kind.voucher].take_back(parked.reference, on=DAY, wire_key=wire_key("unpark"))


async def test_what_a_supplier_wrote_beside_its_lines_never_reaches_the_erp(connector: SandboxErp, erp: Erp) -> None:
    await connector.books()[Kind.voucher].post(voucher("I-PRIVATE"), wire_key=wire_key("private"))
    assert erp.rows("SELECT count(*) FROM PURCH_DOC WHERE CONTENT LIKE '%Jane%'") == [(0,)]


async def test_a_closed_period_is_told_apart_and_another_day_may_be_given(connector: SandboxErp, erp: Erp) -> None:
    await connector.books()[Kind.order].post(order("PO-CLOSED"), wire_key=wire_key("closed order"))
    november = {"COMP_CODE": "US01", "FISC_YEAR": "2026", "FIS_PERIOD": "011"}
    await erp.control("POST", "periods", **november, STAT="CLSD")
    kept, posting = connector.books()[Kind.receipt], receipt("PO-CLOSED")
    with pytest.raises(PeriodClosed):
        await kept.post(posting, wire_key=wire_key("closed"))
    later = posting.model_copy(update={"posted_on": DECEMBER})
    posted = await kept.post(later, wire_key=wire_key("open"))
    assert posted.posting_date == DECEMBER
    await erp.control("POST", "periods", **november, STAT="OPEN")


async def test_contracts_say_price_unit_tiers_sources_and_how_long_they_hold(connector: SandboxErp) -> None:
    tiered = await connector.contracts(facility="NORTH", item="4711")
    assert [(one.contract, one.rank) for one in tiered] == [("K100007", 1), ("K100007-2025", 1)]
    assert tiered[0].price_for(Decimal(50)).amount == Decimal("43.263")
    assert (tiered[1].last, tiered[0].holds_on(DAY), tiered[1].holds_on(DAY)) == (date(2025, 12, 31), True, False)
    (hundred,) = await connector.contracts(facility="NORTH", item="4707")
    assert hundred.price.per == Decimal(100)
    (backed,) = [one for one in await connector.contracts(facility="NORTH", item="4715") if one.contract.endswith("-B")]
    assert backed.first == date(2026, 7, 1)
    two = await connector.contracts(facility="NORTH", item="4706")
    assert [one.supplier for one in two] == ["100002", "100003"]
    (bill_only,) = await connector.contracts(facility="NORTH", item="4710")
    assert bill_only.ownership is Ownership.bill_only
    assert await connector.contracts(facility="NORTH", item="W" * 60) == ()


async def test_a_substitute_of_the_same_maker_is_taken_for_the_item_that_its_contract_names_and_no_other(
    connector: SandboxErp,
) -> None:
    def offered(item: str) -> Part:
        return Part(line=1, status=Acknowledged.substituted, quantity=Decimal(1), item=item)

    (line,) = order(line={"item": "4734"}).lines
    agreed = [
        one for item in ("4734", "4726", "4718") for one in await connector.contracts(facility="NORTH", item=item)
    ]
    assert {one.item: one.replaces for one in agreed} == {"4734": None, "4726": "4734", "4718": "4726"}
    assert equivalent(offered("4726"), line, agreed, supplier="100006", on=DAY)
    assert not equivalent(offered("4718"), line, agreed, supplier="100006", on=DAY)


async def test_a_budget_is_reserved_taken_over_by_an_order_and_free_once_it_is_cancelled(connector: SandboxErp) -> None:
    async def left() -> Decimal | None:
        return (await connector.budget(facility="SOUTH", cost_centre="4110", on=DAY)).available

    kept, before = connector.books(), await left()
    assert before is not None
    wanted = reservation("100.00").model_copy(update={"facility": "SOUTH"})
    held = await kept[Kind.reservation].post(wanted, wire_key=wire_key("hold"))
    assert await left() == before - 100
    service = {"item": None, "kind": "service", "match": "amount", "location": None}
    sent = order("PO-BUDGET", facility="SOUTH", quantity="7", line=service, reservations=(held.reference,))
    placed = await kept[Kind.order].post(sent, wire_key=wire_key("budget order"))
    assert await left() == before - Decimal("87.50")
    with pytest.raises(BusinessRefusal, match="taken over"):
        await kept[Kind.reservation].take_back(held.reference, on=DAY, wire_key=wire_key("unhold"))
    await kept[Kind.order].take_back(placed.reference, on=DAY, wire_key=wire_key("budget cancel"))
    assert await left() == before
    advisory = await connector.budget(facility="NORTH", cost_centre="4120", on=DAY)
    unchecked = await connector.budget(facility="NORTH", cost_centre="4130", on=DAY)
    assert (advisory.control, unchecked.control, unchecked.available) == ("advisory", "none", None)


async def test_what_an_order_took_over_of_a_budget_is_released_once_nothing_of_the_order_is_wanted(
    connector: SandboxErp,
) -> None:
    kept = connector.books()
    held = await kept[Kind.reservation].post(reservation("100.00"), wire_key=wire_key("hold emptied"))
    sent = order("PO-EMPTIED", reservations=(held.reference,))
    await kept[Kind.order].post(sent, wire_key=wire_key("emptied"))
    (line,) = sent.lines
    nothing = {"version": 2, "lines": (line.model_copy(update={"cancelled": line.quantity}),)}
    emptied = OrderChange(order=sent.model_copy(update=nothing), reason="refused by the supplier")
    await kept[Kind.order_change].post(emptied, wire_key=wire_key("empty"))
    await kept[Kind.reservation].take_back(held.reference, on=DAY, wire_key=wire_key("unhold emptied"))
    (found,) = await kept[Kind.reservation].find([wire_key("hold emptied")])
    assert not found.live


async def test_relief_is_at_receipt_or_at_invoice_as_the_posting_says(connector: SandboxErp, erp: Erp) -> None:
    async def committed(number: str) -> str:
        async with erp.client() as http:
            answer = await http.get("/mm/commitments", params={"PO_REF": number})
        return str(answer.json()["COMMITMENTS"][0]["OPEN_DC"])

    kept = connector.books()
    for relief, received, paid in ((Relief.at_receipt, "75.00", "75.00"), (Relief.at_invoice, "125.00", "75.00")):
        number = f"PO-{relief}"
        await kept[Kind.order].post(order(number), wire_key=wire_key(number))
        assert await committed(number) == "125.00"
        await kept[Kind.receipt].post(receipt(number, relief=relief), wire_key=wire_key(f"{number} r"))
        assert await committed(number) == received
        await kept[Kind.payable].post(payable(number, of=number, relief=relief), wire_key=wire_key(f"{number} p"))
        assert await committed(number) == paid


async def test_consigned_goods_go_back_without_value_and_leave_the_accrual_of_what_is_ours(
    connector: SandboxErp, erp: Erp
) -> None:
    async def accrued(number: str) -> list[tuple[str, str]]:
        async with erp.client() as http:
            answer = await http.get("/mm/received_not_invoiced", params={"COMP_CODE": "US01"})
        return [(one["QUANTITY"], one["AMOUNT_DC"]) for one in answer.json()["ITEMS"] if one["EXT_NO"] == number]

    kept, number = connector.books(), "PO-CONSIGNED"
    await kept[Kind.order].post(order(number), wire_key=wire_key(number))
    await kept[Kind.receipt].post(receipt(number), wire_key=wire_key(f"{number} ours"))
    theirs = receipt(number, quantity="2", ownership=Ownership.consigned)
    await kept[Kind.receipt].post(theirs, wire_key=wire_key(f"{number} theirs"))
    assert await accrued(number) == [("4.000", "50.00")]
    back = goods_return(number, quantity="2", ownership=Ownership.consigned)
    posted = await kept[Kind.goods_return].post(back, wire_key=wire_key(f"{number} back"))
    assert await accrued(number) == [("4.000", "50.00")]
    (found,) = await kept[Kind.goods_return].find([wire_key(f"{number} back")])
    assert (found.reference, found.quantity, found.amount) == (posted.reference, 2, 0)
    ours = goods_return(number, quantity="1")
    await kept[Kind.goods_return].post(ours, wire_key=wire_key(f"{number} ours back"))
    assert await accrued(number) == [("3.000", "37.50")]


async def test_an_order_is_told_however_it_was_made_changed_and_cancelled(tmp_path: Path) -> None:
    async with receiver() as box, running(tmp_path, hooks_url=box.url) as erp:
        connector = build(erp.url, tmp_path)
        kept = connector.books()
        ours = await kept[Kind.order].post(order(), wire_key=wire_key("told"))
        await kept[Kind.order_change].post(change(), wire_key=wire_key("told change"))
        await kept[Kind.order].take_back(ours.reference, on=DAY, wire_key=wire_key("told cancel"))
        bought = {"PLANT": "2000", "VENDOR": "0000100001", "DOC_DATE": "20261120", "CURRENCY": "USD"}
        item = {"PO_ITEM": "00010", "SHORT_TEXT": "REPAIR", "ITEM_CAT": "S", "QUANTITY": "1.000", "NET_PRICE": "80"}
        async with erp.client() as http:
            made = {"HEADER": bought, "ITEMS": [{**item, "COST_CTR": "2000411000"}]}
            theirs = (await http.post("/mm/purchase_orders", json=made)).json()["DOCUMENT"]["DOC_NO"]
        told = [hear(SYSTEM, one.event) for one in await box.wait_for(4)]
        await connector.close()
    assert [(one.type, one.facility, one.number) for one in told] == [
        (EventType.order_placed, "NORTH", "PO-1"),
        (EventType.order_changed, "NORTH", "PO-1"),
        (EventType.order_changed, "NORTH", "PO-1"),
        (EventType.order_placed, "SOUTH", theirs),
    ]
    assert [one.data["version"] for one in told] == [1, 2, 3, 1]
    assert [one.data["lines"][0]["quantity"] for one in told[:2]] == ["10.000", "6.000"]
    last = Order.model_validate({**told[2].data, "facility": "NORTH", "source": "erp"})
    assert (last.lines[0].cancelled, last.lines[0].closed, last.worth) == (Decimal(6), True, Decimal(0))
