"""The ledgers of uses on Tryton and the FHIR server, read from themselves."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from re import match

from canonical.documents.charge import ChargeCode, PriceBasis
from canonical.policy import Policy
from suture.demo.books import Posted
from suture.demo.real.buyers import exact
from suture.demo.real.fhir import Fhir, Resource
from suture.demo.real.tryton import Row, Tryton
from suture.demo.sandbox_ledgers import marked_up
from suture.demo.uses import Use

EXPENSE = "5.1.1"
WIRE_KEY, UNDO_KEY = "urn:suture:wire-key", "urn:suture:undo-key"
ACCOUNT, ITEM, MASTER = "urn:hospital:account", "urn:hospital:item", "urn:hospital:charge-master"
UNITS_PER_BASE = "urn:suture:units-per-base"
LIVE = ("billable", "billed")
SHIPMENTS = {"stock.shipment.out": 1, "stock.shipment.out.return": -1}
"""What leaves the shelf for a use, and what comes back of it."""
KEYED = {
    **dict.fromkeys(SHIPMENTS, "reference"),
    "stock.shipment.in": "reference",
    "stock.shipment.in.return": "reference",
    "stock.shipment.internal": "reference",
    "purchase.purchase": "reference",
    "purchase.amendment": "description",
    "account.move": "description",
    "account.invoice": "description",
}
"""Where Tryton has the key of a document, behind a word for its kind where it is an invoice."""
ENDED = ("done", "cancelled", "posted", "paid", "validated", "processing")


@dataclass(frozen=True, kw_only=True)
class RealLedgers:
    """All that was ever posted there."""

    shipments: Sequence[Row]
    moves: Sequence[Row]
    papers: Mapping[str, str]
    begun: Collection[str]
    charges: Sequence[Resource]
    accounts: Mapping[str, str]
    master: Mapping[str, Resource]
    costs: Mapping[str, Decimal]
    closes: bool

    def stock(self, use: Use, keys: Collection[str]) -> Posted:
        """What was shipped to the department, less what it gave back."""
        its = [one for one in self.shipments if one["reference"] in keys and one["state"] == "done"]
        moved = [(one["sign"], move) for one in its for move in one["moves."]]
        return Posted(quantity=sum((sign * exact(move["quantity"]) for sign, move in moved), Decimal(0)))

    def charged(self, use: Use, keys: Collection[str]) -> Posted:
        """The ChargeItems that count."""
        its = [one for one in self.charges if one["status"] in LIVE and _keys(one) & set(keys)]
        quantity = sum((Decimal(one["quantity"]["value"]) for one in its), Decimal(0))
        amount = sum((Decimal(one["priceOverride"]["value"]) for one in its), Decimal(0))
        accounts = {self.accounts[one["account"][0]["reference"].removeprefix("Account/")] for one in its}
        return Posted(quantity, amount, tuple(sorted(accounts)))

    def expensed(self, use: Use, keys: Collection[str]) -> Posted:
        """The debits of the expense account less its credits, reversals included."""
        quantity = amount = Decimal(0)
        dates = set()
        for move in self.moves:
            if move["description"] not in keys or move["state"] != "posted":
                continue
            dates.add(f"{move['date']:%Y%m%d}")
            for line in move["lines."]:
                if line["account."]["code"] == EXPENSE:
                    said = match(r"[0-9.]+", line["description"] or "")
                    sign = 1 if line["debit"] else -1
                    quantity += sign * Decimal(said[0] if said else 0)
                    amount += line["debit"] - line["credit"]
        return Posted(quantity, amount, dates=tuple(sorted(dates)))

    def keys(self) -> Mapping[str, str]:
        """Every key of ours that stands in them, with the document that carries it."""
        return {**self.papers, **{key: f"ChargeItem {one['id']}" for one in self.charges for key in _keys(one)}}

    def uses(self) -> Collection[str]:
        """Tryton books nothing by itself."""
        return ()

    def unfinished(self) -> Collection[str]:
        """Drafts under keys of ours, and whatever else did not come to its end."""
        return self.begun

    async def cost(self, use: Use, item: int) -> Decimal:
        """The cost price."""
        return self.costs[str(item)]

    async def price(self, use: Use, item: int, each: Decimal, policy: Policy) -> Decimal | None:
        """The base price of the item's row, or the engine's markup on the cost."""
        row = self.master.get(str(item))
        if row is None:
            return None
        for group in row.get("propertyGroup", ()):
            return Decimal(group["priceComponent"][0]["amount"]["value"])
        factors = [one["valueDecimal"] for one in row.get("extension", ()) if one["url"] == UNITS_PER_BASE]
        code = ChargeCode(
            code=_coded(row, MASTER),
            version=row["version"],
            basis=PriceBasis.markup,
            units_per_base=Decimal(factors[0] if factors else 1),
        )
        return marked_up(code, each, policy)


async def read_real_ledgers(tryton: Tryton, fhir: Fhir) -> RealLedgers:
    """Read all of it."""
    shipments: list[Row] = []
    for model, sign in SHIPMENTS.items():
        field = "outgoing_moves" if sign > 0 else "incoming_moves"
        rows = await tryton.rows(model, [], ["reference", "state", f"{field}.quantity"])
        shipments += [{**row, "sign": sign, "moves.": row[f"{field}."]} for row in rows]
    fields = ["description", "state", "date"]
    lines = [f"lines.{field}" for field in ("debit", "credit", "description", "account.code")]
    moves = await tryton.rows("account.move", [], [*fields, *lines])
    papers: dict[str, str] = {}
    begun: list[str] = []
    for model, field in KEYED.items():
        for row in await tryton.rows(model, [[field, "!=", None]], [field, "state"]):
            papers[row[field].rpartition(" ")[2]] = document = f"{model} {row['id']}"
            begun += [] if row["state"] in ENDED else [f"{document} is {row['state']}"]
    # As Tryton itself adds them up, of what is posted.
    balance = await tryton.rows("account.account", [["type", "!=", None]], ["debit", "credit"], posted=True)
    products = await tryton.rows("product.product", [], ["code", "cost_price"])
    accounts = await fhir.all("Account")
    master = await fhir.all("ChargeItemDefinition")
    return RealLedgers(
        shipments=shipments,
        moves=moves,
        papers=papers,
        charges=await fhir.all("ChargeItem"),
        accounts={one["id"]: _numbered(one, ACCOUNT) for one in accounts},
        master={_numbered(one, ITEM): one for one in master},
        costs={row["code"]: row["cost_price"] for row in products if row["code"] and row["cost_price"]},
        begun=begun,
        closes=sum(one["debit"] for one in balance) == sum(one["credit"] for one in balance) > 0,
    )


def _keys(charge: Resource) -> set[str]:
    return {one["value"] for one in charge.get("identifier", ()) if one["system"] in (WIRE_KEY, UNDO_KEY)}


def _numbered(resource: Resource, system: str) -> str:
    return next((str(one["value"]) for one in resource.get("identifier", ()) if one["system"] == system), "")


def _coded(row: Resource, system: str) -> str:
    return next(str(one["code"]) for one in row["code"]["coding"] if one["system"] == system)
