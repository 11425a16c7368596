"""Stock documents: put-aways, removals, transfers, expected deliveries, ship notices; each taken back in place, once."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from sandbox.inventory.clock import Clock
from sandbox.inventory.database import Database
from sandbox.inventory.document_shapes import (
    ExpectedDeliveryRequest,
    ExpectedLine,
    PutawayRequest,
    RemovalRequest,
    ShipNoticeRequest,
    StockLine,
    TakeBackRequest,
    TransferRequest,
)
from sandbox.inventory.errors import VendorError
from sandbox.inventory.ids import Ids
from sandbox.inventory.movements import Movements
from sandbox.inventory.outbox import Origin
from sandbox.inventory.pars import Pars
from sandbox.inventory.shapes import Shape, as_sent, to_qty
from sandbox.inventory.shelves import Part, Shelves

Line = tuple[str, str, int, str | None]
"""An item, a location, thousandths, and the day it is expected on."""


class Documents:
    """Every method that writes is called inside a transaction. The same request twice books twice: no key says otherwise."""

    def __init__(
        self, database: Database, *, shelves: Shelves, movements: Movements, pars: Pars, ids: Ids, clock: Clock
    ) -> None:
        self._database = database
        self._shelves = shelves
        self._movements = movements
        self._pars = pars
        self._ids = ids
        self._clock = clock

    def put_away(self, request: PutawayRequest, origin: Origin) -> dict[str, Any]:
        self._shelves.place(request.facility, request.location)
        parts = [part for line in request.lines for part in self._shelves.register(request, line)]
        document_id = self._keep(
            "putaway", request, [(part.sku, request.location, part.eaches, None) for part in parts],
            order_number=request.order_number, on=request.effective_on,
        )  # fmt: skip
        moved = [self._move(document_id, "putaway", request.location, part, part.eaches) for part in parts]
        self._look(document_id, moved, origin)
        return self.read("putaway", document_id)

    def remove(self, request: RemovalRequest, origin: Origin) -> dict[str, Any]:
        self._shelves.place(request.facility, request.location)
        at = request.facility, request.location
        parts = [part for line in request.lines for part in self._shelves.taken(line, *at)]
        document_id = self._keep(
            "removal", request, [(part.sku, request.location, part.eaches, None) for part in parts],
            on=request.effective_on,
        )  # fmt: skip
        moved = [self._move(document_id, "removal", request.location, part, -part.eaches) for part in parts]
        self._look(document_id, moved, origin)
        return self.read("removal", document_id)

    def transfer(self, request: TransferRequest, origin: Origin) -> dict[str, Any]:
        """Both legs as one document; the second follows with the arrival, where that is told later."""
        if request.from_location == request.to_location:
            raise VendorError(422, "sameLocation", "a transfer goes to another location", "toLocation")
        self._shelves.place(request.facility, request.from_location, "fromLocation")
        self._shelves.place(request.facility, request.to_location, "toLocation")
        parts = self._to_transfer(request)
        document_id = self._keep(
            "transfer", request, [(part.sku, request.to_location, part.eaches, None) for part in parts],
            on=request.effective_on, status="inTransit",
        )  # fmt: skip
        moved = [self._move(document_id, "transferOut", request.from_location, part, -part.eaches) for part in parts]
        self._look(document_id, moved, origin)
        if request.arrives == "atOnce":
            return self.arrive(document_id, origin)
        return self.read("transfer", document_id)

    def arrive(self, document_id: str, origin: Origin) -> dict[str, Any]:
        """The second leg of a transfer; told twice, it is booked once."""
        document = self.read("transfer", document_id)
        if document["status"] == "reversed":
            raise VendorError(422, "alreadyReversed", f"{document_id} was taken back", "documentId")
        if document["status"] == "inTransit":
            self._database.execute("UPDATE documents SET status = 'booked' WHERE document_id = ?", document_id)
            to, parts = document["content"]["toLocation"], map(_part, map(self._movements.read, document["movements"]))
            moved = [self._move(document_id, "transferIn", to, part, part.eaches) for part in parts]
            self._look(document_id, moved, origin)
        return self.read("transfer", document_id)

    def expect(self, request: ExpectedDeliveryRequest, origin: Origin) -> dict[str, Any]:
        document_id = self._keep(
            "expectedDelivery", request, self._coming(request.facility, request.lines),
            order_number=request.order_number, revision=request.revision,
        )  # fmt: skip
        self._look(document_id, [], origin)
        return self.read("expectedDelivery", document_id)

    def notice(self, request: ShipNoticeRequest, origin: Origin) -> dict[str, Any]:
        lines = self._coming(request.facility, request.lines)
        document_id = self._keep("shipNotice", request, lines, order_number=request.order_number)
        self._look(document_id, [], origin)
        return self.read("shipNotice", document_id)

    def take_back(self, kind: str, document_id: str, request: TakeBackRequest, origin: Origin) -> dict[str, Any]:
        """Contra movements for all that it moved. Asked again, it answers the first time."""
        document = self.read(kind, document_id)
        if document["reversal"] is not None:
            return document
        reversal = {
            "reversalId": self._ids.next("rev"),
            "externalRef": request.external_ref,
            "effectiveOn": request.effective_on.isoformat(),
            "reversedAt": self._clock.stamp(),
        }
        self._database.execute(
            "UPDATE documents SET status = 'reversed', reversal = ? WHERE document_id = ?",
            json.dumps(reversal), document_id,
        )  # fmt: skip
        contras = []
        for movement_id in reversed(document["movements"]):
            moved = self._movements.read(movement_id)
            if moved["delta"] > 0:
                place = self._shelves.place(moved["facility"], moved["location"])
                self._shelves.hold_on_hand(place, _part(moved), code="goodsMovedOn")
            contras.append(self._movements.contra(movement_id, on=request.effective_on))
        self._look(document_id, contras, origin)
        return self.read(kind, document_id)

    def read(self, kind: str, document_id: str) -> dict[str, Any]:
        row = self._database.one("SELECT * FROM documents WHERE kind = ? AND document_id = ?", kind, document_id)
        if row is None:
            raise VendorError(404, "documentNotFound", f"no {kind} {document_id}", "documentId")
        return document_shape(row)

    def _to_transfer(self, request: TransferRequest) -> list[Part]:
        if not request.lots:
            return self._shelves.picked(request.sku, request.qty, request.facility, request.from_location)
        line = StockLine(sku=request.sku, qty=request.qty, lots=request.lots)
        return self._shelves.taken(line, request.facility, request.from_location)

    def _coming(self, facility: str, lines: Sequence[ExpectedLine]) -> list[Line]:
        for line in lines:
            self._shelves.place(facility, line.location)
        return [
            (
                self._shelves.item(line.sku)["sku"],
                line.location,
                round(line.qty * 1000),
                line.on.isoformat() if line.on else None,
            )
            for line in lines
        ]

    def _keep(
        self, kind: str, request: Shape, lines: Sequence[Line], *, order_number: str | None = None,
        revision: int | None = None, on: date | None = None, status: str = "booked",
    ) -> str:  # fmt: skip
        content = as_sent(request)
        document_id = self._ids.next({"expectedDelivery": "exp", "shipNotice": "shn"}.get(kind, kind[:3]))
        row = {
            "document_id": document_id,
            "kind": kind,
            "external_ref": content.get("externalRef"),
            "facility": content["facility"],
            "order_number": order_number,
            "revision": revision,
            "status": status,
            "qty": sum(eaches for _, _, eaches, _ in lines),
            "effective_on": on.isoformat() if on else None,
            "content": json.dumps(content),
            "movements": "[]",
            "booked_at": self._clock.stamp(),
        }
        self._database.insert("documents", row)
        self._database.many(
            "INSERT INTO document_lines (document_id, sku, location, qty, expected_on) VALUES (?, ?, ?, ?, ?)",
            ((document_id, *line) for line in lines),
        )
        return document_id

    def _move(self, document_id: str, kind: str, location: str, part: Part, delta: int) -> str:
        document = self._database.one("SELECT * FROM documents WHERE document_id = ?", document_id) or {}
        row = {
            "type": kind,
            "facility": document["facility"],
            "location": location,
            "sku": part.sku,
            "lot": part.lot,
            "serial": part.serial,
            "delta": delta,
            "service_date": document["effective_on"],
        }
        movement_id = self._movements.record(row)
        self._database.execute(
            "UPDATE documents SET movements = json_insert(movements, '$[#]', ?) WHERE document_id = ?",
            movement_id, document_id,
        )  # fmt: skip
        return movement_id

    def _look(self, document_id: str, moved: Sequence[str], origin: Origin) -> None:
        """At the par levels, once all is booked: where goods moved, and wherever else the order has something coming."""
        for movement in map(self._movements.read, moved):
            at = movement["sku"], movement["facility"], movement["location"]
            self._pars.look(*at, origin, found_by=movement["movementId"])
        rows = self._database.all(
            """SELECT DISTINCT sku FROM document_lines JOIN documents USING (document_id) WHERE document_id = ?1
            OR (facility, order_number) = (SELECT facility, order_number FROM documents WHERE document_id = ?1)
            ORDER BY sku""",
            document_id,
        )  # fmt: skip
        for row in rows:
            self._pars.look_everywhere(row["sku"], origin)


def document_shape(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "documentId": row["document_id"],
        "kind": row["kind"],
        "externalRef": row["external_ref"],
        "facility": row["facility"],
        "orderNumber": row["order_number"],
        "revision": row["revision"],
        "status": row["status"],
        "qty": to_qty(row["qty"]),
        "effectiveOn": row["effective_on"],
        "content": json.loads(row["content"]),
        "movements": json.loads(row["movements"]),
        "bookedAt": row["booked_at"],
        "reversal": json.loads(row["reversal"]) if row["reversal"] else None,
    }


def _part(moved: dict[str, Any]) -> Part:
    return Part(moved["sku"], moved["lot"], moved["serial"], round(moved["qty"] * 1000))
