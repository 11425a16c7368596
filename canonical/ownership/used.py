"""Used goods: what an order of goods used before it brings to the books: receipts that move no stock, replacements."""

from collections.abc import Sequence
from decimal import Decimal

from canonical.documents.basket_run import Part, PlacedOrder
from canonical.documents.order import Acknowledged, OrderLine, OrderType
from canonical.documents.order_book import OrderStanding
from canonical.documents.posting import LotEntry, Replacement
from canonical.documents.receipt import Receipt, ReceiptLine, ReceiptReversal, ReceivedLot
from canonical.documents.replenishment import PricedLine
from canonical.replenishing.acknowledging import fewer

ZERO = Decimal(0)


def is_for_used_goods(placed: PlacedOrder) -> bool:
    """Whether its goods were the supplier's own until they were used."""
    return placed.order.type is OrderType.bill_only


def line_of(placed: PlacedOrder, taken: PricedLine) -> OrderLine:
    """The order line on which a use is."""
    return next(line for line in placed.order.lines if taken.request.number in line.requests)


def receipt_number(placed: PlacedOrder, taken: PricedLine) -> str:
    """The number of the receipt of one use: each is taken back by itself."""
    return f"{placed.order.number}-R{placed.taken.index(taken) + 1}"


def receipt_of(placed: PlacedOrder, taken: PricedLine) -> Receipt:
    """The receipt of one use, on the day of the order: it moves no stock, for the goods are used already (rule 21)."""
    order, request = placed.order, taken.request
    line = line_of(placed, taken)
    return Receipt(
        facility=order.facility,
        source=order.source,
        number=receipt_number(placed, taken),
        occurred=order.occurred,
        order=order.number,
        supplier=order.supplier,
        location=request.location,
        received_on=order.ordered_on,
        ownership=taken.ownership,
        moves_stock=False,
        lines=(
            ReceiptLine(
                line=1,
                order_line=line.line,
                item=request.item,
                accepted=taken.order_quantity,
                unit=taken.order_unit,
                unit_factor=taken.base_factor,
                lots=tuple(
                    ReceivedLot(lot=lot.lot, serial=lot.serial, quantity=lot.quantity * taken.base_factor)
                    for lot in request.lots
                ),
            ),
        ),
    )


def reversal_of(placed: PlacedOrder, taken: PricedLine) -> ReceiptReversal:
    """The receipt of a use that did not happen as recorded."""
    order = placed.order
    return ReceiptReversal(
        facility=order.facility,
        source=order.source,
        number=receipt_number(placed, taken),
        occurred=order.occurred,
        order=order.number,
        reason="the use was corrected",
    )


def given_back(placed: PlacedOrder, taken: PricedLine) -> PlacedOrder:
    """The order without one use, whatever its supplier has said of it: nobody owes for what was not used."""
    line, quantity = line_of(placed, taken), taken.order_quantity
    parts = (
        *fewer(placed, line, quantity),
        Part(line=line.line, status=Acknowledged.deleted, quantity=quantity, by_us=True),
    )
    return placed.model_copy(
        update={
            "parts": parts,
            "provided": placed.provided | {line.line: placed.provided.get(line.line, ZERO) + quantity},
            "given_back": (*placed.given_back, taken.request.number),
        }
    )


def is_billed(placed: PlacedOrder, taken: PricedLine, standing: OrderStanding) -> bool:
    """Whether approved invoices have taken more of the line than is left of it without this use."""
    found = standing.line(line_of(placed, taken).line)
    if found is None or found.invoiced <= 0:
        return False
    own = sum((part.kept for part in found.received if part.receipt == receipt_number(placed, taken)), ZERO)
    return found.invoiced > found.kept - own


def is_received(placed: PlacedOrder, taken: PricedLine, standing: OrderStanding) -> bool:
    """Whether the order book counts the receipt of a use."""
    number = receipt_number(placed, taken)
    return any(part.receipt == number for line in standing.lines for part in line.received)


def is_taken_back(placed: PlacedOrder, taken: PricedLine, standing: OrderStanding | None) -> bool:
    """Whether the order's run has worked off the reversal of the receipt: until then it may still be about to post it."""
    return standing is not None and receipt_number(placed, taken) in standing.reversed


def to_replace(line: OrderLine) -> Decimal:
    """How many base units of a line the supplier is to replace: all that still counts as used."""
    return (line.quantity - line.cancelled) * line.base_factor


def replacement_of(placed: PlacedOrder, line: OrderLine) -> Replacement | None:
    """What the supplier is asked to bring in place of what was used; none where nothing counts, or it has no place."""
    quantity = to_replace(line)
    if quantity <= 0 or line.item is None or line.location is None:
        return None
    return Replacement(
        facility=placed.order.facility,
        supplier=placed.supplier,
        number=f"{placed.order.number}-L{line.line}",
        location=line.location,
        lines=(LotEntry(item=line.item, quantity=quantity, unit=line.base_unit),),
        reason="used of the supplier's own goods",
    )


def not_given_back(placed: PlacedOrder, withdrawn: Sequence[str]) -> tuple[PricedLine, ...]:
    """The uses that were corrected since they were ordered."""
    settled = (*placed.given_back, *placed.by_hand)
    return tuple(one for one in placed.taken if one.request.number in withdrawn and one.request.number not in settled)


def not_received(placed: PlacedOrder, withdrawn: Sequence[str]) -> tuple[PricedLine, ...]:
    """The uses whose receipt nobody was told of yet."""
    settled = (*placed.received, *withdrawn)
    return tuple(one for one in placed.taken if one.request.number not in settled)
