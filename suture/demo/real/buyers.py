"""The buyers of the mixed facility: their orders are in Tryton."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from re import MULTILINE, search
from typing import Any

from canonical.identity import ORDER_PROCESS
from suture.demo.purchasing.buyers import UOMS
from suture.demo.purchasing.moves import Change, Enter, Purchase, Wanted
from suture.demo.purchasing.placed import Line, Placed, today
from suture.demo.real.tryton import Row, Tryton
from suture.demo.shell import shown
from suture.demo.typist import OPERATOR, Typist
from suture.demo.uses import SOURCE

ORDER, AMENDMENT = "purchase.purchase", "purchase.amendment"
STANDING = ("confirmed", "processing", "done")
NOTHING = Decimal(0)
_SUPPLIER = "supplier"
_FIELDS = (
    *("number", "description", "state", "revision", "purchase_date", "party.code", "warehouse.code"),
    *(f"lines.{field}" for field in ("sequence", "type", "product.code", "product_supplier", "description")),
    *("lines.quantity", "lines.unit_price", "lines.unit.name", "lines.unit.factor"),
    *(f"lines.moves.{field}" for field in ("quantity", "state", "unit.factor", "from_location.type")),
    *(f"lines.invoice_lines.{field}" for field in ("quantity", "amount", "invoice.state", "invoice.description")),
)


class TrytonBuyers:
    """They write the hospital's order number into the description; Tryton numbers its orders itself."""

    def __init__(self, tryton: Tryton, typist: Typist) -> None:
        self._tryton = tryton
        self._typist = typist

    async def enter(self, purchase: Purchase, order: Enter) -> list[dict[str, Any]]:
        """An order that is written, quoted and confirmed."""
        supplier = await self._tryton.one(
            "party.party", [["code", "=", str(purchase.supplier)]], ["addresses", "supplier_payment_term"]
        )
        warehouse = await self._tryton.one(
            "stock.location", [["code", "=", purchase.facility], ["type", "=", "warehouse"]]
        )
        company = await self._tryton.one("company.company", [["id", "=", self._tryton.company]], ["currency"])
        lines, sent = [], []
        for place, wanted in enumerate(order.lines, start=1):
            contract = await self._contract(purchase, wanted)
            price = Decimal(wanted.price) if wanted.price else contract["prices."][0]["unit_price"]
            lines.append(
                {
                    "type": "line",
                    "sequence": place,
                    "product": contract["template."]["products"][0],
                    "product_supplier": contract["id"],
                    "unit": contract["unit"],
                    "quantity": float(wanted.quantity),
                    "unit_price": price,
                    "description": f"\nLocation: {order.location}",
                }
            )
            sent.append(_as_sent(place, wanted, contract, price, order.location))
        values: Row = {
            "company": self._tryton.company,
            "description": purchase.number,
            "party": supplier["id"],
            "invoice_address": supplier["addresses"][0],
            "payment_term": supplier["supplier_payment_term"],
            "currency": company["currency"],
            "warehouse": warehouse["id"],
            "invoice_method": "manual",
            "purchase_date": today(),
            "lines": [["create", lines]],
        }
        entered = await self._tryton.create(ORDER, values)
        await self._tryton.press(ORDER, entered, "quote", "confirm")
        return sent

    async def change(self, purchase: Purchase, change: Change) -> None:
        """An amendment that says each line anew; the changed order is handed in, as no Tryton sends webhooks."""
        order = await self._tryton.one(
            ORDER, [["description", "=", purchase.number]], ["party", "lines.sequence", "lines.unit"]
        )
        lines = []
        for place, wanted in enumerate(change.lines, start=1):
            contract = await self._contract(purchase, wanted)
            (line,) = [one for one in order["lines."] if one["sequence"] == place]
            price = Decimal(wanted.price) if wanted.price else contract["prices."][0]["unit_price"]
            lines.append(
                {
                    "action": "line",
                    "party": order["party"],
                    "line": line["id"],
                    "product": contract["template."]["products"][0],
                    "product_supplier": contract["id"],
                    "unit": line["unit"],
                    "quantity": float(wanted.quantity),
                    "unit_price": price,
                    "description": f"\nLocation: {change.location}",
                }
            )
        amendment = {"purchase": order["id"], "description": "as contracted", "lines": [["create", lines]]}
        made = await self._tryton.create(AMENDMENT, amendment)
        await self._tryton.press(AMENDMENT, made, "validate_amendment")
        file = self._typist.written(
            _as_told(purchase, await self.row(purchase.number)), name=f"{purchase.number}-changed"
        )
        words = ("start", ORDER_PROCESS, "--type", "order.changed", "--file", shown(file), "--source", SOURCE)
        await self._typist.type(words, by=OPERATOR)

    async def numbers(self) -> dict[str, str]:
        """The facility of each order that stands, by our number of it."""
        found = await self._tryton.rows(
            ORDER, [["state", "in", list(STANDING)]], ["description", "number", "warehouse.code"]
        )
        return {row["description"] or row["number"]: row["warehouse."]["code"] for row in found}

    async def placed(self, number: str, facility: str) -> Placed:
        """An order as it stands now."""
        return placed_from(await self.row(number), facility)

    async def row(self, number: str) -> Row:
        """All that is read of an order."""
        return await self._tryton.one(ORDER, [["description", "=", number], ["state", "in", list(STANDING)]], _FIELDS)

    async def _contract(self, purchase: Purchase, wanted: Wanted) -> Row:
        return await self._tryton.one(
            "purchase.product_supplier",
            [["party.code", "=", str(purchase.supplier)], ["template.code", "=", str(wanted.item)]],
            ["code", "unit", "unit.factor", "template.products", "prices.unit_price"],
        )


