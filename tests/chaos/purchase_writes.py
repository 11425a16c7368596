"""Every write of ordering, receiving and paying, and every undo, each with the story in which it comes to pass."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from canonical.identity import RunName, undo_key, wire_key, write_key
from canonical.kinds import Kind
from canonical.receiving import standing as steps
from tests.chaos.purchases import (
    CENTRE,
    Purchase,
    asked,
    asked_and_changed,
    below_par,
    bought,
    corrected_by_the_supplier,
    none_left,
    received,
    reversed_at_the_dock,
    sent_back,
)
from tests.support.engine import Engine

ORDINALS, REVISIONS = 2, 4
"""As many runs and revisions as any of these purchases has, with room."""

OPERATIONS = {
    Kind.order: ("erp", "post_purchase_order", "reverse_purchase_order", "find_purchase_orders"),
    Kind.order_change: ("erp", "post_order_change", "reverse_order_change", "find_order_changes"),
    Kind.receipt: ("erp", "post_goods_receipt", "reverse_goods_receipt", "find_goods_receipts"),
    Kind.goods_return: ("erp", "post_goods_return", "reverse_goods_return", "find_goods_returns"),
    Kind.voucher: ("erp", "post_voucher", "reverse_voucher", "find_vouchers"),
    Kind.payable: ("erp", "post_payable", "reverse_payable", "find_payables"),
    Kind.debit_memo: ("erp", "post_debit_memo", "reverse_debit_memo", "find_debit_memos"),
    Kind.reservation: ("erp", "post_reservation", "reverse_reservation", "find_reservations"),
    Kind.lots_in: ("inventory", "book_putaway", "reverse_putaway", "search_putaway"),
    Kind.lots_out: ("inventory", "book_removal", "reverse_removal", "search_removal"),
    Kind.transfer: ("inventory", "book_transfer", "reverse_transfer", "search_transfer"),
    Kind.expected: (
        "inventory",
        "book_expected_delivery",
        "reverse_expected_delivery",
        "search_expected_delivery",
    ),
    Kind.sent_order: ("supplier", "place_order", "withdraw_order", "find_order"),
    Kind.sent_change: ("supplier", "change_order", "withdraw_change", "find_change"),
    Kind.replacement: ("supplier", "request_replacement", "withdraw_replacement", "find_replacement"),
    Kind.return_request: ("supplier", "request_return", "withdraw_return", "find_return"),
}
"""Of each kind: its system, and the vendor's names for writing it, taking it back and looking it up."""


