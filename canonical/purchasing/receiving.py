"""Policy of an order's life: how goods are received, and how long goods, invoices and credits may be missing."""

from datetime import timedelta
from decimal import Decimal

from pydantic import Field

from canonical.clock import Clock
from canonical.documents.posting import Relief
from canonical.model import Frozen


class ReceivingPolicy(Frozen):
    """How long what is awaited may be missing, and what a facility demands of its receipts and returns.

    `order`: a document waits for the order it names, or for the goods it is about; `stray`: it names none.
    `goods`: what was ordered and has not come; `invoice`: goods that nobody has billed; `credit`: goods that went back,
    or never came, and were billed; `authorisation`: a return that the supplier has not allowed.
    `over`: the percentage of a line that may come beyond what was ordered. `authorise_returns`: nothing goes back before
    the supplier allows it. `claim_refused`: the supplier is asked to credit what was refused at the dock.
    `shelf_life`: how long goods whose expiry is tracked must still keep when they come, else they are refused as
    short-dated; unset, only what the dock says is, and what is expired on that day.
    `receive_by_notice`: an advance ship notice counts as the receipt on the day for which it announces the goods.
    """

    relief: Relief = Relief.at_receipt
    order: Clock = Clock(look_again=timedelta(minutes=15), overdue=timedelta(hours=4))
    stray: Clock = Clock(look_again=timedelta(hours=1), overdue=timedelta(0))
    goods: Clock = Clock(look_again=timedelta(hours=6), overdue=timedelta(days=30))
    invoice: Clock = Clock(look_again=timedelta(hours=6), overdue=timedelta(days=14))
    credit: Clock = Clock(look_again=timedelta(hours=6), overdue=timedelta(days=14))
    authorisation: Clock = Clock(look_again=timedelta(hours=1), overdue=timedelta(days=3))
    unit: Clock = Clock(look_again=timedelta(minutes=30), overdue=timedelta(0))
    over: Decimal = Field(default=Decimal(0), ge=0, le=100)
    authorise_returns: bool = True
    claim_refused: bool = True
    shelf_life: timedelta | None = Field(default=None, ge=timedelta(0))
    receive_by_notice: bool = False
