"""Procurement is asked for contracts, budgets and orders."""

from datetime import date

from canonical.documents.contract import Contract
from canonical.documents.order import Order
from canonical.model import Frozen
from canonical.run import RunContext


class AskContracts(Frozen):
    """Ask procurement for every contract of these items."""

    context: RunContext
    items: tuple[str, ...]


class ContractsAnswer(Frozen):
    """The contracts, also those that do not hold now."""

    contracts: tuple[Contract, ...] = ()


class AskBudget(Frozen):
    """Ask procurement what is left of a cost centre's budget."""

    context: RunContext
    cost_centre: str
    on: date


class AskOrder(Frozen):
    """Ask procurement for a purchase order by its number."""

    context: RunContext
    number: str


class OrderAnswer(Frozen):
    """The order as it is now; none where there is no such order."""

    order: Order | None = None
