"""What suppliers have agreed to sell an item for: Tryton's product suppliers, with a price from each quantity on."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from canonical.documents.contract import Contract, PriceTier, UnitPrice
from connectors.systems.tryton.client import Row, TrytonClient
from connectors.systems.tryton.shipments import Form
from connectors.systems.tryton.stock import ALWAYS
from connectors.systems.tryton.values import exact

CONTRACT = Form("ps", "purchase.product_supplier", {})
"""Tryton has no number for what was agreed: ours is made of the record's id."""
_FIELDS = [
    "code",
    "party.code",
    "currency.code",
    "unit.name",
    "product",
    "sequence",
    *(f"prices.{field}" for field in ("quantity", "unit_price", "sequence")),
]


class Prices:
    """Tryton knows neither from when nor until when: what it has not put aside holds always."""

    def __init__(self, client: TrytonClient) -> None:
        self._client = client

    async def contracts(self, item: str) -> tuple[Contract, ...]:
        """Those for an item by its code, the one that Tryton asks first in front."""
        of_item = ["OR", [["product.code", "=", item]], [["product", "=", None], ["template.products.code", "=", item]]]
        rows = await self._client.rows(CONTRACT.model, [of_item], _FIELDS)
        # Of one variant before of all, as Tryton looks for the price itself.
        rows.sort(key=lambda row: (row["product"] is None, *_in_sequence(row)))
        agreed = [(row, tiers) for row in rows if row["party."]["code"] and (tiers := _tiers(row["prices."]))]
        return tuple(_contract(row, tiers, item=item, rank=rank) for rank, (row, tiers) in enumerate(agreed, start=1))


def _contract(row: Row, tiers: Sequence[PriceTier], *, item: str, rank: int) -> Contract:
    least, unit = tiers[0], row["unit."]["name"]
    return Contract(
        contract=CONTRACT.reference(row["id"]),
        supplier=row["party."]["code"],
        item=item,
        supplier_item=row["code"] or "",
        price=UnitPrice(amount=least.amount, currency=row["currency."]["code"], unit=unit),
        tiers=tuple(tiers[1:]),
        first=ALWAYS,
        last=date.max,
        rank=rank,
        order_unit=unit,
        minimum=least.from_quantity,
    )


def _tiers(prices: Sequence[Row]) -> list[PriceTier]:
    """By quantity. Of the prices that a quantity reaches Tryton takes the last in their sequence, not the highest."""
    in_sequence = sorted(prices, key=_in_sequence)
    tiers: list[PriceTier] = []
    for quantity in sorted({exact(price["quantity"]) for price in prices}):
        amount: Decimal = [price["unit_price"] for price in in_sequence if exact(price["quantity"]) <= quantity][-1]
        if not tiers or tiers[-1].amount != amount:
            tiers.append(PriceTier(from_quantity=quantity, amount=amount))
    return tiers


def _in_sequence(row: Row) -> tuple[bool, int, int]:
    """As Tryton orders them: what has no place in the sequence comes first."""
    return row["sequence"] is not None, row["sequence"] or 0, row["id"]
