"""The documents with which the real systems are measured: one purchase of ten, one use of one, one charge."""

from datetime import UTC, date, datetime
from decimal import Decimal

from canonical.documents.charge import Charge
from canonical.documents.contract import UnitPrice
from canonical.documents.invoice import Invoice, InvoiceLine
from canonical.documents.order import Order, OrderLine
from canonical.documents.order_book import Allocation
from canonical.documents.posting import LotEntry, LotsIn, OrderedQuantity, Payable, ReceiptPosting, Relief
from canonical.documents.receipt import Receipt, ReceiptLine
from canonical.documents.stock import StockMovement
from canonical.money import Money

DAY, NOW = date(2026, 11, 20), datetime(2026, 11, 20, 9, tzinfo=UTC)
FACILITY, PLACE, ITEM, SUPPLIER = "NORTH", "OR-1", "4711", "100003"
TEN, AMOUNT = Decimal(10), Decimal("125.00")


def movement() -> StockMovement:
    """One is used."""
    return StockMovement(
        facility=FACILITY, location=PLACE, item=ITEM, quantity=Decimal(1), unit="each", service_date=DAY
    )


def stocked(quantity: int) -> LotsIn:
    """So many are on the shelf."""
    return _lots(f"R-{quantity}", Decimal(quantity), order="")


def order(number: str) -> Order:
    """Ten are ordered."""
    price = UnitPrice(amount=Decimal("12.50"), currency="USD", per=Decimal(1))
    line = OrderLine(line=1, item=ITEM, location=PLACE, cost_centre="4110", quantity=TEN, price=price)
    return Order(
        facility=FACILITY,
        source="erp",
        number=number,
        occurred=NOW,
        supplier=SUPPLIER,
        currency="USD",
        ordered_on=DAY,
        lines=(line,),
    )


def receipt(number: str) -> ReceiptPosting:
    """All ten come to the dock."""
    came = ReceiptLine(line=1, order_line=1, item=ITEM, accepted=TEN)
    document = Receipt(
        facility=FACILITY,
        source="erp",
        number=f"GR-{number}",
        occurred=NOW,
        order=number,
        location=PLACE,
        received_on=DAY,
        lines=(came,),
    )
    counted = OrderedQuantity(order_line=1, document_line=1, quantity=TEN)
    return ReceiptPosting(receipt=document, order=number, relief=Relief.at_receipt, lines=(counted,))


def put_away(number: str) -> LotsIn:
    """They are put on the shelf."""
    return _lots(f"GR-{number}", TEN, order=number)


def payable(number: str) -> Payable:
    """They are billed, and paid."""
    line = InvoiceLine(line=1, quantity=TEN, amount=AMOUNT)
    invoice = Invoice(
        facility=FACILITY,
        source="erp",
        number=f"INV-{number}",
        occurred=NOW,
        supplier=SUPPLIER,
        currency="USD",
        invoiced_on=DAY,
        received_on=DAY,
        total=AMOUNT,
        lines=(line,),
    )
    taken = Allocation(invoice=invoice.number, invoice_line=1, order=number, order_line=1, quantity=TEN, amount=AMOUNT)
    return Payable(invoice=invoice, voucher="", relief=Relief.at_receipt, allocations=(taken,))


def charge() -> Charge:
    """One is charged."""
    return Charge(
        facility=FACILITY,
        account="acct_" + "A" * 26,
        surgical_case="case_" + "A" * 26,
        item=ITEM,
        code="27004711",
        master_version="2026.1",
        service_date=DAY,
        posting_date=DAY,
        units=Decimal(1),
        amount=Money(amount=Decimal("134.22"), currency="USD"),
        hcpcs="C1776",
        revenue_code="0278",
        lot="L-1",
    )


def _lots(receipt: str, quantity: Decimal, *, order: str) -> LotsIn:
    entry = LotEntry(item=ITEM, quantity=quantity, unit="each")
    return LotsIn(facility=FACILITY, location=PLACE, receipt=receipt, order=order, on=DAY, lines=(entry,))
