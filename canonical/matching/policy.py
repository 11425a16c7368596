"""Policy of the match: how far invoice, order and receipt may be apart, by supplier and kind of item, and what follows."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Literal

from pydantic import Field

from canonical.documents.document import Code
from canonical.matching.result import HoldKind
from canonical.model import Frozen

ZERO = Decimal(0)
ANY_PERCENT, ANY_MONEY = Decimal(100), Decimal(10**15)


class Apart(Frozen):
    """How far two figures may be apart: within the percentage and within the money, both.

    Zero is zero. What is unset is taken from the next less specific rule; it never means that nothing is checked.
    """

    percent: Decimal | None = Field(default=None, ge=0)
    money: Decimal | None = Field(default=None, ge=0)


@dataclass(frozen=True, slots=True)
class Limit:
    """What `Apart` comes to once every rule was asked."""

    percent: Decimal
    money: Decimal

    def allows(self, apart: Decimal, *, of: Decimal) -> bool:
        """Whether a difference, of what was expected, may pass."""
        return apart <= self.money and apart * 100 <= self.percent * of


class Level(StrEnum):
    """What is held against what, for the invoice lines and the receipts of one order line."""

    one_to_one = "one line to one receipt"
    one_to_all = "one line to all receipts"
    all_to_one = "all lines to one receipt"
    all_to_all = "all lines to all receipts"


OnDifference = Literal["hold", "short-pay"]


class Rule(Frozen):
    """Tolerances and terms for a supplier, a kind of item, both, or (with neither) for everything else.

    `over` is to the hospital's loss, `under` to its gain. Charges are held against nothing where the order owes none
    (freight that is prepaid, tax of an exempt hospital), and else against a share of the goods on the invoice.
    `line_cap` and `invoice_cap` bound what all tolerances together may let pass. `short_pay_for` names the holds that
    are settled by paying less; any other still holds the invoice.
    """

    supplier: Code | None = None
    item_kind: str | None = None
    price_over: Apart = Apart()
    price_under: Apart = Apart()
    contract_over: Apart = Apart()
    contract_under: Apart = Apart()
    quantity_over: Apart = Apart()
    quantity_under: Apart = Apart()
    freight: Apart = Apart()
    fuel: Apart = Apart()
    restocking: Apart = Apart()
    tax: Apart = Apart()
    other: Apart = Apart()
    line_cap: Decimal | None = Field(default=None, ge=0)
    invoice_cap: Decimal | None = Field(default=None, ge=0)
    levels: tuple[Level, ...] | None = None
    on_difference: OnDifference | None = None
    short_pay_for: tuple[HoldKind, ...] | None = None


LAST_RESORT = Rule(
    price_over=Apart(percent=ZERO, money=ZERO),
    price_under=Apart(percent=Decimal(10), money=Decimal(250)),
    contract_over=Apart(percent=ZERO, money=ZERO),
    contract_under=Apart(percent=ANY_PERCENT, money=ANY_MONEY),
    quantity_over=Apart(percent=ZERO, money=ZERO),
    quantity_under=Apart(percent=ANY_PERCENT, money=ANY_MONEY),
    freight=Apart(percent=ZERO, money=ZERO),
    fuel=Apart(percent=ZERO, money=ZERO),
    restocking=Apart(percent=ZERO, money=ZERO),
    tax=Apart(percent=ZERO, money=ZERO),
    other=Apart(percent=ZERO, money=ZERO),
    line_cap=ANY_MONEY,
    invoice_cap=ANY_MONEY,
    levels=tuple(Level),
    on_difference="hold",
    short_pay_for=(
        HoldKind.price,
        HoldKind.contract_price,
        HoldKind.amount,
        HoldKind.freight,
        HoldKind.fuel,
        HoldKind.restocking,
        HoldKind.tax,
        HoldKind.other_charge,
    ),
)
"""What holds where no rule says anything: to the cent, a partial invoice is usual, a much lower price is a wrong unit."""


class MatchPolicy(Frozen):
    """The rules of a facility, with their version; the most specific rule that says something wins, figure by figure.

    One person may override holds worth up to `override_alone` together; above it two different people.
    """

    version: str = "1"
    rules: tuple[Rule, ...] = ()
    override_alone: Decimal = Field(default=Decimal(1000), ge=0)

    def people_to_override(self, at_risk: Decimal) -> int:
        """How many different people must agree to pay although so much money is at risk."""
        return 1 if at_risk <= self.override_alone else 2

    def chain(self, supplier: str, item_kind: str) -> tuple[Rule, ...]:
        """The rules that apply, most specific first: supplier and kind, supplier, kind, everything, last resort."""
        applying = [
            rule for rule in self.rules if rule.supplier in (None, supplier) and rule.item_kind in (None, item_kind)
        ]
        applying.sort(key=lambda rule: (rule.supplier is None, rule.item_kind is None))
        return (*applying, LAST_RESORT)


class Terms:
    """The policy as it applies to one supplier; each figure is looked for once."""

    def __init__(self, policy: MatchPolicy, supplier: str) -> None:
        self._policy = policy
        self._supplier = supplier
        self._chains: dict[str, tuple[Rule, ...]] = {}
        self._limits: dict[tuple[str, str], Limit] = {}

    def limit(self, name: str, item_kind: str = "") -> Limit:
        """The limit of this name (a field of `Rule`) for a kind of item."""
        known = self._limits.get((name, item_kind))
        if known is None:
            steps: list[Apart] = [getattr(rule, name) for rule in self._chain(item_kind)]
            known = Limit(
                percent=next(step.percent for step in steps if step.percent is not None),
                money=next(step.money for step in steps if step.money is not None),
            )
            self._limits[name, item_kind] = known
        return known

    def line_cap(self, item_kind: str) -> Decimal:
        """What all tolerances together may let pass on a line."""
        return next(rule.line_cap for rule in self._chain(item_kind) if rule.line_cap is not None)

    @cached_property
    def invoice_cap(self) -> Decimal:
        """What all tolerances together may let pass on an invoice."""
        return next(rule.invoice_cap for rule in self._chain("") if rule.invoice_cap is not None)

    @cached_property
    def levels(self) -> tuple[Level, ...]:
        """The levels of the match, in the order in which they are tried."""
        return next(rule.levels for rule in self._chain("") if rule.levels is not None)

    @cached_property
    def short_pay_for(self) -> tuple[HoldKind, ...]:
        """The holds that are settled by paying less; none where the supplier's invoices are held as a whole."""
        if next(rule.on_difference for rule in self._chain("") if rule.on_difference is not None) == "hold":
            return ()
        return next(rule.short_pay_for for rule in self._chain("") if rule.short_pay_for is not None)

    def _chain(self, item_kind: str) -> tuple[Rule, ...]:
        if item_kind not in self._chains:
            self._chains[item_kind] = self._policy.chain(self._supplier, item_kind)
        return self._chains[item_kind]
