"""A usage-to-charge run: what starts it, what it knows, and what its closing state hands to a later run."""

from pydantic import Field

from canonical.carried import Carried
from canonical.documents.charge import AccountStanding, ChargeCode
from canonical.documents.costing import Valuation
from canonical.documents.document import Code, Token
from canonical.documents.item import Item
from canonical.documents.lot import Lot
from canonical.documents.replenishment import Request
from canonical.documents.usage import LotText, Usage, UsageCorrection
from canonical.effect import Found
from canonical.model import Frozen
from canonical.policy import Policy
from canonical.quantity import Unit
from canonical.run import Ledger, Leg, RunContext

STOCK = Ledger(step="stock", domain="inventory")
CHARGE = Ledger(step="charge", domain="billing")
COST = Ledger(step="cost", domain="finance")

RELIES_ON: dict[str, tuple[str, ...]] = {
    "item": ("stock", "charge", "cost"),
    "unit": ("stock", "charge", "cost"),
    "lot": ("stock", "charge", "cost"),
    "serial": ("stock", "charge", "cost"),
    "location": ("stock", "charge", "cost"),
    "charged_cost_centre": ("cost",),
    "account": ("charge",),
    "no_charge_reason": ("charge",),
    "duplicate_of": ("stock", "charge", "cost"),
}
"""Fields that a person may correct, and the steps from the first that relies on each: these are undone and redone."""


class Judgement(Frozen):
    """What people have decided about this use, beyond correcting its fields."""

    no_charge_reason: str | None = None
    duplicate_of: str | None = None
    not_a_duplicate: bool = False
    charge_released: bool = False


class Knowledge(Frozen):
    """What the look-ups answered."""

    item: Item | None = None
    lot: Lot | None = None
    standing: AccountStanding | None = None
    code: ChargeCode | None = None
    valuation: Valuation | None = None


class UsageRun(Frozen):
    """The state of a run: the use as it now counts, corrections, what people judged, and the three ledgers.

    `redo` are the steps that a person's correction has made wrong and nobody has taken back yet, `mistaken` whether it said
    of the charge more than that there is none to make. `outcomes` is what billing said of charges later, by wire key,
    `charged` what was known of item and account when the charge was sent. `left` names the work item that an abandoned or
    cancelled run leaves behind; the run that takes it up closes it.
    `asked` is the request by which goods of the supplier's own were ordered once used, `asks` how often that was done.
    `policy` is the version that the run closed under, `route` that of the first run, which later runs keep.
    """

    usage: Usage | None = None
    not_used: bool = False
    corrected_by: UsageCorrection | None = None
    pending: UsageCorrection | None = None
    judgement: Judgement = Judgement()
    redo: tuple[str, ...] = ()
    mistaken: bool = False
    charged: Knowledge | None = None
    outcomes: dict[str, Found] = {}
    stock: Ledger = STOCK
    charge: Ledger = CHARGE
    cost: Ledger = COST
    asked: Request | None = None
    asks: int = 0
    left: str = ""
    policy: str = ""
    route: tuple[Leg, ...] = ()

    def ledger(self, step: str) -> Ledger:
        """The ledger that a step writes into."""
        return next(ledger for ledger in self.ledgers if ledger.step == step)

    @property
    def ledgers(self) -> tuple[Ledger, Ledger, Ledger]:
        """The three ledgers in the order in which they are posted; undone in the opposite order."""
        return self.stock, self.charge, self.cost


class UsageStart(Frozen):
    """The start payload: who the run is, the policy that applies, and the state of the run that it continues.

    `closing` comes from a run that has closed; with `carried` it comes from this very run, which had grown long.
    """

    context: RunContext
    policy: Policy
    closing: UsageRun | None = None
    carried: Carried | None = None


class Amendment(Frozen):
    """The fields that a person may correct, typed; an empty text is refused, so nothing is blanked by accident."""

    item: Code | None = None
    unit: Unit | None = None
    lot: LotText | None = None
    serial: LotText | None = None
    location: Code | None = None
    charged_cost_centre: Code | None = None
    account: Token | None = None
    no_charge_reason: str | None = Field(default=None, min_length=1, max_length=80)
    duplicate_of: Code | None = None
