"""Purchasing on Tryton: the books of orders and their changes, and what is asked of contracts, budgets and orders."""

from collections.abc import Mapping
from typing import Any

from canonical.kinds import Kind
from canonical.ports import Book
from connectors.systems.tryton.amending import Amending
from connectors.systems.tryton.budgets import Budgets
from connectors.systems.tryton.catalogue import Catalogue
from connectors.systems.tryton.changes import Changes
from connectors.systems.tryton.client import TrytonClient
from connectors.systems.tryton.order_lines import OrderLines
from connectors.systems.tryton.prices import Prices
from connectors.systems.tryton.purchases import Purchases
from connectors.systems.tryton.settings import TrytonSettings


class Purchasing:
    """Tryton sets no money aside: there is no book of reservations."""

    def __init__(self, client: TrytonClient, catalogue: Catalogue, settings: TrytonSettings) -> None:
        lines, amending = OrderLines(client.system, catalogue, settings), Amending(client)
        self.prices = Prices(client)
        self.budgets = Budgets(client, catalogue)
        self.orders = Purchases(client, catalogue, settings, lines, amending)
        self._changes = Changes(client, settings, lines, amending)

    @property
    def books(self) -> Mapping[Kind, Book[Any]]:
        """Orders and their changes."""
        return {Kind.order: self.orders, Kind.order_change: self._changes}
