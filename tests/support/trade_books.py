"""What Tryton itself says of the goods of one house, as a person at work in it reads it: nothing of it by the connector."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connectors.systems.tryton.client import Row, TrytonClient
from tests.support.real_trade import Goods


@dataclass(frozen=True)
class Invoiced:
    """An invoice of the supplier's as it counts."""

    reference: str
    state: str
    total: Decimal


@dataclass(frozen=True)
class TradeBooks:
    """Orders, shipments, stock and invoices of an item and its supplier."""

    person: TrytonClient
    goods: Goods

    async def orders(self, *fields: str) -> list[Row]:
        """The purchases from the supplier, oldest first."""
        return await self.person.rows(
            "purchase.purchase",
            [["party.code", "=", self.goods.supplier]],
            ["description", "state", "shipment_state", *fields],
        )

    async def ordered(self) -> list[tuple[str, Decimal]]:
        """The state of each order, with the boxes that it is of."""
        return [
            (row["state"], sum((Decimal(str(line["quantity"])) for line in row["lines."]), Decimal(0)))
            for row in await self.orders("lines.quantity")
        ]

    async def amendments(self) -> int:
        """How many changes of orders count."""
        domain = [["purchase.party.code", "=", self.goods.supplier], ["state", "=", "validated"]]
        return len(await self.person.rows("purchase.amendment", domain, ["state"]))

    async def on_hand(self, *, lot: str | None = None, at: str | None = None) -> Decimal:
        """How many each are in the hospital, counted by the moves that were done; of a lot, at a place by its code."""
        rows = await self._moves([["state", "=", "done"]], lot)
        return sum(
            (_counted(row, "to_location.", at) - _counted(row, "from_location.", at) for row in rows), Decimal(0)
        )

    async def awaited(self) -> Decimal:
        """How many each Tryton awaits from the supplier yet."""
        rows = await self._moves([["state", "=", "draft"], ["from_location.type", "=", "supplier"]], None)
        return sum((Decimal(str(row["internal_quantity"])) for row in rows), Decimal(0))

    async def shipments(self) -> list[tuple[str, str]]:
        """Every shipment of the item with its state: its model's last word, `in`, `return` or `internal`."""
        rows = await self._moves([["shipment", "!=", None]], None, "shipment", "shipment.state")
        found = {row["shipment"]: row["shipment."]["state"] for row in rows}
        return sorted((name.partition(",")[0].rpartition(".")[2], state) for name, state in found.items())

    async def invoices(self) -> list[Invoiced]:
        """The supplier's invoices, oldest first."""
        rows = await self.person.rows(
            "account.invoice", [["party.code", "=", self.goods.supplier]], ["reference", "state", "total_amount"]
        )
        return [Invoiced(row["reference"], row["state"], row["total_amount"]) for row in rows]

    async def owed(self) -> Decimal:
        """What the ledger says that the supplier is to be paid."""
        return -await self._ledger([["account.type.payable", "=", True], ["party.code", "=", self.goods.supplier]])

    async def expensed(self, account: str = "") -> Decimal:
        """What the ledger says that its invoices have cost; on one account by its code."""
        of_supplier = ["move.origin.party.code", "=", self.goods.supplier, "account.invoice"]
        on_account = [["account.code", "=", account]] if account else []
        return await self._ledger([of_supplier, ["account.type.payable", "=", False], *on_account])

    async def _ledger(self, domain: Sequence[Any]) -> Decimal:
        rows = await self.person.rows(
            "account.move.line", [["move.state", "=", "posted"], *domain], ["debit", "credit"]
        )
        return sum((row["debit"] - row["credit"] for row in rows), Decimal(0))

    async def _moves(self, domain: Sequence[Any], lot: str | None, *fields: str) -> list[Row]:
        of_lot = [["lot.number", "=", lot]] if lot else []
        return await self.person.rows(
            "stock.move",
            [["product.code", "=", self.goods.item], *of_lot, *domain],
            [
                "internal_quantity",
                "from_location.type",
                "from_location.code",
                "to_location.type",
                "to_location.code",
                *fields,
            ],
        )


def _counted(move: Row, end: str, at: str | None) -> Decimal:
    place = move[end]
    if place["type"] != "storage" or (at is not None and place["code"] != at):
        return Decimal(0)
    return Decimal(str(move["internal_quantity"]))
