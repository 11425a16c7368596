"""Postings of an order's run: the documents that a receipt or return becomes in other books, field by field."""

from collections.abc import Sequence
from decimal import Decimal

from canonical.documents.order import Order
from canonical.documents.order_run import Taken
from canonical.documents.posting import (
    LotEntry,
    LotsIn,
    LotsOut,
    OrderedQuantity,
    ReceiptPosting,
    Relief,
    ReturnPosting,
)
from canonical.documents.receipt import GoodsReturn, Receipt, ReceiptLine, ShipNotice


def lots_in(receipt: Receipt, taken: Taken, *, order: Order | None) -> LotsIn:
    """What came, by lot, with whose it is; for an order, or for none."""
    return LotsIn(
        facility=receipt.facility,
        location=receipt.location,
        receipt=receipt.number,
        order=order.number if order is not None else "",
        supplier=order.supplier if order is not None else receipt.supplier or "",
        ownership=receipt.ownership,
        on=receipt.received_on,
        lines=_entries(taken),
    )


def accrual(receipt: Receipt, taken: Taken, *, order: Order, relief: Relief) -> ReceiptPosting:
    """What came, by order line."""
    return ReceiptPosting(receipt=receipt, order=order.number, relief=relief, lines=_quantities(taken))


def lots_out(back: GoodsReturn, taken: Taken, *, order: Order) -> LotsOut:
    """What goes back of an order, by lot."""
    return LotsOut(
        facility=back.facility,
        location=back.location,
        goods_return=back.number,
        order=order.number,
        on=back.returned_on,
        lines=_entries(taken),
    )


def return_posting(back: GoodsReturn, taken: Taken, *, order: Order, relief: Relief) -> ReturnPosting:
    """What goes back, by order line."""
    return ReturnPosting(goods_return=back, order=order.number, relief=relief, lines=_quantities(taken))


def claim(
    receipt: Receipt, refused: Sequence[ReceiptLine], *, supplier: str, order: Order | None = None
) -> GoodsReturn:
    """What the supplier is to credit, or to fetch: goods that were refused and never became the hospital's."""
    asked_back = {"refused": Decimal(0), "refused_for": None}
    return GoodsReturn(
        facility=receipt.facility,
        source=receipt.source,
        number=receipt.number,
        version=receipt.version,
        occurred=receipt.occurred,
        order=order.number if order is not None else None,
        receipt=receipt.number,
        supplier=supplier,
        location=receipt.location,
        returned_on=receipt.received_on,
        ownership=receipt.ownership,
        reason="refused at the dock: " + ", ".join(sorted({str(one.refused_for or "no reason") for one in refused})),
        lines=tuple(one.model_copy(update={"accepted": one.refused} | asked_back) for one in refused),
    )


def as_announced(notice: ShipNotice, order: Order) -> Receipt | None:
    """The receipt that a ship notice makes where nobody counts; none where its goods go to more than one place."""
    named = [order.line(line.order_line) for line in notice.lines if line.order_line is not None]
    places = {line.location for line in named if line is not None and line.location is not None}
    if len(places) != 1:
        return None
    return Receipt(
        facility=notice.facility,
        source=notice.source,
        number=notice.number,
        version=notice.version,
        occurred=notice.occurred,
        order=order.number,
        supplier=notice.supplier,
        location=min(places),
        ship_notice=notice.number,
        received_on=notice.expected_on,
        lines=notice.lines,
    )


def _entries(taken: Taken) -> tuple[LotEntry, ...]:
    return tuple(LotEntry(item=one.item, quantity=one.base, unit=one.unit, lots=one.lots) for one in taken.lines)


def _quantities(taken: Taken) -> tuple[OrderedQuantity, ...]:
    return tuple(
        OrderedQuantity(order_line=one.order_line, document_line=one.line, quantity=one.quantity) for one in taken.lines
    )
