"""The books of the three systems, by their own APIs: every movement, charge and journal as the vendor words it."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from suture.demo.vendors import Vendor, Vendors

COMPANIES = ("US01", "US02")
CENTS = Decimal(100)
DEBIT = "40"
LIVE = ("POST", "BILLED")


@dataclass(frozen=True)
class Posted:
    """What stands in one ledger of a use, net, on which account where it is a charge, and when it was posted."""

    quantity: Decimal = Decimal(0)
    amount: Decimal = Decimal(0)
    accounts: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Books:
    """Everything that was ever posted."""

    movements: tuple[dict[str, Any], ...]
    charges: tuple[dict[str, Any], ...]
    journals: tuple[dict[str, Any], ...]
    expense_accounts: frozenset[str]
    closes: bool

    def stock(self, keys: Collection[str], use: str) -> Posted:
        """What left the shelf for a use: movements under our keys, and those that a cabinet booked for it."""
        its = [one for one in self.movements if one["externalRef"] in keys or one["useId"] == use]
        return Posted(quantity=-sum((_exact(one["delta"]) for one in its), Decimal(0)))

    def charged(self, keys: Collection[str]) -> Posted:
        """What is charged for a use: live charges, less what was credited."""
        live = [one for one in self.charges if one["charge_id"] in keys and one["status"] in LIVE]
        credits = [credit for one in live for credit in one["credits"]]
        units = sum(one["units"] for one in live) - sum(credit["units"] for credit in credits)
        amount = sum(one["amt"] for one in live) + sum(credit["amt"] for credit in credits)
        return Posted(Decimal(units), amount / CENTS, tuple(sorted({one["acct_no"] for one in live})))

    def expensed(self, keys: Collection[str]) -> Posted:
        """What is expensed for a use: the debits of expense accounts less their credits, reversals included."""
        quantity = amount = Decimal(0)
        dates = set()
        for journal in self.journals:
            if journal["HEADER"]["REF_DOC_NO"] not in keys:
                continue
            dates.add(journal["HEADER"]["PSTNG_DATE"])
            for item in journal["ITEMS"]:
                if item["GL_ACCOUNT"] in self.expense_accounts:
                    sign = 1 if item["POSTING_KEY"] == DEBIT else -1
                    quantity += sign * Decimal(item["QUANTITY"])
                    amount += sign * Decimal(item["AMOUNT_DC"])
        return Posted(quantity.normalize() + 0, amount, dates=tuple(sorted(dates)))

    def keys(self) -> dict[str, str]:
        """Every external reference in the three systems, with the document that carries it."""
        found = {one["externalRef"]: f"movement {one['movementId']}" for one in self.movements if one["externalRef"]}
        found |= {one["charge_id"]: f"charge {one['seq']}" for one in self.charges}
        found |= {one["void"]["void_id"]: f"void of charge {one['seq']}" for one in self.charges if one["void"]}
        found |= {
            credit["credit_id"]: f"credit of charge {one['seq']}" for one in self.charges for credit in one["credits"]
        }
        heads = [one["HEADER"] for one in self.journals]
        return found | {head["REF_DOC_NO"]: f"journal {head['DOC_NO']}" for head in heads if head["REF_DOC_NO"]}

    def uses(self) -> set[str]:
        """The uses for which a cabinet booked."""
        return {one["useId"] for one in self.movements if one["useId"]}


async def read_books(vendors: Vendors) -> Books:
    """Read all of it."""
    accounts, movements, charges, *per_company = await asyncio.gather(
        vendors.erp.get("/fi/gl_accounts"),
        _movements(vendors.inventory),
        _charges(vendors.billing),
        *(_journals(vendors.erp, company) for company in COMPANIES),
    )
    balances = [await vendors.erp.get("/fi/trial_balance", [("COMP_CODE", company)]) for company in COMPANIES]
    return Books(
        movements=tuple(movements),
        charges=tuple(charges),
        journals=tuple(journal for journals in per_company for journal in journals),
        expense_accounts=frozenset(one["GL_ACCOUNT"] for one in accounts["GL_ACCOUNTS"] if one["ACCT_TYPE"] == "X"),
        closes=all(balance["CLOSES"] == "X" for balance in balances),
    )


async def unit_cost(erp: Vendor, *, facility: str, location: str, item: int) -> Decimal:
    """What one base unit costs at a place by the ERP."""
    plant = {"NORTH": "1000", "SOUTH": "2000"}[facility]
    place = {"OR-1": "OR01", "OR-2": "OR02", "ED-CART": "EDCT", "ICU-CART": "ICUC", "CABINET-9": "CAB9"}
    asked = [("MATERIAL", f"{item:018d}"), ("PLANT", plant), ("STGE_LOC", place.get(location, location))]
    return Decimal((await erp.get("/mm/valuation", asked))["UNIT_PRICE"])


async def charge_row(billing: Vendor, *, item: int, on: date) -> dict[str, Any] | None:
    """The row of the charge description master for an item on a service date."""
    asked = [("supply_ref", f"S{item}"), ("dos", f"{on:%m/%d/%Y}")]
    row: dict[str, Any] | None = (await billing.get("/cdm/lookup", asked))["row"]
    return row


async def _movements(inventory: Vendor) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after: int | None = 0
    while after is not None:
        page = await inventory.get("/v2/movements", [("after", str(after)), ("limit", "1000")])
        found += page["data"]
        after = page["next"]
    return found


async def _charges(billing: Vendor) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after: int | None = 0
    while after is not None:
        page = await billing.get("/charges", [("after_seq", str(after)), ("limit", "500")])
        found += page["charges"]
        after = page["next_seq"]
    return found


async def _journals(erp: Vendor, company: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after = ""
    while True:
        asked = [("COMP_CODE", company), ("AFTER_DOC_NO", after), ("MAX_ROWS", "500")]
        page = await erp.get("/fi/journals", asked)
        found += page["JOURNALS"]
        after = page["NEXT_DOC_NO"]
        if not after:
            return found


def _exact(number: int | float) -> Decimal:
    return Decimal(str(number))
