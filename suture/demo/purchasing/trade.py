"""What buyers, stores and suppliers do during the day, each in the system that is theirs."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from canonical.identity import ORDER_NUMBER
from suture.demo.purchasing.buyers import Buyers, ErpBuyers
from suture.demo.purchasing.dock import CAMPUSES
from suture.demo.purchasing.moves import Bill, Change, Enter, Fund, Lack, Purchase, Sheet
from suture.demo.purchasing.placed import Placed, terms, today
from suture.demo.uses import case_number
from suture.demo.vendors import Vendors

ACCOUNTS = {"NORTH": "70010", "SOUTH": "70020"}
PERPETUAL = ("OR-1", "OR-2", "CATH", "CABINET-9")
LOOKS_EVERY = 1.0


class Trade:
    """The people of purchasing and their suppliers, by what they do.

    `buyers` are those of facilities that keep their orders elsewhere than in the ERP.
    """

    def __init__(self, vendors: Vendors, *, buyers: Mapping[str, Buyers] | None = None) -> None:
        self._vendors = vendors
        self._partners: dict[str, str] = {}
        self._erp = ErpBuyers(vendors)
        self._buyers: Mapping[str, Buyers] = dict.fromkeys(ACCOUNTS, self._erp) | dict(buyers or {})
        self._made: dict[str, Placed] = {}
        self._looked = -LOOKS_EVERY

    async def open_the_desk(self) -> None:
        """The suppliers do what the day says, and nothing of their own accord."""
        for message in ("orders", "replacements", "returns"):
            silence: dict[str, Any] = {"message": message, "times": 100_000, "steps": []}
            await self._vendors.supplier.control("plans", silence)
        partners = (await self._vendors.supplier.get("/x1/partners"))["partners"]
        self._partners = {one["vendor-number"]: one["partner"] for one in partners}

    async def enter(self, purchase: Purchase, order: Enter) -> None:
        """The buyer's order where the facility keeps its orders, and the same at the supplier."""
        body = {
            "partner": self._partners[f"{purchase.supplier:010d}"],
            "account": ACCOUNTS[purchase.facility],
            "number": purchase.number,
            "ordered-on": today().isoformat(),
            "currency": "USD",
            "lines": await self._buyers[purchase.facility].enter(purchase, order),
        }
        await self._vendors.supplier.send("/x1/orders", body)

    async def catch_up(self, purchase: Purchase) -> None:
        """The buyer enters what was phoned."""
        await self._erp.catch_up(purchase)

    async def change(self, purchase: Purchase, change: Change) -> None:
        """The buyer's change of the order."""
        await self._buyers[purchase.facility].change(purchase, change)

    async def fund(self, facility: str, fund: Fund) -> None:
        """Finance gives a cost centre another budget for this year."""
        await self._erp.fund(facility, fund)

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
        """Every order, whoever made it."""
        return tuple([await self.order(number, where) for number, where in (await self._numbers()).items()])

    async def made(self, facility: str) -> tuple[Placed, ...]:
        """The engine's own orders of a facility, as they were first seen; many wait for theirs, and one look serves all."""
        if asyncio.get_running_loop().time() - self._looked >= LOOKS_EVERY:
            self._looked = asyncio.get_running_loop().time()
            for number, where in (await self._numbers()).items():
                if number.startswith(ORDER_NUMBER) and number not in self._made:
                    self._made[number] = await self.order(number, where)
        return tuple(one for one in self._made.values() if one.facility == facility)

    async def order(self, number: str, facility: str) -> Placed:
        """One order as it stands now."""
        return await self._buyers[facility].placed(number, facility)

    async def _numbers(self) -> dict[str, str]:
        """The facility of each order by its number."""
        found: dict[str, str] = {}
        for buyers in dict.fromkeys(self._buyers.values()):
            found |= await buyers.numbers()
        return found

    async def _standing(self, facility: str, item: int, location: str) -> dict[str, Any]:
        asked = [("facility", CAMPUSES[facility]), ("location", location), ("sku", f"SKU-{item}")]
        (standing,) = (await self._vendors.inventory.get("/v2/parStandings", asked))["data"]
        found: dict[str, Any] = standing
        return found

    async def _par(self, facility: str, item: int, location: str, par: int, *, announced: bool) -> None:
        level = {"facility": CAMPUSES[facility], "location": location, "sku": f"SKU-{item}"}
        told = level | {"par": max(par, 0), "announced": announced}
        await self._vendors.inventory.control("par", told, method="PUT")
