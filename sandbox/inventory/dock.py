"""The dock terminal: what a person captures of goods that come or go back. It moves no stock; it is told to the world."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sandbox.inventory.clock import Clock
from sandbox.inventory.database import Database
from sandbox.inventory.document_shapes import (
    DockLine,
    DockReceiptRequest,
    DockReversalRequest,
    SupplierReturnLine,
    SupplierReturnRequest,
)
from sandbox.inventory.errors import VendorError
from sandbox.inventory.ids import Ids
from sandbox.inventory.outbox import Origin, Outbox
from sandbox.inventory.shapes import as_sent
from sandbox.inventory.stock import Stock


class Dock:
    """Every method that writes is called inside a transaction: the capture and its event stand together."""

    def __init__(self, database: Database, *, stock: Stock, outbox: Outbox, ids: Ids, clock: Clock) -> None:
        self._database = database
        self._stock = stock
        self._outbox = outbox
        self._ids = ids
        self._clock = clock

    def receive(self, request: DockReceiptRequest, origin: Origin) -> dict[str, Any]:
        number = request.receipt_number or self._ids.next("dre")
        place = self._place(request.facility, request.location)
        captured = as_sent(request) | {
            "receiptNumber": number,
            "movesStock": request.ownership != "billOnly",
            "receivedOn": self._day(request.received_at, place),
            "lines": self._lines(request.lines),
        }
        return self._capture("dockReceipt", number, captured, origin)

    def send_back(self, request: SupplierReturnRequest, origin: Origin) -> dict[str, Any]:
        number = request.return_number or self._ids.next("srt")
        place = self._place(request.facility, request.location)
        captured = as_sent(request) | {
            "returnNumber": number,
            "returnedOn": self._day(request.returned_at, place),
            "lines": self._lines(request.lines),
        }
        return self._capture("supplierReturn", number, captured, origin)

    def reverse(self, number: str, request: DockReversalRequest, origin: Origin) -> dict[str, Any]:
        """A receipt did not happen as it was captured. Said again, it is told once."""
        captured = self.read("dockReceipt", number)
        if captured["reversal"] is not None:
            return captured
        reversal = {"reason": request.reason, "reversedAt": self._clock.stamp()}
        self._database.execute("UPDATE dock_documents SET reversal = ? WHERE number = ?", json.dumps(reversal), number)
        told = {name: captured[name] for name in ("receiptNumber", "facility")}
        self._outbox.put("dockReceipt.reversed", told | {"orderNumber": captured.get("orderNumber")} | reversal, origin)
        return captured | {"reversal": reversal}

    def read(self, kind: str, number: str) -> dict[str, Any]:
        row = self._database.one("SELECT * FROM dock_documents WHERE kind = ? AND number = ?", kind, number)
        if row is None:
            raise VendorError(404, "documentNotFound", f"no {kind} {number}", "number")
        return dock_shape(row)

    def _capture(self, kind: str, number: str, captured: dict[str, Any], origin: Origin) -> dict[str, Any]:
        if self._database.one("SELECT 1 FROM dock_documents WHERE number = ?", number) is not None:
            raise VendorError(409, "documentExists", f"{number} is captured already", "number")
        captured |= {"capturedAt": self._clock.stamp()}
        self._database.insert("dock_documents", {"number": number, "kind": kind, "captured": json.dumps(captured)})
        self._outbox.put(f"{kind}.captured", captured, origin)
        return captured | {"reversal": None}

    def _place(self, facility: str, location: str) -> dict[str, Any]:
        place = self._stock.location(facility, location)
        if place is None:
            raise VendorError(422, "unknownLocation", f"{facility} has no location {location}", "location")
        return place

    def _day(self, moment: datetime, place: dict[str, Any]) -> str:
        return self._clock.day(moment, place["timeZone"]).isoformat()

    def _lines(self, lines: Sequence[DockLine | SupplierReturnLine]) -> list[dict[str, Any]]:
        """Each with its number, and the eaches of its unit where the catalogue knows the pack."""
        return [
            as_sent(line) | {"line": n, "unitEaches": self._eaches(line.sku, line.unit)}
            for n, line in enumerate(lines, start=1)
        ]

    def _eaches(self, sku: str, unit: str) -> int | None:
        item = self._stock.item(sku)
        return next((each["eaches"] for each in (item or {"packs": ()})["packs"] if each["level"] == unit), None)


def dock_shape(row: dict[str, Any]) -> dict[str, Any]:
    captured: dict[str, Any] = json.loads(row["captured"])
    return captured | {"reversal": json.loads(row["reversal"]) if row["reversal"] else None}
