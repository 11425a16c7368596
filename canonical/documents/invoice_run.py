"""A supplier-invoice run: what it has heard of one invoice, what people decided about it, and what it was approved for."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from canonical.documents.document import Code
from canonical.documents.invoice import Invoice, InvoiceLine, InvoiceWithdrawn
from canonical.documents.order_book import OrderStanding
from canonical.documents.purchasing_run import PurchasingRun
from canonical.matching.policy import MatchPolicy, Rule
from canonical.matching.result import Hold, Match
from canonical.model import Frozen
from canonical.money import Money
from canonical.quantity import Unit

HOLD = "hold"
LINE_FIELDS = ("order", "order_line", "unit")
"""What a person may correct of an invoice line; everything else is the supplier's to correct."""
HOW_IT_CAME = ("source", "version", "occurred", "recorded", "received", "mapping", "channel", "received_on", "number")
"""What differs between two copies of one invoice; of its number the run's own is the normalised one."""


class Agreement(Frozen):
    """People who would let a hold pass although so much is at risk; once there are enough of them, it `stands`."""

    key: str
    at_risk: Money
    people: tuple[str, ...]
    stands: bool

    def covers(self, hold: Hold) -> bool:
        """Whether they agreed to at least what the hold puts at risk now."""
        return self.key == hold.key and hold.at_risk <= self.at_risk.amount


class InvoiceAmendment(Frozen):
    """The fields that a person may correct, typed: those of a line, or that the difference is not paid."""

    order: Code | None = None
    order_line: int | None = Field(default=None, ge=1, le=9999)
    unit: Unit | None = None
    short_pay: Literal["yes"] | None = None


class InvoiceRun(PurchasingRun):
    """The state of a run.

    `invoice` as it came, and `corrections` of its lines by people. `newer` takes its place once what was posted for it is
    taken back. `copies` tell by which ways it came again. `withdrawn`, and `refused` (by whom, and why), say that it asks
    no longer. `named` are the orders that were told of it. `match` is the newest, and `approved` whether the order book
    has given what it takes; `to_tell` are the orders that are to hear of it, `reopens` whether they may have closed.
    `elsewhere` are the facilities that have placed them, where these are others than the one that was billed.
    """

    invoice: Invoice | None = None
    corrections: dict[int, InvoiceAmendment] = {}
    newer: Invoice | None = None
    copies: tuple[str, ...] = ()
    withdrawn: InvoiceWithdrawn | None = None
    refused: str | None = None
    agreements: tuple[Agreement, ...] = ()
    short_pay: bool = False
    presented: bool = False
    named: tuple[str, ...] = ()
    match: Match | None = None
    approved: bool = False
    to_tell: tuple[str, ...] = ()
    reopens: bool = False
    elsewhere: dict[str, str] = {}


def same_content(one: Invoice, other: Invoice) -> bool:
    """Whether two copies of an invoice ask for the same, by whichever way they came."""
    how = set(HOW_IT_CAME)
    return one.model_dump(exclude=how) == other.model_dump(exclude=how)


def hold_step(hold: Hold) -> str:
    """The step of the question about a hold; its line is in it."""
    return f"{HOLD}-{hold.line}-{hold.kind}"


def line_of(step: str) -> int | None:
    """The invoice line that a hold's step is about; none for any other step, or where the whole invoice is meant."""
    word, _, rest = step.partition("-")
    line = rest.partition("-")[0]
    return int(line) if word == HOLD and line.isdecimal() and int(line) else None


def as_corrected(invoice: Invoice, corrections: Mapping[int, InvoiceAmendment]) -> Invoice:
    """The invoice with its lines as people corrected them."""
    if not corrections:
        return invoice

    def corrected(line: InvoiceLine) -> InvoiceLine:
        correction = corrections.get(line.line, InvoiceAmendment())
        return line.model_copy(update=correction.model_dump(include=set(LINE_FIELDS), exclude_none=True))

    return invoice.model_copy(update={"lines": tuple(corrected(line) for line in invoice.lines)})


def short_paying(policy: MatchPolicy, supplier: str) -> MatchPolicy:
    """The policy as it is where a person has decided to pay a supplier less instead of holding the invoice."""
    rule = Rule(supplier=supplier, on_difference="short-pay")
    return policy.model_copy(update={"rules": (rule, *policy.rules)})


def borne_elsewhere(invoice: Invoice, hold: Hold, orders: tuple[OrderStanding, ...]) -> tuple[str, ...]:
    """The cost centres of other facilities, `<facility>/<cost centre>`, that bear what a hold is about."""
    lines = [line for line in invoice.lines if hold.line in (0, line.line)]
    return tuple(
        sorted(
            {
                f"{standing.facility}/{one.line.cost_centre or one.line.location or ''}"
                for standing in orders
                if standing.facility != invoice.facility
                for one in standing.lines
                for line in lines
                if line.order == standing.order.number and line.order_line in (None, one.line.line)
            }
        )
    )


def billed_items(invoice: Invoice, orders: tuple[OrderStanding, ...]) -> tuple[str, ...]:
    """The items of the order lines that an invoice may bill, each once, in order."""
    named = {(line.order, line.order_line) for line in invoice.lines if line.order_line is not None}
    found = [
        one.line.item
        for standing in orders
        for one in standing.lines
        if one.line.item is not None
        and ((standing.order.number, one.line.line) in named or any(line.order_line is None for line in invoice.lines))
    ]
    return tuple(dict.fromkeys(found))
