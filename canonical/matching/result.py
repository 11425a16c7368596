"""Result of a match: whether an invoice is paid, what it takes of which order lines, and why what did not match is held."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from canonical.documents.order_book import Allocation
from canonical.errors import Audience
from canonical.model import Frozen

Verdict = Literal["pay", "hold", "short-pay"]


class HoldKind(StrEnum):
    """Why an invoice, or a line of it, is held."""

    price = "price"
    contract_price = "contract-price"
    quantity = "quantity"
    not_received = "not-received"
    amount = "amount"
    unit = "unit"
    order_unknown = "order-unknown"
    other_system = "other-system"
    line_unknown = "line-unknown"
    supplier = "supplier"
    item = "item"
    currency = "currency"
    duplicate = "duplicate"
    superseded = "superseded"
    in_turn = "in-turn"
    freight = "freight"
    fuel = "fuel"
    restocking = "restocking"
    tax = "tax"
    other_charge = "other-charge"
    line_cap = "line-cap"
    invoice_cap = "invoice-cap"
    total = "total"
    credit_without_invoice = "credit-without-invoice"
    credit_exceeds = "credit-exceeds"


OWNERS: Mapping[HoldKind, Audience] = {
    HoldKind.price: Audience.buyer,
    HoldKind.contract_price: Audience.buyer,
    HoldKind.amount: Audience.buyer,
    HoldKind.quantity: Audience.receiving,
    HoldKind.not_received: Audience.receiving,
    HoldKind.unit: Audience.item_master,
}
"""Who can heal a hold (domain rule 14); all others are for payables."""


class Hold(Frozen):
    """One reason not to pay. `key` names invoice line and kind, so that an override of it survives a match made again.

    `line` is 0 where the whole invoice is meant. `at_risk` is the money that would be paid wrongly, or may be owed.
    """

    key: str
    line: int
    kind: HoldKind
    owner: Audience
    words: str
    at_risk: Decimal = Decimal(0)


class LineMatch(Frozen):
    """What became of one invoice line, in words for the people who pay; `expected` is what the order makes of it."""

    line: int
    order: str = ""
    order_line: int = 0
    receipts: tuple[str, ...] = ()
    matched: bool
    words: str
    billed: Decimal
    expected: Decimal | None = None


class Match(Frozen):
    """What is to be done with an invoice as a whole, and why.

    Allocations are at order price, as the receipts were accrued; `variance` is what the document comes to beyond them and
    the `extras` (charges by kind). Allocations, extras and variance together are what the document asks (a credit memo:
    less than zero; a corrected invoice whose earlier form was paid: the difference), and less `short_pay` what is paid.
    Where the verdict is hold nothing is allocated. `discount_at_risk` is lost where it is not paid by `discount_on`.
    """

    invoice: str
    verdict: Verdict
    allocations: tuple[Allocation, ...] = ()
    extras: dict[str, Decimal] = {}
    variance: Decimal = Decimal(0)
    short_pay: Decimal = Decimal(0)
    short_pay_why: str = ""
    lines: tuple[LineMatch, ...] = ()
    holds: tuple[Hold, ...] = ()
    due_on: date | None = None
    discount_on: date | None = None
    discount_at_risk: Decimal = Decimal(0)

    @property
    def paid(self) -> Decimal:
        """What is paid by this match; less than zero where the supplier gives back."""
        taken = sum((one.amount for one in self.allocations), Decimal(0))
        return taken + sum(self.extras.values(), Decimal(0)) + self.variance - self.short_pay


def hold(line: int, kind: HoldKind, words: str, at_risk: Decimal = Decimal(0)) -> Hold:
    """A hold with its key and its owner."""
    return Hold.model_construct(
        key=f"{line}:{kind.value}",
        line=line,
        kind=kind,
        owner=OWNERS.get(kind, Audience.payables),
        words=words,
        at_risk=at_risk,
    )