Story = Callable[[Engine, Purchase], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class PurchaseWrite:
    """A kind of document, or its undo: the run and step that write it, and the story in which this comes to pass.

    Of an undo `lead` brings the document into being, and `story` takes it back; `stopped` are runs that are cancelled
    while they write it. `again`: it is written anew under the next revision.
    """

    kind: Kind
    run: Callable[[Purchase], RunName]
    step: Callable[[Purchase], str]
    story: Story
    lead: Story | None = None
    stopped: bool = False
    again: bool = False

    @property
    def undoes(self) -> bool:
        """Whether it takes back."""
        return self.lead is not None or self.stopped

    @property
    def system(self) -> str:
        """Who keeps the document."""
        return OPERATIONS[self.kind][0]

    @property
    def operation(self) -> str:
        """The vendor's name of the write."""
        return OPERATIONS[self.kind][2 if self.undoes else 1]

    @property
    def writing(self) -> str:
        """The vendor's name of the write that brings it into being."""
        return OPERATIONS[self.kind][1]

    @property
    def search(self) -> str:
        """The vendor's name of the look-up."""
        return OPERATIONS[self.kind][3]

    def __str__(self) -> str:
        return f"{self.kind}{' taken back' if self.undoes else ''}"

    def key(self, purchase: Purchase) -> str:
        """The key of the step's first write."""
        return write_key(self.run(purchase).workflow_id, self.step(purchase), 1)

    def wire(self, purchase: Purchase) -> str:
        """The same as the system sees it."""
        return wire_key(self.key(purchase))

    def wires(self, purchase: Purchase) -> tuple[str, ...]:
        """Every key that the step may have been written under, also by a later run."""
        first, step = self.run(purchase), self.step(purchase)
        runs = [first.model_copy(update={"ordinal": ordinal}) for ordinal in range(1, ORDINALS + 1)]
        revisions = range(1, REVISIONS + 1)
        return tuple(wire_key(write_key(run.workflow_id, step, revision)) for run in runs for revision in revisions)

    def undo_wire(self, purchase: Purchase, reference: str) -> str:
        """The key under which its first document is taken back."""
        return wire_key(undo_key(self.key(purchase), reference))

    @property
    def expected(self) -> int:
        """How many documents of the step stand in the end."""
        return int(not self.undoes or self.again)


def _basket(step: str) -> dict[str, Any]:
    return {"run": lambda one: one.basket, "step": lambda _: step}


def _order(step: Callable[[str], str], number: str = "receipt") -> dict[str, Any]:
    return {"run": lambda one: one.order, "step": lambda one: step(getattr(one, number))}


def _invoice(step: str) -> dict[str, Any]:
    return {"run": lambda one: one.invoice, "step": lambda _: step}


def _need(step: str) -> dict[str, Any]:
    return {"run": lambda one: one.need, "step": lambda _: step}


WRITES = (
    PurchaseWrite(kind=Kind.reservation, story=asked_and_changed, **_basket(f"reservation-1-{CENTRE}")),
    PurchaseWrite(kind=Kind.order, story=asked_and_changed, **_basket("order-1")),
    PurchaseWrite(kind=Kind.sent_order, story=asked_and_changed, **_basket("sent-order-1")),
    PurchaseWrite(kind=Kind.expected, story=asked_and_changed, **_basket("expected-1-1")),
    PurchaseWrite(kind=Kind.order_change, story=asked_and_changed, **_basket("order-change-1-2")),
    PurchaseWrite(kind=Kind.sent_change, story=asked_and_changed, **_basket("sent-change-1-2")),
    PurchaseWrite(kind=Kind.return_request, story=bought, **_order(steps.claim_step)),
    PurchaseWrite(kind=Kind.lots_in, story=bought, **_order(steps.lots_step)),
    PurchaseWrite(kind=Kind.receipt, story=bought, **_order(steps.receipt_step)),
    PurchaseWrite(kind=Kind.voucher, story=bought, **_invoice("voucher")),
    PurchaseWrite(kind=Kind.payable, story=bought, **_invoice("payable")),
    PurchaseWrite(kind=Kind.debit_memo, story=bought, **_invoice("debit-memo")),
    PurchaseWrite(kind=Kind.lots_out, story=sent_back, **_order(steps.out_step, "back")),
    PurchaseWrite(kind=Kind.goods_return, story=sent_back, **_order(steps.return_step, "back")),
    PurchaseWrite(kind=Kind.transfer, story=below_par, **_need("transfer-1-1")),
    PurchaseWrite(kind=Kind.replacement, story=below_par, **_need("replacement-1")),
)
"""Every external write of ordering, receiving and paying: one for each kind of document."""

UNDOS = (
    PurchaseWrite(kind=Kind.reservation, lead=asked, story=none_left, **_basket(f"reservation-1-{CENTRE}")),
    PurchaseWrite(kind=Kind.order, story=asked, stopped=True, **_basket("order-1")),
    PurchaseWrite(kind=Kind.sent_order, story=asked, stopped=True, **_basket("sent-order-1")),
    PurchaseWrite(kind=Kind.transfer, story=below_par, stopped=True, **_need("transfer-1-1")),
    PurchaseWrite(kind=Kind.return_request, lead=received, story=reversed_at_the_dock, **_order(steps.claim_step)),
    PurchaseWrite(kind=Kind.lots_in, lead=received, story=reversed_at_the_dock, **_order(steps.lots_step)),
    PurchaseWrite(kind=Kind.receipt, lead=received, story=reversed_at_the_dock, **_order(steps.receipt_step)),
    PurchaseWrite(kind=Kind.voucher, lead=bought, story=corrected_by_the_supplier, again=True, **_invoice("voucher")),
    PurchaseWrite(kind=Kind.payable, lead=bought, story=corrected_by_the_supplier, again=True, **_invoice("payable")),
    PurchaseWrite(kind=Kind.debit_memo, lead=bought, story=corrected_by_the_supplier, **_invoice("debit-memo")),
)
"""What the business takes back: by a cancelled run, an order of which nothing is left, a reversal, a corrected invoice.

The other kinds are taken back only where one of them came twice: the laws of compensation hold those.
"""
