"""Plants the master data of the mixed hospital in Tryton and the FHIR server, through their own APIs, before the engine begins.

Items, costs, contracts and charge codes are read from the sandbox's systems, so that all agree.
"""

import asyncio
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from suture.demo.books import charge_row, unit_cost
from suture.demo.real.fhir import Fhir
from suture.demo.real.master import (
    BOUGHT,
    CASES,
    IMPLANTS,
    ITEMS,
    LATER_CODED,
    LATER_PRICED,
    LOTTED,
    PLACES,
    SHELVED,
    SHELVES,
    coded,
    patient_of,
)
from suture.demo.real.tryton import Row, Tryton
from suture.demo.uses import DAY
from suture.demo.vendors import Vendors
from suture.up.household import Household
from suture.up.peers import ADMINISTRATOR

PER_BOX = 10
_TRACKED = ["supplier", "customer", "lost_found", "storage", "production"]


async def plant(house: Household) -> None:
    """All of it."""
    async with (
        Vendors(house) as vendors,
        Fhir(house.settings, house.home) as fhir,
        Tryton(house.settings, login=ADMINISTRATOR, password=ADMINISTRATOR) as tryton,
    ):
        await asyncio.gather(_bill(fhir, vendors), Storeroom(tryton, vendors).fill(house))


async def _bill(fhir: Fhir, vendors: Vendors) -> None:
    await fhir.put({"resourceType": "Organization", "id": "hospital", "name": "Mercy General"})
    for case in CASES:
        for resource in patient_of(case):
            await fhir.put(resource)
    for item in ITEMS:
        row = await charge_row(vendors.billing, item=item, on=DAY)
        if row is not None and item != LATER_CODED:
            hcpcs, revenue = row.get("hcpcs") or "", row.get("rev_cd") or ""
            price, factor = row["price"], str(row["unit_factor"])
            await fhir.put(coded(item, code=row["cdm_code"], cents=price, factor=factor, hcpcs=hcpcs, revenue=revenue))


