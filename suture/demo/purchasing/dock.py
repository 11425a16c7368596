"""The dock terminal: what the receiving clerk captures of goods that come, did not come, or go back."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from suture.demo.purchasing.moves import Dock, Purchase, SendBack
from suture.demo.purchasing.placed import Line, Placed
from suture.demo.vendors import Vendor

CAMPUSES = {"NORTH": "northCampus", "SOUTH": "southCampus"}


class Clerk:
    """Whoever receives, in the hospital's inventory system."""

    def __init__(self, inventory: Vendor) -> None:
        self._inventory = inventory

    async def receive(
        self, purchase: Purchase, placed: Placed, dock: Dock, shipped: Mapping[str, Any]
    ) -> tuple[str, ...]:
        """The clerk captures what a shipment holds, one receipt a location; answers the numbers of the receipts."""
        known = {line.line: line for line in placed.lines}
        places = list(dict.fromkeys(known[line["buyer-line"]].location for line in shipped["lines"]))
        numbers = []
        for place in places:
            number = dock.number if len(places) == 1 else f"{dock.number}.{place}"
            lines = [line for line in shipped["lines"] if known[line["buyer-line"]].location == place]
            receipt = {
                "receiptNumber": number,
                "supplierNumber": str(purchase.supplier),
                "packingSlip": f"PS-{number}",
                "facility": CAMPUSES[purchase.facility],
                "location": place,
                "receivedAt": datetime.now(UTC).isoformat(),
                "lines": [_came(line, known[line["buyer-line"]], dock) for line in lines],
            }
            receipt |= {"orderNumber": placed.number} if dock.order == "named" else {}
            receipt |= {"shipNoticeNumber": shipped["paper"]} if dock.by_notice else {}
            await self._inventory.send("/v2/dockReceipts", receipt)
            numbers.append(number)
        return tuple(numbers)

    async def refill(self, purchase: Purchase, number: str, location: str, shipped: Mapping[str, Any]) -> None:
        """What a supplier refills of its own comes without an order."""
        lines = [
            {
                "sku": f"SKU-{line['buyer-part']}",
                "unit": "each",
                "acceptedQty": float(line["quantity"]),
                "lots": _lots(line, Decimal(line["quantity"])),
            }
            for line in shipped["lines"]
        ]
        receipt = {
            "receiptNumber": number,
            "supplierNumber": str(purchase.supplier),
            "packingSlip": f"PS-{number}",
            "facility": CAMPUSES[purchase.facility],
            "location": location,
            "ownership": "consigned",
            "receivedAt": datetime.now(UTC).isoformat(),
            "lines": lines,
        }
        await self._inventory.send("/v2/dockReceipts", receipt)

    async def reverse(self, number: str, reason: str) -> None:
        """A receipt did not happen as it was captured."""
        await self._inventory.send(f"/v2/dockReceipts/{number}/reversal", {"reason": reason})

    async def send_back(self, purchase: Purchase, placed: Placed, back: SendBack, shipped: Mapping[str, Any]) -> None:
        """Goods go back, of the lots with which they came."""
        line = next(one for one in placed.lines if one.item == back.item)
        came = next(one for one in shipped["lines"] if one["buyer-line"] == line.line)
        told = {
            "returnNumber": back.number,
            "orderNumber": placed.number,
            "receiptNumber": back.receipt,
            "supplierNumber": str(purchase.supplier),
            "facility": CAMPUSES[purchase.facility],
            "location": line.location,
            "reason": back.reason,
            "returnedAt": datetime.now(UTC).isoformat(),
            "lines": [
                {
                    "orderLine": line.line,
                    "sku": f"SKU-{back.item}",
                    "unit": line.unit,
                    "qty": back.quantity,
                    "lots": _lots(came, back.quantity * line.holds),
                }
            ],
        }
        await self._inventory.send("/v2/supplierReturns", told)


def _came(shipped: Mapping[str, Any], line: Line, dock: Dock) -> dict[str, Any]:
    """A line as the clerk counts it, in the unit ordered or in eaches."""
    item = int(shipped["buyer-part"])
    refused = dock.refused.get(item)
    accepted = Decimal(dock.accepted.get(item, Decimal(shipped["quantity"]) - (refused[0] if refused else 0)))
    per = line.holds if dock.in_eaches else Decimal(1)
    told: dict[str, Any] = {
        "orderLine": shipped["buyer-line"] if item == line.item and item not in dock.other else None,
        "sku": f"SKU-{dock.other.get(item, item)}",
        "unit": "each" if dock.in_eaches else line.unit,
        "acceptedQty": float(accepted * per),
    }
    if refused:
        told["refused"] = {"qty": float(refused[0] * per), "reason": refused[1]}
    if item in dock.undated:
        told["lots"] = [{"lot": dock.undated[item], "qty": float(accepted * line.holds)}]
    elif not dock.by_notice:
        told["lots"] = _lots(shipped, accepted * line.holds)
    return {name: value for name, value in told.items() if value is not None}


def _lots(shipped: Mapping[str, Any], base: Decimal) -> list[dict[str, Any]]:
    """The lots and serials of so many eaches, as they are printed on the goods."""
    lots: list[dict[str, Any]] = []
    left = base
    for batch in shipped["batches"]:
        taken = min(Decimal(batch["quantity"]), left)
        if taken > 0:
            label = {"lot": batch["lot"], "serial": batch["serial"], "expiresOn": batch["expires-on"]}
            lots.append({name: value for name, value in label.items() if value} | {"qty": float(taken)})
            left -= taken
    if left > 0 and lots and "serial" not in lots[-1]:
        lots[-1]["qty"] += float(left)
    return lots
