"""Standing: how an order stands by what was received and returned, as its run tells the order book."""

from collections.abc import Sequence
from decimal import Decimal

from canonical.documents.order import Order, OrderLine
from canonical.documents.order_book import LineStanding, OrderStanding, ReceivedPart
from canonical.documents.order_run import OrderRun, Taken
from canonical.documents.receipt import Receipt, ReceiptLine
from canonical.receiving.counting import per_counted
from canonical.run import Standing


def receipt_step(number: str) -> str:
    """The step that posts a receipt in the ERP."""
    return f"receipt.{number}"


def lots_step(receipt: str) -> str:
    """The step that registers what came with a receipt."""
    return f"lots.{receipt}"


def claim_step(receipt: str) -> str:
    """The step that asks the supplier to credit what was refused of a delivery."""
    return f"claim.{receipt}"


def change_step(version: int) -> str:
    """The step that writes a revision of the order."""
    return f"change.{version}"


def told_step(version: int) -> str:
    """The step that tells the supplier of a revision of the order."""
    return f"sent-change.{version}"


def out_step(number: str) -> str:
    """The step that takes what goes back off the shelf."""
    return f"out.{number}"


def authorisation_step(number: str) -> str:
    """The step that asks the supplier to allow a return."""
    return f"authorisation.{number}"


def return_step(number: str) -> str:
    """The step that posts a return in the ERP."""
    return f"return.{number}"


def as_ruled(order: Order, run: OrderRun) -> Order:
    """The order as people want it: closed where they await nothing more, and for all that they accepted beyond it."""
    accepted = {
        line.order_line
        for one in run.taken
        for line in one.lines
        if run.ruling(line_step("receipt", one.number, line.line)).over == "accept"
    }

    def ruled(line: OrderLine) -> OrderLine:
        came = _came(line.line, run) + line.cancelled
        quantity = max(line.quantity, came) if line.line in accepted else line.quantity
        return line.model_copy(update={"closed": line.closed or line.line in run.short_closed, "quantity": quantity})

    return order.model_copy(update={"lines": tuple(map(ruled, order.lines))})


def as_told(order: Order, run: OrderRun) -> Order:
    """The order as its supplier is to have it: of a line that people closed, no more than it has sent is still ordered."""

    def told(line: OrderLine) -> OrderLine:
        if line.line not in run.short_closed:
            return line
        return line.model_copy(update={"cancelled": max(line.cancelled, line.quantity - _sent(line, run))})

    return order.model_copy(update={"lines": tuple(map(told, order.lines))})


def _sent(line: OrderLine, run: OrderRun) -> Decimal:
    """How many order units left the supplier: what was taken or refused of receipts, or more that it has announced."""
    refused = [one for receipt in run.receipts if not run.is_reversed(receipt.number) for one in receipt.lines]
    unfit = [one for taken in run.taken if run.holds(taken) for one in taken.unfit]
    announced = [one for notice in run.notices for one in notice.lines]
    came = _came(line.line, run) + _in_order_units(line, [(one, one.refused) for one in (*refused, *unfit)])
    return max(came, _in_order_units(line, [(one, one.accepted) for one in announced]))


def _in_order_units(line: OrderLine, counted: Sequence[tuple[ReceiptLine, Decimal]]) -> Decimal:
    found = Decimal(0)
    for one, quantity in counted:
        ours = one.order_line in (None, line.line) and one.item == line.item
        if ours and (factor := per_counted(one, line)) is not None:
            found += quantity * factor / line.base_factor
    return found


def _came(line: int, run: OrderRun) -> Decimal:
    return sum((one.of(line) for one in run.taken if run.holds(one)), Decimal(0))


def line_step(kind: str, number: str, line: int) -> str:
    """The step of what is asked about one line of a receipt or return.

    >>> line_step("receipt", "R1", 2)
    'receipt-line.R1.2'
    """
    return f"{kind}-line.{number}.{line}"


def standing_of(order: Order, run: OrderRun, *, facility: str, procurement: str = "") -> OrderStanding:
    """The order line by line: what is posted of receipts that hold, less what went back; no lot, serial or surgical case.

    `procurement` is the system that keeps it.
    """
    known = {receipt.number: receipt for receipt in run.receipts}
    came = [one for one in run.taken if run.holds(one) and _posted(run, receipt_step(one.number))]
    went = [one for one in run.returned if run.goes_back(one) and _posted(run, return_step(one.number))]
    bare = order.outside.model_copy(update={"lines": tuple(one.model_copy(update={"lots": ()}) for one in order.lines)})
    of_receipt = {one.number: one.receipt for one in run.returns}
    return OrderStanding(
        facility=facility,
        order=bare,
        procurement=procurement,
        lines=tuple(
            LineStanding(line=line, received=_parts(line.line, came, went, known, of_receipt)) for line in bare.lines
        ),
    )


def taken_back(run: OrderRun) -> tuple[str, ...]:
    """The receipts that were reversed and of which nothing stands: taken back, or never posted and not to be any more."""
    return tuple(one.number for one in run.reversals if run.taking(one.number) is None)


def _parts(
    number: int,
    came: Sequence[Taken],
    went: Sequence[Taken],
    known: dict[str, Receipt],
    of_receipt: dict[str, str | None],
) -> tuple[ReceivedPart, ...]:
    parts = [
        ReceivedPart(
            receipt=one.number,
            packing_slip=known[one.number].packing_slip,
            line=line.line,
            quantity=line.quantity,
            received_on=known[one.number].received_on,
        )
        for one in came
        for line in one.lines
        if line.order_line == number
    ]
    for one in went:
        parts = _less(parts, one.of(number), first=of_receipt.get(one.number))
    return tuple(parts)


def _less(parts: Sequence[ReceivedPart], quantity: Decimal, *, first: str | None) -> list[ReceivedPart]:
    """The parts less what went back: of the receipt that the return names, then of the oldest."""
    left, less = quantity, {}
    for index in sorted(range(len(parts)), key=lambda at: parts[at].receipt != first):
        gone = min(left, parts[index].kept)
        less[index] = parts[index].model_copy(update={"returned": parts[index].returned + gone})
        left -= gone
    return [less[index] for index in range(len(parts))]


def _posted(run: OrderRun, step: str) -> bool:
    ledger = run.ledger(step)
    return ledger is not None and ledger.standing in (Standing.posted, Standing.by_hand, Standing.accepted)
