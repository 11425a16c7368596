"""Goods onto shelves and off them, lot by lot: what each put-away, removal and transfer does to stock, and what refuses it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sandbox.inventory.clock import Clock
from sandbox.inventory.database import Database
from sandbox.inventory.document_shapes import LotQty, PutawayRequest, StockLine
from sandbox.inventory.errors import VendorError
from sandbox.inventory.shapes import to_qty, to_thousandths
from sandbox.inventory.stock import Stock


@dataclass(frozen=True)
class Part:
    """So many thousandths of one lot or serial, or of goods that carry none."""

    sku: str
    lot: str | None
    serial: str | None
    eaches: int


class Shelves:
    """Every method that writes is called inside a transaction."""

    def __init__(self, database: Database, *, stock: Stock, clock: Clock) -> None:
        self._database = database
        self._stock = stock
        self._clock = clock

    def place(self, facility: str, location: str, field: str = "location") -> dict[str, Any]:
        place = self._stock.location(facility, location)
        if place is None:
            raise VendorError(422, "unknownLocation", f"{facility} has no location {location}", field)
        return place

    def item(self, sku: str) -> dict[str, Any]:
        found = self._stock.find_sku(sku=sku)
        item = self._stock.item(found) if found else None
        if item is None:
            raise VendorError(422, "unknownItem", f"{sku} is not in the catalogue", "sku")
        return item

    def register(self, request: PutawayRequest, line: StockLine) -> list[Part]:
        """The parts of a line that comes in; its lots are known from now on, by owner and expiry."""
        item = self.item(line.sku)
        owner = "hospital" if request.ownership == "owned" else "supplier"
        if item["tracking"] == "none":
            usual = "hospital" if item["ownership"] == "owned" else "supplier"
            if owner != usual:
                raise VendorError(422, "ownerMismatch", f"{item['sku']} without a lot is the {usual}'s", "ownership")
            return [Part(item["sku"], None, None, to_thousandths(line.qty))]
        parts = self._parts(item, line.lots, line.qty)
        for part, batch in zip(parts, line.lots, strict=True):
            self._register(item, part, batch, owner)
        return parts

    def taken(self, line: StockLine, facility: str, location: str) -> list[Part]:
        """The parts of a line that goes out, in whatever condition."""
        item = self.item(line.sku)
        if item["tracking"] == "none":
            parts = [Part(item["sku"], None, None, to_thousandths(line.qty))]
        else:
            parts = self._parts(item, line.lots, line.qty)
        place = self.place(facility, location)
        for part in parts:
            self.hold_on_hand(place, part)
        return parts

    def picked(self, sku: str, qty: float, facility: str, location: str) -> list[Part]:
        """So many that may be used, the first to expire first."""
        item, place = self.item(sku), self.place(facility, location)
        rows = self._database.all(
            """SELECT lot, serial, SUM(delta) AS eaches FROM stocked WHERE sku = ? AND facility = ? AND location = ?
            AND hold IS NULL AND expires_on >= ? AND owner = usual_owner
            GROUP BY lot, serial HAVING SUM(delta) > 0 ORDER BY expires_on, lot, serial""",
            item["sku"], facility, location, self._clock.today(place["timeZone"]).isoformat(),
        )  # fmt: skip
        left, parts = to_thousandths(qty), []
        for row in rows:
            eaches = min(left, int(row["eaches"]))
            if eaches > 0:
                parts.append(Part(item["sku"], row["lot"], row["serial"], eaches))
                left -= eaches
        if left > 0:
            short = f"{location} has {to_qty(to_thousandths(qty) - left)} that may be used, {qty:g} asked for"
            raise VendorError(422, "insufficientStock", short, "qty")
        return parts

    def hold_on_hand(self, place: dict[str, Any], part: Part, *, code: str = "insufficientStock") -> None:
        """Refuses what would leave fewer than none of the lot. A par cart's count refuses nothing."""
        at = {"facility": place["facility"], "location": place["location"]}
        on_hand = self._stock.on_hand(part.sku, **at, lot=part.lot, serial=part.serial)
        if place["stockPolicy"] == "perpetual" and on_hand < part.eaches:
            detail = f"{to_qty(on_hand)} on hand at {place['location']}, {to_qty(part.eaches)} to be taken"
            raise VendorError(422, code, detail, "qty")

    def _parts(self, item: dict[str, Any], lots: Sequence[LotQty], qty: float) -> list[Part]:
        """The lots or serials of a line of a tracked item."""
        by = "serial" if item["tracking"] == "serial" else "lot"
        if not lots or any(getattr(each, by) is None for each in lots):
            raise VendorError(422, f"{by}Required", f"{item['sku']} is tracked by {by}", by)
        if by == "serial" and any(each.qty != 1 for each in lots):
            raise VendorError(422, "qtyOfSerialIsOne", "a serial is one each", "qty")
        if sum(to_thousandths(each.qty) for each in lots) != to_thousandths(qty):
            raise VendorError(400, "validationFailed", "the lots of a line must make up its qty", "lots")
        if by == "serial":
            return [Part(item["sku"], None, each.serial, 1000) for each in lots]
        return [Part(item["sku"], each.lot, None, to_thousandths(each.qty)) for each in lots]

    def _register(self, item: dict[str, Any], part: Part, batch: LotQty, owner: str) -> None:
        table, column, value = ("serials", "serial", part.serial) if part.serial else ("lots", "lot", part.lot)
        expires_on = _text(batch.expires_on)
        known = self._database.one(f"SELECT * FROM {table} WHERE sku = ? AND {column} = ?", part.sku, value)
        if part.serial and self._somewhere(part):
            raise VendorError(422, "serialOnHand", f"{value} is on hand already", "serial")
        if known is None:
            if expires_on is None and item["tracking"] != "lot":
                raise VendorError(422, "expiryRequired", f"{value} is new and comes without its expiry", "expiresOn")
            hold = None if batch.condition == "inDate" else batch.condition
            row = {"sku": part.sku, column: value, "expires_on": expires_on, "owner": owner, "hold": hold}
            self._database.insert(table, row)
        elif known["owner"] != owner:
            raise VendorError(422, "ownerMismatch", f"{value} is the {known['owner']}'s", "ownership")
        elif expires_on is not None and known["expires_on"] != expires_on and item["tracking"] != "lot":
            raise VendorError(422, "expiryMismatch", f"{value} expires on {known['expires_on']}", "expiresOn")

    def _somewhere(self, part: Part) -> bool:
        on_hand = "SELECT COALESCE(SUM(delta), 0) FROM movements WHERE sku = ? AND serial = ?"
        return int(self._database.value(on_hand, part.sku, part.serial)) > 0


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
