"""What buyers, stores and suppliers do during the day, each in the system that is theirs."""

# long because everything that people and suppliers do in the four systems is told in one place.
import asyncio
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from canonical.identity import ORDER_NUMBER
from suture.demo.purchasing.dock import CAMPUSES
from suture.demo.purchasing.moves import Bill, Change, Enter, Fund, Lack, Purchase, Sheet, Wanted
from suture.demo.purchasing.placed import PLACES, UNITS, Placed, as_phoned, placed_from, terms, today
from suture.demo.uses import case_number
from suture.demo.vendors import Vendors

PLANTS = {"NORTH": "1000", "SOUTH": "2000"}
COMPANIES = {"NORTH": "US01", "SOUTH": "US02"}
ACCOUNTS = {"NORTH": "70010", "SOUTH": "70020"}
CODES = {place: code for code, place in PLACES.items()}
PERPETUAL = ("OR-1", "OR-2", "CATH", "CABINET-9")
LOOKS_EVERY = 1.0
CONTROLS = {"advisory": "WARN", "absolute": "STOP"}
UOMS = {unit: uom for uom, unit in UNITS.items()}


class Trade:
    """The people of purchasing and their suppliers, by what they do."""

    def __init__(self, vendors: Vendors) -> None:
        self._vendors = vendors
        self._partners: dict[str, str] = {}
        self._made: dict[str, Placed] = {}
        self._phoned: dict[str, dict[str, Any]] = {}
        self._looked = -LOOKS_EVERY

    async def open_the_desk(self) -> None:
        """The suppliers do what the day says, and nothing of their own accord."""
        for message in ("orders", "replacements", "returns"):
            silence: dict[str, Any] = {"message": message, "times": 100_000, "steps": []}
            await self._vendors.supplier.control("plans", silence)
        partners = (await self._vendors.supplier.get("/x1/partners"))["partners"]
        self._partners = {one["vendor-number"]: one["partner"] for one in partners}

    async def enter(self, purchase: Purchase, order: Enter) -> None:
        """The buyer's order in the ERP, at the contract's price, and the same at the supplier."""
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
        body = {
            "partner": self._partners[f"{purchase.supplier:010d}"],
            "account": ACCOUNTS[purchase.facility],
            "number": purchase.number,
            "ordered-on": today().isoformat(),
            "currency": "USD",
            "lines": [_as_sent(item, order.location) for item in items],
        }
        await self._vendors.supplier.send("/x1/orders", body)

    async def catch_up(self, purchase: Purchase) -> None:
        """The buyer enters what was phoned."""
        await self._vendors.erp.send("/mm/purchase_orders", self._phoned.pop(purchase.number))

    async def change(self, purchase: Purchase, change: Change) -> None:
        """The buyer's change order in the ERP."""
        header = {"PO_REF": purchase.number, "REVISION": 2, "REASON": "as contracted"}
        body = {"HEADER": header, "ITEMS": await self._items(purchase, change)}
        await self._vendors.erp.send("/mm/order_changes", body)

    async def lack(self, facility: str, lack: Lack) -> None:
        """Set par levels by what is on the shelf, then use: so many are lacking, and so many may be had elsewhere."""
        here = await self._standing(facility, lack.item, lack.location)
        for other in PERPETUAL:
            if other != lack.location:
                there = await self._standing(facility, lack.item, other)
                gives = lack.spare[1] if lack.spare is not None and lack.spare[0] == other else 0
                await self._par(facility, lack.item, other, int(there["available"]) - gives, announced=False)
        coming = int(here["onOrder"] + here["inTransit"])
        available = int(here["available"])
        par = available + coming - 1 + lack.lacking if lack.par is None else lack.par
        await self._par(facility, lack.item, lack.location, par, announced=lack.announced)
        used = {"facility": CAMPUSES[facility], "location": lack.location, "sku": f"SKU-{lack.item}"}
        left = par - lack.lacking - coming
        await self._vendors.inventory.control("consume", used | {"qty": available - left})

    async def fund(self, facility: str, fund: Fund) -> None:
        """Finance gives a cost centre another budget for this year."""
        budget = {
            "COST_CTR": f"{PLANTS[facility]}{fund.cost_centre}00",
            "FISC_YEAR": f"{today():%Y}",
            "AVC_CTRL": CONTROLS[fund.control],
            "AMOUNT_DC": f"{fund.amount}.00",
        }
        await self._vendors.erp.control("budgets", budget)

    async def lack_no_more(self, facility: str, item: int, location: str) -> None:
        """Lower the par level to what is on the shelf: what is not delivered is not ordered anew on this day."""
        here = await self._standing(facility, item, location)
        await self._par(facility, item, location, int(here["available"]), announced=False)

    async def step(self, number: str, step: Mapping[str, Any], *, message: str = "orders") -> dict[str, Any]:
        """The supplier does this now about a message of ours; answers its paper."""
        answer = await self._vendors.supplier.control(
            "steps", {"step": dict(step), "number": number, "message": message}
        )
        paper: dict[str, Any] = answer["paper"]
        return paper

    async def close(self, case: int) -> None:
        """The operating room closes a surgical case."""
        await self._vendors.billing.control(f"cases/{case_number(case)}", {"status": "closed"})

    async def unuse(self, use: str) -> None:
        """The point of care says that a use did not happen."""
        await self._vendors.inventory.send(f"/v2/uses/{use}/corrections", {"kind": "notUsed"})

    async def sheet(self, purchase: Purchase, sheet: Sheet) -> None:
        """The supplier's usage sheet of a surgical case."""
        label = {"lot": sheet.lot, "serial": sheet.serial, "quantity": sheet.quantity}
        step = {"do": "sheet", "case": case_number(sheet.case), "terms": [{"part": str(sheet.item), "lots": [label]}]}
        parties = {"partner": self._partners[f"{purchase.supplier:010d}"], "account": ACCOUNTS[purchase.facility]}
        await self._vendors.supplier.control("steps", parties | {"step": step})

    async def bill(self, placed: Placed, bill: Bill, *, orders: Sequence[str]) -> None:
        """The supplier's invoice or credit."""
        told: dict[str, Any] = {"do": "invoice", "type": bill.kind, "channel": bill.channel, "number": bill.number}
        told |= {"terms": terms(bill.says, placed), "again": bill.again, "orders": list(orders)}
        told |= {"extras": dict(bill.extras)} | ({"corrects": bill.corrects} if bill.corrects else {})
        told |= {"currency": bill.currency, "discount": bill.discount}
        await self.step(placed.number, told)

    async def known_to_supplier(self, number: str, *, message: str = "orders") -> bool:
        """Whether a message of ours stands at the exchange."""
        found = (await self._vendors.supplier.get(f"/x1/{message}", [("number", number)]))["messages"]
        return any(one["state"] == "received" for one in found)

    async def orders(self) -> tuple[Placed, ...]:
        """Every order of the ERP, whoever made it."""
        return tuple([await self._placed(number, facility) for number, facility in (await self._numbers()).items()])

    async def made(self, facility: str) -> tuple[Placed, ...]:
        """The engine's own orders of a facility, as they were first seen; many wait for theirs, and one look serves all."""
        if asyncio.get_running_loop().time() - self._looked >= LOOKS_EVERY:
            self._looked = asyncio.get_running_loop().time()
            for number, where in (await self._numbers()).items():
                if number.startswith(ORDER_NUMBER) and number not in self._made:
                    self._made[number] = await self._placed(number, where)
        return tuple(one for one in self._made.values() if one.facility == facility)

    async def _numbers(self) -> dict[str, str]:
        """The facility of each order by its number."""
        found: dict[str, str] = {}
        for facility, company in COMPANIES.items():
            rows = (await self._vendors.erp.get("/mm/commitments", [("COMP_CODE", company)]))["COMMITMENTS"]
            found |= {row["EXT_NO"] or row["PO_NUMBER"]: facility for row in rows}
        return found

    async def order(self, number: str, facility: str) -> Placed:
        """One order as it stands now."""
        return await self._placed(number, facility)

    async def _placed(self, number: str, facility: str) -> Placed:
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

    async def _standing(self, facility: str, item: int, location: str) -> dict[str, Any]:
        asked = [("facility", CAMPUSES[facility]), ("location", location), ("sku", f"SKU-{item}")]
        (standing,) = (await self._vendors.inventory.get("/v2/parStandings", asked))["data"]
        found: dict[str, Any] = standing
        return found

    async def _par(self, facility: str, item: int, location: str, par: int, *, announced: bool) -> None:
        level = {"facility": CAMPUSES[facility], "location": location, "sku": f"SKU-{item}"}
        told = level | {"par": max(par, 0), "announced": announced}
        await self._vendors.inventory.control("par", told, method="PUT")


def _as_sent(item: Mapping[str, Any], location: str) -> dict[str, Any]:
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
