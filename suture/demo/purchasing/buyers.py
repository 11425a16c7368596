"""Those who order: what buyers enter and change where their facility keeps its orders, and how an order stands there."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Protocol

from suture.demo.purchasing.moves import Change, Enter, Fund, Purchase, Wanted
from suture.demo.purchasing.placed import PLACES, UNITS, Placed, as_phoned, placed_from, today
from suture.demo.vendors import Vendors

PLANTS = {"NORTH": "1000", "SOUTH": "2000"}
COMPANIES = {"NORTH": "US01", "SOUTH": "US02"}
CODES = {place: code for code, place in PLACES.items()}
CONTROLS = {"advisory": "WARN", "absolute": "STOP"}
UOMS = {unit: uom for uom, unit in UNITS.items()}


class Buyers(Protocol):
    """The buyers of a facility, in whichever system is theirs."""

    async def enter(self, purchase: Purchase, order: Enter) -> list[dict[str, Any]]:
        """Enter an order at the contract's price; answers its lines as the supplier gets them."""
        ...

    async def change(self, purchase: Purchase, change: Change) -> None:
        """Change an order."""
        ...

    async def numbers(self) -> dict[str, str]:
        """The facility of each order by its number, whoever made it."""
        ...

    async def placed(self, number: str, facility: str) -> Placed:
        """An order as it stands now."""
        ...


class ErpBuyers:
    """Those whose orders the sandbox ERP keeps."""

    def __init__(self, vendors: Vendors) -> None:
        self._vendors = vendors
        self._phoned: dict[str, dict[str, Any]] = {}

    async def enter(self, purchase: Purchase, order: Enter) -> list[dict[str, Any]]:
        """The buyer's order in the ERP, at the contract's price; one that is phoned is not entered yet."""
        items = await self._items(purchase, order)
        header = {
            "PLANT": PLANTS[purchase.facility],
            "VENDOR": f"{purchase.supplier:010d}",
            "EXT_NO": purchase.number,
            "DOC_DATE": f"{today():%Y%m%d}",
            "CURRENCY": "USD",
        }
        entered = {"HEADER": header, "ITEMS": items}
        if order.phoned:
            self._phoned[purchase.number] = entered
        else:
            await self._vendors.erp.send("/mm/purchase_orders", entered)
        return [as_sent(item, order.location) for item in items]

    async def catch_up(self, purchase: Purchase) -> None:
        """The buyer enters what was phoned."""
        await self._vendors.erp.send("/mm/purchase_orders", self._phoned.pop(purchase.number))

    async def change(self, purchase: Purchase, change: Change) -> None:
        """The buyer's change order in the ERP."""
        header = {"PO_REF": purchase.number, "REVISION": 2, "REASON": "as contracted"}
        body = {"HEADER": header, "ITEMS": await self._items(purchase, change)}
        await self._vendors.erp.send("/mm/order_changes", body)

    async def fund(self, facility: str, fund: Fund) -> None:
        """Finance gives a cost centre another budget for this year."""
        budget = {
            "COST_CTR": f"{PLANTS[facility]}{fund.cost_centre}00",
            "FISC_YEAR": f"{today():%Y}",
            "AVC_CTRL": CONTROLS[fund.control],
            "AMOUNT_DC": f"{fund.amount}.00",
        }
        await self._vendors.erp.control("budgets", budget)

    async def numbers(self) -> dict[str, str]:
        """The facility of each order by its number."""
        found: dict[str, str] = {}
        for facility, company in COMPANIES.items():
            rows = (await self._vendors.erp.get("/mm/commitments", [("COMP_CODE", company)]))["COMMITMENTS"]
            found |= {row["EXT_NO"] or row["PO_NUMBER"]: facility for row in rows}
        return found

    async def placed(self, number: str, facility: str) -> Placed:
        """An order as it stands now, also one that was phoned."""
        if number in self._phoned:
            return as_phoned(self._phoned[number], facility)
        kept = await self._vendors.erp.get("/mm/order_status", [("PO_REF", number)])
        return placed_from(kept, facility)

    async def _items(self, purchase: Purchase, order: Enter | Change) -> list[dict[str, Any]]:
        return [
            await self._item(purchase, order.location, place, wanted)
            for place, wanted in enumerate(order.lines, start=1)
        ]

    async def _item(self, purchase: Purchase, location: str, place: int, wanted: Wanted) -> dict[str, Any]:
        contract = await self._contract(purchase.supplier, wanted.item)
        eaches = await self._eaches(wanted.item, wanted.unit)
        per_price = await self._eaches(wanted.item, UNITS[contract["ORDERPR_UN"]])
        factor = Decimal(eaches) / per_price
        reached = [one for one in contract["SCALES"] if Decimal(one["FROM_QTY"]) <= wanted.quantity * factor]
        tier = max(reached, key=lambda one: Decimal(one["FROM_QTY"]))["NET_PRICE"] if reached else contract["NET_PRICE"]
        return {
            "PO_ITEM": f"{place:05d}",
            "MATERIAL": f"{wanted.item:018d}",
            "VEND_MAT": contract["VEND_MAT"],
            "QUANTITY": f"{wanted.quantity}.000",
            "PO_UNIT": UOMS[wanted.unit],
            "NUMERATOR": str(eaches),
            "NET_PRICE": wanted.price or tier,
            "PRICE_UNIT": contract["PRICE_UNIT"],
            "ORDERPR_UN": contract["ORDERPR_UN"],
            "ORDERPR_FACTOR": f"{factor.normalize():f}",
            "CONTRACT": contract["CONTRACT"],
            "STGE_LOC": CODES[location],
        }

    async def _contract(self, supplier: int, item: int) -> dict[str, Any]:
        listed = (await self._vendors.erp.get("/mm/contracts", [("MATERIAL", f"{item:018d}")]))["CONTRACTS"]
        day = f"{today():%Y%m%d}"
        found: dict[str, Any] = next(
            one for one in listed if one["VENDOR"] == f"{supplier:010d}" and one["VALID_FROM"] <= day <= one["VALID_TO"]
        )
        return found

    async def _eaches(self, item: int, unit: str) -> int:
        if unit == "each":
            return 1
        packs = (await self._vendors.inventory.get(f"/v2/items/SKU-{item}"))["packs"]
        return int(next(pack["eaches"] for pack in packs if pack["level"] == unit))


def as_sent(item: Mapping[str, Any], location: str) -> dict[str, Any]:
    """A line of an order as the supplier gets it."""
    return {
        "line": int(item["PO_ITEM"]),
        "buyer-part": str(int(item["MATERIAL"])),
        "vendor-part": item["VEND_MAT"],
        "quantity": item["QUANTITY"],
        "uom": item["PO_UNIT"],
        "contains": item["NUMERATOR"],
        "price": {"amount": item["NET_PRICE"], "per": item["PRICE_UNIT"], "uom": item["ORDERPR_UN"]},
        "price-units": item["ORDERPR_FACTOR"],
        "contract": item["CONTRACT"],
        "deliver-to": location,
    }