class Storeroom:
    """What is planted in Tryton, by whoever looks after it."""

    def __init__(self, tryton: Tryton, vendors: Vendors) -> None:
        self._tryton = tryton
        self._vendors = vendors

    async def fill(self, house: Household) -> None:
        """The engine's password, places, suppliers, items, and what lies at EAST."""
        engine = await self._tryton.one("res.user", [["login", "=", "engine"]])
        password = house.home.system_token("tryton").read_text().strip()
        await self._tryton.write("res.user", engine["id"], {"password": password})
        for facility, places in PLACES.items():
            await self._facility(facility, places)
        suppliers = await self._suppliers()
        self._category = await self._tryton.one("product.category", [["name", "=", "Medical supplies"]])
        self._units = {
            unit: (await self._tryton.one("product.uom", [["name", "=", unit]]))["id"] for unit in ("each", "box")
        }
        products = {item: await self._item(item) for item in ITEMS}
        for item in BOUGHT:
            await self._contract(item, products[item], suppliers)
        for (place, item), lot in SHELVES.items():
            await self._shelve(place, products[item], lot)

    async def _facility(self, facility: str, places: tuple[str, ...]) -> None:
        create = self._tryton.create
        parts = {
            f"{kind}_location": await create(
                "stock.location", {"name": f"{facility} {kind}", "code": f"{facility}/{kind}", "type": "storage"}
            )
            for kind in ("input", "output", "storage")
        }
        (lost, *_) = await self._tryton.rows("stock.location", [["type", "=", "lost_found"]], ["id"])
        whole = {"name": facility, "code": facility, "type": "warehouse", "lost_found_location": lost["id"], **parts}
        await create("stock.location", whole)
        for place in places:
            name = {"name": f"{facility} {place}", "code": place, "type": "storage"}
            await create("stock.location", name | {"parent": parts["storage_location"]})
            department = f"USED/{facility}/{place}"
            used = await create(
                "stock.location", {"name": f"Used: {facility} {place}", "code": department, "type": "customer"}
            )
            party = {"name": f"Department: {facility} {place}", "code": department, "customer_location": used}
            await create("party.party", party | {"addresses": [["create", [{"city": "Dayton"}]]]})

    async def _suppliers(self) -> Mapping[str, int]:
        """Every partner of the exchange, by its number in our books."""
        partners = (await self._vendors.supplier.get("/x1/partners"))["partners"]
        term = (await self._tryton.rows("account.invoice.payment_term", [], ["id"]))[0]["id"]
        found: dict[str, int] = {}
        for partner in partners:
            number = str(int(partner["vendor-number"]))
            known = await self._tryton.rows("party.party", [["code", "=", number]], ["id"])
            values = {"name": partner["name"], "code": number, "supplier_payment_term": term}
            values |= {"addresses": [["create", [{"city": "Dayton"}]]]}
            found[number] = known[0]["id"] if known else await self._tryton.create("party.party", values)
        return found

    async def _item(self, item: int) -> Row:
        """A product, at what it costs in the sandbox's ERP."""
        cost = Decimal(0)
        if item != LATER_PRICED:
            cost = await unit_cost(self._vendors.erp, facility="NORTH", location="OR-1", item=item)
        known = await self._tryton.rows("product.product", [["code", "=", str(item)]], ["template"])
        if known:
            await self._tryton.write("product.product", known[0]["id"], {"cost_price": cost})
            return known[0]
        each, box = self._units["each"], self._units["box"]
        values: Row = {
            "name": f"Item {item}",
            "code": str(item),
            "type": "goods",
            "default_uom": each,
            "list_price": Decimal(0),
            "cost_price_method": "fixed",
            "purchasable": True,
            "purchase_uom": each if item in IMPLANTS else box,
            "account_category": self._category["id"],
            "products": [["create", [{"cost_price": cost}]]],
        }
        if item in LOTTED:
            values |= {"lot_required": _TRACKED, "expiration_state": "optional"}
        template = await self._tryton.create("product.template", values)
        return await self._tryton.one("product.product", [["template", "=", template]], ["template"])

    async def _contract(self, item: int, product: Row, suppliers: Mapping[str, int]) -> None:
        """The contract of the sandbox's ERP that is asked first, by the box."""
        listed = (await self._vendors.erp.get("/mm/contracts", [("MATERIAL", f"{item:018d}")]))["CONTRACTS"]
        today = f"{DAY:%Y%m%d}"
        agreed: dict[str, Any] = next(one for one in listed if one["VALID_FROM"] <= today <= one["VALID_TO"])
        each = Decimal(agreed["NET_PRICE"]) / Decimal(agreed["PRICE_UNIT"])
        company = await self._tryton.one("company.company", [["id", "=", self._tryton.company]], ["currency"])
        values = {
            "template": product["template"],
            "party": suppliers[str(int(agreed["VENDOR"]))],
            "currency": company["currency"],
            "code": agreed["VEND_MAT"],
            "prices": [["create", [{"quantity": 0.0, "unit_price": each * PER_BOX}]]],
        }
        await self._tryton.create("purchase.product_supplier", values)

    async def _shelve(self, place: str, product: Row, lot: str) -> None:
        location = await self._tryton.one(
            "stock.location", [["code", "=", place], ["parent.code", "=", "EAST/storage"]]
        )
        line: Row = {"product": product["id"], "quantity": float(SHELVED)}
        if lot:
            line["lot"] = await self._tryton.create("stock.lot", {"number": lot, "product": product["id"]})
        values = {
            "location": location["id"],
            "date": DAY,
            "company": self._tryton.company,
            "lines": [["create", [line]]],
        }
        counted = await self._tryton.create("stock.inventory", values)
        await self._tryton.press("stock.inventory", counted, "confirm")
