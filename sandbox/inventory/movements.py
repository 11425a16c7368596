"""Books movements: consumption and receipt under the rules, discrepancies against them, reversals as plain contras."""

from datetime import date
from typing import Any

from sandbox.inventory.clock import Clock
from sandbox.inventory.database import Database
from sandbox.inventory.errors import VendorError
from sandbox.inventory.ids import Ids
from sandbox.inventory.outbox import Origin
from sandbox.inventory.pars import Pars
from sandbox.inventory.shapes import MovementRequest, to_qty, to_thousandths
from sandbox.inventory.stock import Stock

_REFUSED_CONDITIONS = {"expired": "lotExpired", "quarantined": "lotQuarantined", "onRecall": "lotOnRecall"}


class Movements:
    """`book` is called inside a transaction. The same request twice books twice: no key says otherwise."""

    def __init__(self, database: Database, *, stock: Stock, pars: Pars, ids: Ids, clock: Clock) -> None:
        self._database = database
        self._stock = stock
        self._pars = pars
        self._ids = ids
        self._clock = clock

    def book(
        self,
        request: MovementRequest,
        origin: Origin,
        *,
        booked_by: str = "api",
        movement_id: str | None = None,
    ) -> dict[str, Any]:
        row = self._reversal(request) if request.type == "reversal" else self._movement(request)
        row |= {
            "type": request.type,
            "external_ref": request.external_ref,
            "reason": request.reason,
            "note": request.note,
            "booked_by": booked_by,
        }
        booked = self.read(self.record(row, movement_id=movement_id))
        self._pars.look(booked["sku"], booked["facility"], booked["location"], origin, found_by=booked["movementId"])
        return booked

    def record(self, row: dict[str, Any], *, movement_id: str | None = None) -> str:
        """One movement, checked by whoever calls, who also looks at the par levels once all is booked."""
        movement_id = movement_id or self._ids.next("mov")
        made = {"movement_id": movement_id, "booked_by": "api", "booked_at": self._clock.stamp()}
        self._database.insert("movements", made | row)
        return movement_id

    def contra(self, movement_id: str, *, on: date) -> str:
        """What takes a movement back, whole."""
        request = MovementRequest.model_validate({"type": "reversal", "reverses": movement_id, "serviceDate": on})
        row = self._reversal(request)
        return self.record(row | {"type": "reversal"})

    def check(self, request: MovementRequest) -> None:
        """Raises what `book` would, and books nothing."""
        self._movement(request)

    def read(self, movement_id: str) -> dict[str, Any]:
        row = self._database.one("SELECT * FROM movements WHERE movement_id = ?", movement_id)
        if row is None:
            raise VendorError(404, "movementNotFound", f"no movement {movement_id}", "movementId")
        return movement_shape(row)

    def _reversal(self, request: MovementRequest) -> dict[str, Any]:
        original = self._database.one("SELECT * FROM movements WHERE movement_id = ?", _needed(request, "reverses"))
        if original is None:
            raise VendorError(422, "originalNotFound", f"no movement {request.reverses} to reverse", "reverses")
        kept = ("facility", "location", "sku", "lot", "serial", "use_id")
        for name in kept:
            said = getattr(request, name)
            if said is not None and said != original[name]:
                raise VendorError(422, "reversalMismatch", f"{name} is not that of {request.reverses}", name)
        size = abs(original["delta"]) if request.qty is None else to_thousandths(request.qty)
        return {name: original[name] for name in kept} | {
            "delta": -size if original["delta"] > 0 else size,
            "reverses": request.reverses,
            "service_date": _text(request.service_date) or original["service_date"],
        }

    def _movement(self, request: MovementRequest) -> dict[str, Any]:
        if request.reverses is not None:
            raise VendorError(400, "validationFailed", "only a reversal names what it reverses", "reverses")
        facility, location = _needed(request, "facility"), _needed(request, "location")
        sku = self._stock.find_sku(sku=_needed(request, "sku"))
        item = self._stock.item(sku) if sku else None
        place = self._stock.location(facility, location)
        if request.qty is None:
            raise VendorError(400, "validationFailed", "field required", "qty")
        if item is None:
            raise VendorError(422, "unknownItem", f"{request.sku} is not in the catalogue", "sku")
        if place is None:
            raise VendorError(422, "unknownLocation", f"{facility} has no location {location}", "location")
        if item["tracking"] == "serial" and request.serial and request.qty != 1:
            raise VendorError(422, "qtyOfSerialIsOne", "a serial is one each", "qty")
        size = to_thousandths(request.qty)
        if request.type != "discrepancy":
            self._check(request, item, place, size)
        return {
            "facility": facility,
            "location": location,
            "sku": item["sku"],
            "lot": request.lot,
            "serial": request.serial,
            "delta": size if request.type == "receipt" else -size,
            "use_id": request.use_id,
            "service_date": _text(request.service_date),
        }

    def _check(self, request: MovementRequest, item: dict[str, Any], place: dict[str, Any], size: int) -> None:
        """What refuses a normal movement; each of these posts as a discrepancy."""
        on = request.service_date or self._clock.today(place["timeZone"])
        batch: dict[str, Any] | None = None
        if item["tracking"] in ("lot", "lotExpiry"):
            if request.lot is None:
                raise VendorError(422, "lotRequired", f"{item['sku']} is tracked by lot", "lot")
            batch = self._stock.lot(item["sku"], request.lot, on=on)
            if batch is None:
                raise VendorError(422, "unknownLot", f"{item['sku']} has no lot {request.lot}", "lot")
        if item["tracking"] == "serial":
            if request.serial is None:
                raise VendorError(422, "serialRequired", f"{item['sku']} is tracked by serial", "serial")
            batch = self._stock.serial(item["sku"], request.serial, on=on)
            if batch is None:
                raise VendorError(422, "unknownSerial", f"{item['sku']} has no serial {request.serial}", "serial")
        if request.type == "receipt":
            return
        if batch and batch["condition"] in _REFUSED_CONDITIONS:
            code = _REFUSED_CONDITIONS[batch["condition"]]
            raise VendorError(422, code, f"{request.lot or request.serial} is {batch['condition']}", "lot")
        # A lot noted on an item that is not tracked by lot says nothing of what is on hand.
        tracked = {"lot": request.lot, "lotExpiry": request.lot, "serial": request.serial}.get(item["tracking"])
        by = {"serial" if item["tracking"] == "serial" else "lot": tracked}
        on_hand = self._stock.on_hand(item["sku"], facility=place["facility"], location=place["location"], **by)
        # A par cart was expensed when it was filled: its count is a help for refilling, not a ledger that can refuse.
        if place["stockPolicy"] == "perpetual" and on_hand < size:
            detail = f"{to_qty(on_hand)} on hand at {place['location']}, {request.qty:g} asked for"
            raise VendorError(422, "insufficientStock", detail, "qty")


def movement_shape(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "movementId": row["movement_id"],
        "type": row["type"],
        "facility": row["facility"],
        "location": row["location"],
        "sku": row["sku"],
        "lot": row["lot"],
        "serial": row["serial"],
        "qty": to_qty(abs(row["delta"])),
        "delta": to_qty(row["delta"]),
        "externalRef": row["external_ref"],
        "useId": row["use_id"],
        "reverses": row["reverses"],
        "reason": row["reason"],
        "note": row["note"],
        "serviceDate": row["service_date"],
        "bookedBy": row["booked_by"],
        "bookedAt": row["booked_at"],
    }


def _needed(request: MovementRequest, name: str) -> str:
    value = getattr(request, name)
    if value is None:
        raise VendorError(400, "validationFailed", "field required", name)
    return str(value)


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
