"""Captures uses at the point of care, and sends each out; a cabinet books its own movement first and says so."""

import json
from typing import Any

from pydantic import ValidationError

from sandbox.inventory.clock import Clock
from sandbox.inventory.database import Database
from sandbox.inventory.errors import VendorError
from sandbox.inventory.ids import Ids
from sandbox.inventory.label import read_label
from sandbox.inventory.movements import Movements
from sandbox.inventory.outbox import Origin, Outbox
from sandbox.inventory.shapes import CorrectionRequest, MovementRequest, Replacement, UseRequest, as_sent
from sandbox.inventory.stock import Stock

_SENT = (
    "actId", "surgicalCaseNumber", "encounterNumber", "disposition", "barcode", "sku", "lot", "serial", "qty", "unit",
    "location", "facility", "performingCostCentre", "chargedCostCentre",
)  # fmt: skip
_BOOKED = ("facility", "location", "barcode", "sku", "lot", "serial", "qty", "unit")
"""What a movement that the cabinet has made already was made of."""


class Uses:
    """Every method that writes is called inside a transaction: the use, its movement and its event stand together."""

    def __init__(
        self, database: Database, *, stock: Stock, movements: Movements, outbox: Outbox, ids: Ids, clock: Clock
    ) -> None:
        self._database = database
        self._stock = stock
        self._movements = movements
        self._outbox = outbox
        self._ids = ids
        self._clock = clock

    @property
    def cabinet_books(self) -> bool:
        """Kept beside the backlog, so that both survive a restart or neither does."""
        return bool(self._database.value("SELECT value FROM settings WHERE name = 'cabinetBooks'") != "no")

    def capture(self, request: UseRequest, origin: Origin) -> dict[str, Any]:
        use_id = request.use_id or self._ids.next("use")
        if self._find(use_id) is not None:
            raise VendorError(409, "useExists", f"use {use_id} is captured already", "useId")
        place = self._place(request)
        act_id = request.act_id or self._ids.next("act")
        booked = self._book_at_cabinet(request, use_id, origin) if place["booksOwnUses"] else None
        return self._store(request, use_id, act_id=act_id, version=1, already_booked=booked, origin=origin)

    def amend(self, use_id: str, request: UseRequest, origin: Origin) -> dict[str, Any]:
        """The same act, told anew (an encounter number that came later): the next version of the use."""
        stored = self.read(use_id)
        if request.use_id not in (None, use_id):
            raise VendorError(422, "useIdMismatch", "useId in path and body differ", "useId")
        self._place(request)
        asked = request.model_dump(by_alias=True)
        changed = next((name for name in _BOOKED if asked[name] != stored[name]), None)
        if stored["alreadyBooked"] and changed:
            raise VendorError(422, "alreadyBooked", f"{changed} is booked already: correct the use instead", changed)
        return self._store(
            request, use_id, act_id=request.act_id or stored["actId"], version=stored["version"] + 1,
            already_booked=stored["alreadyBooked"], origin=origin,
        )  # fmt: skip

    def correct(self, use_id: str, request: CorrectionRequest, origin: Origin) -> dict[str, Any]:
        """Says what was wrong and what is right. Movements stay as they are, a cabinet's own ones too."""
        use, earlier = self.read(use_id), self.corrections(use_id)
        latest = next((each["replacement"] for each in reversed(earlier) if each["replacement"]), use)
        correction = {
            "correctionId": self._ids.next("cor"),
            "correctsUseId": use_id,
            "version": len(earlier) + 1,
            "kind": request.kind,
            "replacement": replaced(latest, request.replacement) if request.replacement else None,
            "facility": use["facility"],
            "correctedAt": self._clock.stamp(),
        }
        self._database.execute(
            """INSERT INTO corrections (correction_id, use_id, version, kind, replacement, facility, corrected_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)""",
            correction["correctionId"], use_id, correction["version"], request.kind,
            json.dumps(correction["replacement"]), use["facility"], correction["correctedAt"],
        )  # fmt: skip
        self._outbox.put("use.corrected", correction, origin)
        return correction

    def corrections(self, use_id: str) -> list[dict[str, Any]]:
        rows = self._database.all("SELECT * FROM corrections WHERE use_id = ? ORDER BY n", use_id)
        return [
            {
                "correctionId": row["correction_id"],
                "correctsUseId": row["use_id"],
                "version": row["version"],
                "kind": row["kind"],
                "replacement": json.loads(row["replacement"]),
                "facility": row["facility"],
                "correctedAt": row["corrected_at"],
            }
            for row in rows
        ]

    def read(self, use_id: str) -> dict[str, Any]:
        found = self._find(use_id)
        if found is None:
            raise VendorError(404, "useNotFound", f"no use {use_id}", "useId")
        return found

    def switch_cabinet(self, *, books: bool) -> int:
        """On: books what the cabinet announced while its booking was switched off; says how much that was."""
        self._database.execute(
            "INSERT OR REPLACE INTO settings (name, value) VALUES ('cabinetBooks', ?)", "yes" if books else "no"
        )
        if not books:
            return 0
        waiting = self._database.all("SELECT * FROM cabinet_backlog ORDER BY rowid")
        for row in waiting:
            booking = self._bookable(MovementRequest.model_validate_json(row["booking"]))
            self._movements.book(booking, Origin(), booked_by="cabinet", movement_id=row["movement_id"])
        self._database.execute("DELETE FROM cabinet_backlog")
        return len(waiting)

    def _place(self, request: UseRequest) -> dict[str, Any]:
        place = self._stock.location(request.facility, request.location)
        if place is None:
            raise VendorError(422, "unknownLocation", f"{request.facility} has no {request.location}", "location")
        return place

    def _find(self, use_id: str) -> dict[str, Any] | None:
        row = self._database.one("SELECT * FROM uses WHERE use_id = ?", use_id)
        return use_shape(row) if row else None

    def _store(
        self, request: UseRequest, use_id: str, *, act_id: str, version: int, already_booked: Any, origin: Origin
    ) -> dict[str, Any]:
        captured = request.model_dump(mode="json", by_alias=True, include=set(UseRequest.model_fields) - {"patient"})
        use = {"useId": use_id, "version": version, **{name: captured[name] for name in _SENT}, "actId": act_id}
        use |= {"scannedAt": request.scanned_at.isoformat(), "alreadyBooked": already_booked}
        # A vendor that keeps whole numbers whole, whatever type they came in.
        use["qty"] = int(request.qty) if request.qty == int(request.qty) else request.qty
        patient = as_sent(request.patient) if request.patient else None
        use |= {"capturedAt": self._clock.stamp()}
        self._database.execute(
            """INSERT INTO uses (use_id, act_id, version, encounter_number, patient, captured, captured_at)
            VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (use_id) DO UPDATE SET act_id = excluded.act_id,
            version = excluded.version, encounter_number = excluded.encounter_number, patient = excluded.patient,
            captured = excluded.captured, captured_at = excluded.captured_at""",
            use_id, act_id, version, request.encounter_number, json.dumps(patient) if patient else None,
            json.dumps({name: value for name, value in use.items() if name != "encounterNumber"}), use["capturedAt"],
        )  # fmt: skip
        use |= {"patient": patient} if patient else {}
        self._outbox.put("use.captured", use, origin)
        return use

    def _book_at_cabinet(self, request: UseRequest, use_id: str, origin: Origin) -> dict[str, str]:
        label = read_label(request.barcode or "")
        sku = self._stock.find_sku(sku=request.sku) if request.sku else self._stock.find_sku(gtin=label.gtin)
        if sku is None:
            raise VendorError(422, "unknownItem", "the cabinet does not know this item", "sku")
        pack = self._stock.pack(label.gtin) if label.gtin else None
        box = next((each for each in (self._stock.item(sku) or {})["packs"] if each["level"] == "box"), None)
        eaches = pack["eaches"] if pack else box["eaches"] if box and request.unit == "box" else 1
        fields = {
            "type": "consumption",
            "facility": request.facility,
            "location": request.location,
            "sku": sku,
            "lot": request.lot or label.lot,
            "serial": request.serial or label.serial,
            "qty": float(request.qty * eaches),
            "useId": use_id,
            "serviceDate": request.scanned_at.date(),
        }
        movement_id = self._ids.next("mov")
        booking = self._bookable(_movement(fields))
        if self.cabinet_books:
            self._movements.book(booking, origin, booked_by="cabinet", movement_id=movement_id)
        else:
            self._database.insert(
                "cabinet_backlog", {"movement_id": movement_id, "booking": json.dumps(as_sent(booking))}
            )
        return {"movementId": movement_id}

    def _bookable(self, booking: MovementRequest) -> MovementRequest:
        """What was taken out of the cabinet is gone: what the rules refuse is booked as a discrepancy."""
        try:
            self._movements.check(booking)
        except VendorError as refusal:
            booking = booking.model_copy(update={"type": "discrepancy", "reason": refusal.body["error"]["code"]})
            self._movements.check(booking)
        return booking


def _movement(fields: dict[str, Any]) -> MovementRequest:
    try:
        return MovementRequest.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        raise VendorError(422, "cannotBeBooked", str(first["msg"]), str(first["loc"][0])) from error


def replaced(use: dict[str, Any], replacement: Replacement) -> dict[str, Any]:
    """The whole use as it should have been recorded, in its next version; nothing was booked for it."""
    changes = as_sent(replacement)
    scanned = dict.fromkeys(("barcode", "sku", "lot", "serial", "unit"))
    another_item = "barcode" in changes or "sku" in changes
    return use | (scanned if another_item else {}) | changes | {"version": use["version"] + 1, "alreadyBooked": None}


def use_shape(row: dict[str, Any]) -> dict[str, Any]:
    use: dict[str, Any] = json.loads(row["captured"]) | {"encounterNumber": row["encounter_number"]}
    return use | ({"patient": json.loads(row["patient"])} if row["patient"] else {})