def placed_from(row: Row, facility: str) -> Placed:
    """An order as the demo compares it. What is awaited is committed; what came and was not billed is accrued."""
    return Placed(
        number=row["description"] or row["number"],
        facility=facility,
        supplier=int(row["party."]["code"]),
        lines=tuple(map(_line, lines_of(row))),
    )


def lines_of(row: Row) -> list[Row]:
    """The lines of what is ordered."""
    return [line for line in row["lines."] if line["type"] == "line"]


def _line(line: Row) -> Line:
    price = line["unit_price"]
    open_ = sum((counted(line, move) for move in line["moves."] if move["state"] in ("draft", "assigned")), NOTHING)
    location = search(r"^Location: (\S+)$", line["description"] or "", MULTILINE)
    return Line(
        line=line["sequence"],
        item=int(line["product."]["code"]),
        location=location[1] if location else "",
        quantity=exact(line["quantity"]),
        cancelled=NOTHING,
        unit=line["unit."]["name"],
        holds=exact(line["unit."]["factor"]),
        each=price,
        committed=open_ * price,
        accrued=(came(line) - billed(line)) * price,
    )


def came(line: Row) -> Decimal:
    """What came of a line, in its own unit."""
    arrived = [one for one in line["moves."] if one["state"] == "done" and one["from_location."]["type"] == _SUPPLIER]
    return sum((counted(line, move) for move in arrived), NOTHING)


def billed(line: Row) -> Decimal:
    """What was billed of a line, less credits, in its own unit."""
    posted = [one for one in line["invoice_lines."] if one["invoice."]["state"] in ("posted", "paid")]
    return sum((exact(one["quantity"]) for one in posted), NOTHING)


def counted(line: Row, move: Mapping[str, Any]) -> Decimal:
    """The quantity of a move, in the unit of its line."""
    return exact(move["quantity"]) * exact(move["unit."]["factor"]) / exact(line["unit."]["factor"])


def exact(quantity: float | int) -> Decimal:
    """A quantity as it was said."""
    return Decimal(str(quantity)).normalize() + 0


def _as_told(purchase: Purchase, row: Row) -> dict[str, Any]:
    """The order as the engine is told of it."""
    return {
        "facility": purchase.facility,
        "number": purchase.number,
        "version": 1 + row["revision"],
        "occurred": datetime.now(UTC).isoformat(),
        "supplier": str(purchase.supplier),
        "currency": "USD",
        "ordered_on": row["purchase_date"].isoformat(),
        "lines": [_line_as_told(line, _line(line)) for line in lines_of(row)],
    }


def _line_as_told(line: Row, placed: Line) -> dict[str, Any]:
    price = {"amount": str(placed.each), "currency": "USD", "unit": placed.unit}
    return {
        "line": placed.line,
        "item": str(placed.item),
        "quantity": f"{placed.quantity:f}",
        "unit": placed.unit,
        "base_factor": f"{placed.holds:f}",
        "price": price,
        "contract": f"ps-{line['product_supplier']}",
        "location": placed.location,
    }


def _as_sent(place: int, wanted: Wanted, contract: Row, price: Decimal, location: str) -> dict[str, Any]:
    uom = UOMS[wanted.unit]
    return {
        "line": place,
        "buyer-part": str(wanted.item),
        "vendor-part": contract["code"],
        "quantity": f"{wanted.quantity}.000",
        "uom": uom,
        "contains": f"{exact(contract['unit.']['factor']):f}",
        "price": {"amount": f"{price.normalize():f}", "per": "1", "uom": uom},
        "price-units": "1",
        "contract": f"ps-{contract['id']}",
        "deliver-to": location,
    }
