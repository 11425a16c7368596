"""Purchasing and payables in this process: the books of a Procurement port, and ledgers computed from what stands.

A test sets `agreed` (contracts), `budgets` and, with `place`, orders that a buyer made; everything else is posted.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from bench.in_process import InProcessSystem
from bench.in_process_book import InProcessBook
from canonical.documents.contract import Contract
from canonical.documents.order import Order, OrderChange, OrderLine
from canonical.documents.posting import DebitMemo, Payable, ReceiptPosting, Relief, ReturnPosting, Voucher
from canonical.documents.replenishment import Budget, Reservation
from canonical.kinds import Kind
from canonical.ports import Book, Procurement

NOTHING = Decimal(0)


class InProcessProcurement(InProcessSystem):
    """Contracts, budgets, orders, receipts and payables, as a test or a benchmark wants them."""

    def __init__(self, name: str = "erp", prefix: str = "P") -> None:
        super().__init__(name, prefix)
        self.agreed: list[Contract] = []
        self.budgets: dict[tuple[str, str], Budget] = {}
        self._placed: dict[tuple[str, str], Order] = {}
        self.orders = InProcessBook[Order](f"{prefix}PO", refuses=self._ordered_twice, held_by=self._order_held)
        self.changes = InProcessBook[OrderChange](f"{prefix}CO", refuses=self._stale, held_by=self._change_held)
        self.receipts = InProcessBook[ReceiptPosting](
            f"{prefix}GR", refuses=lambda one: self._unknown(one.order), held_by=self._receipt_held
        )
        self.returns = InProcessBook[ReturnPosting](f"{prefix}RT", refuses=lambda one: self._unknown(one.order))
        self.vouchers = InProcessBook[Voucher](f"{prefix}VO", held_by=self._voucher_held)
        self.payables = InProcessBook[Payable](f"{prefix}AP", refuses=self._paid_twice)
        self.debit_memos = InProcessBook[DebitMemo](f"{prefix}DM")
        self.reservations = InProcessBook[Reservation](f"{prefix}RE", refuses=self._beyond_budget)

    def books(self) -> Mapping[Kind, Book[Any]]:
        """The book of each kind."""
        return {
            Kind.order: self.orders,
            Kind.order_change: self.changes,
            Kind.receipt: self.receipts,
            Kind.goods_return: self.returns,
            Kind.voucher: self.vouchers,
            Kind.payable: self.payables,
            Kind.debit_memo: self.debit_memos,
            Kind.reservation: self.reservations,
        }

    def place(self, order: Order) -> None:
        """An order that a buyer made or changed in the system itself."""
        self._placed[order.facility, order.number] = order

    async def contracts(self, *, facility: str, item: str) -> tuple[Contract, ...]:
        """The contracts that were agreed for an item."""
        return tuple(one for one in self.agreed if one.item == item)

    async def budget(self, *, facility: str, cost_centre: str, on: date) -> Budget:
        """The budget that was set, less what is reserved; control `none` where none was."""
        known = self.budgets.get((facility, cost_centre), Budget(cost_centre=cost_centre, currency="USD"))
        if known.available is None:
            return known
        left = known.available - self.reserved(facility, cost_centre)
        return known.model_copy(update={"available": left})

    async def order(self, *, facility: str, number: str) -> Order | None:
        """The order as it now counts: its newest revision, of the facility before any other."""
        found = sorted(
            (one for one in self._orders() if one.number == number), key=lambda one: one.facility != facility
        )
        return next(iter(found), None)

    def commitment(self, number: str) -> Decimal:
        """Order price x (ordered - cancelled - relieved), line by line, never below zero."""
        order = self._order(number)
        return sum((self._committed(order, line) for line in order.lines), NOTHING) if order else NOTHING

    def received_not_invoiced(self, number: str) -> dict[int, Decimal]:
        """What was received, less what went back and what was invoiced, by line in order units."""
        order = self._order(number)
        lines = order.lines if order else ()
        return {one.line: self._received(number, one.line) - self._invoiced(number, one.line) for one in lines}

    def owed(self, supplier: str) -> Decimal:
        """What is approved for payment to a supplier, less what was asked back."""
        paid = sum((_worth(one) for one in self.payables.standing if one.invoice.supplier == supplier), NOTHING)
        return paid - sum((one.amount for one in self.debit_memos.standing if one.supplier == supplier), NOTHING)

    def reserved(self, facility: str, cost_centre: str) -> Decimal:
        """What is set aside of a budget, but for what an order has taken over."""
        taken = [reference for order in self._orders() for reference in order.reservations]
        held = [
            one
            for reference, one in self.reservations.by_reference
            if (one.facility, one.cost_centre) == (facility, cost_centre) and reference not in taken
        ]
        return sum((one.amount for one in held), NOTHING)

    def _orders(self) -> tuple[Order, ...]:
        newest = {(one.facility, one.number): one for one in self.orders.standing}
        newest.update(self._placed)
        for change in self.changes.standing:
            key = change.order.facility, change.order.number
            if key in newest and newest[key].version < change.order.version:
                newest[key] = change.order
        return tuple(newest.values())

    def _order(self, number: str) -> Order | None:
        return next((one for one in self._orders() if one.number == number), None)

    def _received(self, number: str, line: int, relief: Relief | None = None) -> Decimal:
        came = [one for one in self.receipts.standing if one.order == number and relief in (None, one.relief)]
        went = [one for one in self.returns.standing if one.order == number and relief in (None, one.relief)]
        return _counted(came, line) - _counted(went, line)

    def _invoiced(self, number: str, line: int, relief: Relief | None = None) -> Decimal:
        taken = [part for one in self.payables.standing if relief in (None, one.relief) for part in one.allocations]
        return sum((part.quantity for part in taken if (part.order, part.order_line) == (number, line)), NOTHING)

    def _committed(self, order: Order, line: OrderLine) -> Decimal:
        relieved = self._received(order.number, line.line, Relief.at_receipt)
        relieved += self._invoiced(order.number, line.line, Relief.at_invoice)
        left = NOTHING if line.closed else line.quantity - line.cancelled - relieved
        return line.worth(max(left, NOTHING))

    def _unknown(self, number: str) -> str:
        return "" if self._order(number) else "the order is not known"

    def _ordered_twice(self, order: Order) -> str:
        return "the number is that of another order" if self._order(order.number) else ""

    def _stale(self, change: OrderChange) -> str:
        known = self._order(change.order.number)
        if known is None:
            return "the order is not known"
        return "" if change.order.version == known.version + 1 else "the order was changed meanwhile"

    def _order_held(self, order: Order) -> str:
        received = any(one.order == order.number for one in self.receipts.standing)
        invoiced = any(part.order == order.number for one in self.payables.standing for part in one.allocations)
        return "the order was received or invoiced" if received or invoiced else ""

    def _change_held(self, change: OrderChange) -> str:
        known = self._order(change.order.number)
        return "the order was changed again" if known and known.version > change.order.version else ""

    def _receipt_held(self, receipt: ReceiptPosting) -> str:
        left = self.received_not_invoiced(receipt.order)
        short = [one for one in receipt.lines if left.get(one.order_line, NOTHING) < one.quantity]
        return "the receipt was invoiced or went back" if short else ""

    def _voucher_held(self, voucher: Voucher) -> str:
        same = [
            one for one in self.payables.standing if _number(one) == (voucher.invoice.supplier, voucher.invoice.number)
        ]
        return "the invoice is approved for payment" if same else ""

    def _paid_twice(self, payable: Payable) -> str:
        if any(_number(one) == _number(payable) for one in self.payables.standing):
            return "the supplier's number is posted already"
        return next((why for part in payable.allocations if (why := self._unknown(part.order))), "")

    def _beyond_budget(self, wanted: Reservation) -> str:
        known = self.budgets.get((wanted.facility, wanted.cost_centre))
        if known is None or known.control != "absolute" or known.available is None:
            return ""
        left = known.available - self.reserved(wanted.facility, wanted.cost_centre)
        return "the budget does not cover it" if wanted.amount > left else ""


def _counted(documents: Sequence[ReceiptPosting | ReturnPosting], line: int) -> Decimal:
    parts = [part for one in documents for part in one.lines if part.order_line == line]
    return sum((part.quantity for part in parts), NOTHING)


def _worth(payable: Payable) -> Decimal:
    taken = sum((part.amount for part in payable.allocations), NOTHING)
    return taken + sum(payable.extras.values(), NOTHING) + payable.variance - payable.short_paid


def _number(payable: Payable) -> tuple[str, str]:
    return payable.invoice.supplier, payable.invoice.number


# Held by the type checker: the port is offered exactly.
_PORT: type[Procurement] = InProcessProcurement
