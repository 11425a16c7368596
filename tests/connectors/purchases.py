"""Documents of one purchase, small enough to reckon by hand: ten of item 4711 at 12.50 from supplier 100003."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from canonical.documents.contract import UnitPrice
from canonical.documents.invoice import Invoice, InvoiceLine
from canonical.documents.order import Order, OrderChange, OrderLine
from canonical.documents.order_book import Allocation
from canonical.documents.posting import (
    DebitMemo,
    OrderedQuantity,
    Payable,
    ReceiptPosting,
    Relief,
    ReturnPosting,
    Voucher,
)
from canonical.documents.receipt import GoodsReturn, Receipt, ReceiptLine
from canonical.documents.replenishment import Reservation

DAY = date(2026, 11, 20)
SUPPLIER = "100003"
_HEAD: dict[str, Any] = {"facility": "NORTH", "source": "erp", "occurred": datetime(2026, 11, 20, 9, tzinfo=UTC)}


def order(number: str = "PO-1", *, quantity: str = "10", version: int = 1, price: str = "12.50", **more: Any) -> Order:
    fields = {"line": 1, "item": "4711", "location": "OR-1", "cost_centre": "4110", **more.pop("line", {})}
    cost = UnitPrice(amount=Decimal(price), currency="USD", per=Decimal(more.pop("per", 1)))
    line = OrderLine.model_validate({"quantity": Decimal(quantity), "price": cost, **fields})
    head = {"supplier": SUPPLIER, "currency": "USD", "ordered_on": DAY, **_HEAD, **more}
    return Order.model_validate({"number": number, "version": version, "lines": (line,), **head})


def change(number: str = "PO-1", **more: Any) -> OrderChange:
    return OrderChange(order=order(number, **{"quantity": "6", "version": 2, **more}), on=DAY, reason="back-ordered")


def receipt(
    number: str = "PO-1", *, quantity: str = "4", relief: Relief = Relief.at_receipt, **more: Any
) -> ReceiptPosting:
    came = ReceiptLine(line=1, order_line=1, item="4711", accepted=Decimal(quantity))
    head = {"number": f"GR-{number}", "order": number, "location": "OR-1", "received_on": DAY, "lines": (came,)}
    document = Receipt.model_validate({**head, **_HEAD, **more})
    return ReceiptPosting(receipt=document, order=number, relief=relief, lines=(_counted(quantity),))


def goods_return(
    number: str = "PO-1", *, quantity: str = "1", relief: Relief = Relief.at_receipt, **more: Any
) -> ReturnPosting:
    went = ReceiptLine(line=1, order_line=1, item="4711", accepted=Decimal(quantity))
    head = {"number": f"RT-{number}", "supplier": SUPPLIER, "location": "OR-1", "returned_on": DAY, "lines": (went,)}
    document = GoodsReturn.model_validate({**head, **_HEAD, **more})
    return ReturnPosting(goods_return=document, order=number, relief=relief, lines=(_counted(quantity),))


def invoice(number: str, amount: str, **more: Any) -> Invoice:
    line = InvoiceLine(line=1, quantity=Decimal(4), amount=Decimal(amount), description="for Jane Doe")
    head = {"supplier": SUPPLIER, "currency": "USD", "invoiced_on": DAY, "received_on": DAY}
    return Invoice.model_validate(
        {"number": number, "total": Decimal(amount), "lines": (line,), **head, **_HEAD, **more}
    )


def voucher(number: str = "INV-1", amount: str = "50.00") -> Voucher:
    return Voucher(invoice=invoice(number, amount), held_for="price")


def payable(
    number: str = "INV-1",
    *,
    of: str = "PO-1",
    quantity: str = "4",
    amount: str = "50.00",
    parked: str = "",
    relief: Relief = Relief.at_receipt,
    **more: Any,
) -> Payable:
    taken = {"invoice": number, "invoice_line": 1, "order": of, "order_line": 1}
    allocation = Allocation.model_validate({**taken, "quantity": Decimal(quantity), "amount": Decimal(amount)})
    billed = invoice(number, amount)
    return Payable(invoice=billed, voucher=parked, relief=relief, allocations=(allocation,), **more)


def debit_memo(number: str = "DM-1", amount: str = "5.00", **more: Any) -> DebitMemo:
    head = {"facility": "NORTH", "supplier": SUPPLIER, "currency": "USD", "on": DAY, "reason": "billed too high"}
    return DebitMemo.model_validate({"number": number, "amount": Decimal(amount), **head, **more})


def reservation(amount: str = "60.00", *, cost_centre: str = "4110") -> Reservation:
    head: dict[str, Any] = {"facility": "NORTH", "currency": "USD", "on": DAY, "basket": "B-1"}
    return Reservation(cost_centre=cost_centre, amount=Decimal(amount), **head)


def _counted(quantity: str) -> OrderedQuantity:
    return OrderedQuantity(order_line=1, document_line=1, quantity=Decimal(quantity))
