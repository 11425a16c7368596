"""What the papers of the order desk become: acknowledgements, ship notices, invoices, authorisations, usage sheets."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from canonical.documents.contract import UnitPrice
from canonical.documents.invoice import Invoice
from canonical.documents.order import Acknowledged, Acknowledgement
from canonical.documents.posting import LotEntry, Replacement, ReturnRequest
from canonical.documents.receipt import GoodsReturn, ShipNotice
from canonical.documents.replenishment import UsageSheet
from canonical.inbound import EventType
from canonical.kinds import Kind
from connectors.systems.sandbox_supplier.connector import SandboxSupplier
from tests.connectors.desk import completed, goods_return, happens, order
from tests.sandbox.supplier_process import Desk


@pytest.mark.parametrize("status", list(Acknowledged))
async def test_every_status_of_a_line_is_translated(
    supplier: Desk, order_desk: SandboxSupplier, status: Acknowledged
) -> None:
    number = f"ACK-{status}"
    await order_desk.books()[Kind.sent_order].post(order(number), wire_key=number)
    term = {"status": status, "line": 9 if status is Acknowledged.not_on_order else 1, "reason": "so"}
    more: dict[Acknowledged, dict[str, Any]] = {
        Acknowledged.quantity_changed: {"quantity": "3"},
        Acknowledged.price_changed: {"markup": "1.1"},
        Acknowledged.date_changed: {"days": 5},
        Acknowledged.back_ordered: {"share": "0.5", "days": 30},
        Acknowledged.split_up: {"quantity": "1"},
        Acknowledged.substituted: {"part": "4702"},
    }
    inbound = await happens(supplier, {"do": "acknowledge", "terms": [term | more.get(status, {})]}, number)
    [line] = Acknowledgement.model_validate(completed(inbound)).lines
    assert (line.status, line.reason, line.line) == (status, "so", term["line"])
    match status:
        case Acknowledged.quantity_changed:
            assert line.quantity == 3
        case Acknowledged.price_changed:
            assert line.price == UnitPrice(amount=Decimal(275), currency="USD", per=Decimal(10))
        case Acknowledged.date_changed:
            assert line.on == date(2026, 12, 6)
        case Acknowledged.back_ordered:
            assert (line.quantity, line.on) == (2, date(2026, 12, 31))
        case Acknowledged.substituted:
            assert (line.item, line.supplier_item) == ("4702", "03-4702")
        case Acknowledged.date_pending | Acknowledged.on_hold | Acknowledged.rejected | Acknowledged.deleted:
            assert line.on is None
        case Acknowledged.accepted:
            assert (line.quantity, line.on, line.item) == (4, date(2026, 12, 1), "4701")


async def test_a_ship_notice_carries_lots_serials_and_expiry(supplier: Desk, order_desk: SandboxSupplier) -> None:
    await order_desk.books()[Kind.sent_order].post(order("ASN"), wire_key="ASN")
    inbound = await happens(supplier, {"do": "ship", "days": 3}, "ASN")
    assert inbound.type is EventType.goods_shipped
    notice = ShipNotice.model_validate(completed(inbound))
    assert (notice.order, notice.supplier, notice.expected_on) == ("ASN", "100003", date(2026, 12, 4))
    boxes, singles = notice.lines
    assert (boxes.order_line, boxes.accepted, boxes.unit, boxes.unit_factor) == (1, 4, "box", 5)
    assert [lot.quantity for lot in boxes.lots] == [20]
    assert all(lot.lot and lot.expires and lot.serial is None for lot in boxes.lots)
    assert [lot.quantity for lot in singles.lots] == [1, 1]
    assert len({lot.serial for lot in singles.lots}) == 2


async def test_a_ship_notice_of_a_replacement_names_the_request_and_no_order(
    supplier: Desk, order_desk: SandboxSupplier
) -> None:
    lines = (LotEntry(item="4701", quantity=Decimal(20)),)
    asked = Replacement(facility="NORTH", supplier="100003", number="RQ-9", location="OR-1", lines=lines)
    await order_desk.books()[Kind.replacement].post(asked, wire_key="RQ-9")
    inbound = await happens(supplier, {"do": "ship"}, "RQ-9", message="replacements")
    notice = ShipNotice.model_validate(completed(inbound))
    assert (notice.order, notice.request) == (None, "RQ-9")


async def test_invoices_credits_and_corrected_invoices_are_translated(
    supplier: Desk, order_desk: SandboxSupplier
) -> None:
    await order_desk.books()[Kind.sent_order].post(order("INV"), wire_key="INV")
    extras = {"freight": "12.50", "tax": "7.00"}
    wrong = {"do": "invoice", "number": "inv 0012/A", "extras": extras, "terms": [{"markup": "1.2"}], "discount": "2"}
    inbound = await happens(supplier, wrong, "INV")
    assert (inbound.type, inbound.number) == (EventType.invoice_presented, "inv-0012/A")
    invoice = Invoice.model_validate(completed(inbound))
    assert (invoice.normalised, invoice.orders, invoice.channel) == ("INV12A", ("INV",), "edi")
    assert [line.kind for line in invoice.lines] == ["goods", "goods", "freight", "tax"]
    assert (invoice.total, invoice.lines[0].amount) == (Decimal("1219.50"), Decimal("600.00"))
    assert invoice.lines[0].price == UnitPrice(amount=Decimal(300), currency="USD", per=Decimal(10))
    assert (invoice.discount, invoice.due_on) == (2, invoice.invoiced_on + timedelta(days=30))
    credit = Invoice.model_validate(completed(await happens(supplier, {"do": "invoice", "type": "credit"}, "INV")))
    assert (credit.type, credit.corrects, credit.total) == ("credit", "inv-0012/A", Decimal("1200.00"))
    step = {"do": "invoice", "type": "corrected", "corrects": "inv 0012/A"}
    corrected = Invoice.model_validate(completed(await happens(supplier, step, "INV")))
    assert (corrected.type, corrected.corrects, corrected.total) == ("corrected", "inv-0012/A", Decimal("1000.00"))


@pytest.mark.parametrize("granted", [True, False])
async def test_a_return_comes_back_with_its_authorisation_or_without(
    supplier: Desk, order_desk: SandboxSupplier, granted: bool
) -> None:
    sent = goods_return(f"RET-{granted}")
    await order_desk.books()[Kind.return_request].post(ReturnRequest(goods_return=sent), wire_key=sent.number)
    step = {"do": "authorise", "granted": granted, "reason": "" if granted else "past its return date"}
    inbound = await happens(supplier, step, sent.number, message="returns")
    assert (inbound.type, inbound.number) == (EventType.return_authorised, sent.number)
    answered = GoodsReturn.model_validate(completed(inbound))
    assert bool(answered.authorisation) is granted
    assert answered.reason == ("damaged" if granted else "past its return date")
    own = {"authorisation", "reason", "source", "occurred", "recorded"}
    assert answered.model_dump(exclude=own) == sent.model_dump(exclude=own)


async def test_a_usage_sheet_names_the_case_in_clear_where_the_door_tokenises_it(supplier: Desk) -> None:
    step = {
        "do": "sheet",
        "case": "SC-2031",
        "terms": [{"part": "4710", "lots": [{"lot": "K7", "quantity": "2"}]}, {"part": "4720", "quantity": "1"}],
    }
    inbound = await happens(supplier, step, None, partner="alpen", account="70020")
    assert (inbound.type, inbound.facility, inbound.data["surgical_case"]) == (
        EventType.usage_sheet_sent,
        "SOUTH",
        "SC-2031",
    )
    sheet = UsageSheet.model_validate(completed(inbound) | {"surgical_case": "case_" + "B" * 26})
    assert [(line.item, line.lot, line.quantity) for line in sheet.lines] == [("4710", "K7", 2), ("4720", None, 1)]
    assert sheet.supplier == "100000"


async def test_what_was_said_of_an_order_is_listed_and_is_what_its_events_said(
    supplier: Desk, order_desk: SandboxSupplier
) -> None:
    await order_desk.books()[Kind.sent_order].post(order("SAID"), wire_key="SAID")
    for status in ("date-pending", "accepted"):
        inbound = await happens(supplier, {"do": "acknowledge", "terms": [{"line": 1, "status": status}]}, "SAID")
        assert (inbound.type, inbound.facility) == (EventType.order_acknowledged, "NORTH")
    said = await order_desk.acknowledgements(order="SAID")
    assert [one.lines[0].status for one in said] == [Acknowledged.date_pending, Acknowledged.accepted]
    assert said[-1] == Acknowledgement.model_validate(
        inbound.data | {"facility": "NORTH", "source": "supplier", "number": inbound.number}
    )
    assert (said[-1].supplier, said[-1].order) == ("100003", "SAID")
    assert await order_desk.acknowledgements(order="UNSAID") == ()
