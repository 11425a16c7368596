"""Reads stock: items by any code, lots and serials with their condition, on hand as a sum of movements."""

import json
from datetime import date
from typing import Any

from sandbox.inventory.database import Database
from sandbox.inventory.shapes import to_qty


class Stock:
    def __init__(self, database: Database) -> None:
        self._database = database

    def item(self, sku: str) -> dict[str, Any] | None:
        row = self._database.one("SELECT * FROM items WHERE sku = ?", sku)
        if row is None:
            return None
        packs = self._database.all("SELECT level, gtin, eaches FROM packs WHERE sku = ? ORDER BY eaches", sku)
        aliases = self._database.all("SELECT alias FROM aliases WHERE sku = ? ORDER BY alias", sku)
        return {
            "sku": row["sku"],
            "description": row["description"],
            "kind": row["kind"],
            "baseUnit": row["base_unit"],
            "tracking": row["tracking"],
            "ownership": row["ownership"],
            "chargeUnitFactor": row["charge_unit_factor"],
            "packs": packs,
            "aliases": [each["alias"] for each in aliases],
            "approvedAt": row["approved_at"],
        }

    def find_sku(self, *, sku: str | None = None, gtin: str | None = None) -> str | None:
        """By sku, by alias, or by the GTIN of any pack level."""
        if sku is not None:
            return self._text(
                "SELECT sku FROM items WHERE sku = ?1 UNION SELECT sku FROM aliases WHERE alias = ?1", sku
            )
        return self._text("SELECT sku FROM packs WHERE gtin = ?", gtin)

    def pack(self, gtin: str) -> dict[str, Any] | None:
        return self._database.one("SELECT level, gtin, eaches FROM packs WHERE gtin = ?", gtin)

    def location(self, facility: str, location: str) -> dict[str, Any] | None:
        row = self._database.one(
            "SELECT * FROM locations JOIN facilities USING (facility) WHERE facility = ? AND location = ?",
            facility, location,
        )  # fmt: skip
        return row and {
            "facility": row["facility"],
            "facilityName": row["name"],
            "timeZone": row["time_zone"],
            "location": row["location"],
            "stockPolicy": row["stock_policy"],
            "booksOwnUses": bool(row["books_own_uses"]),
        }

    def locations(self) -> list[dict[str, Any]]:
        rows = self._database.all("SELECT facility, location FROM locations ORDER BY facility, location")
        return [each for row in rows if (each := self.location(row["facility"], row["location"]))]

    def lot(self, sku: str, lot: str, *, on: date) -> dict[str, Any] | None:
        row = self._database.one("SELECT * FROM lots WHERE sku = ? AND lot = ?", sku, lot)
        return row and batch_shape(row, on=on)

    def serial(self, sku: str, serial: str, *, on: date) -> dict[str, Any] | None:
        row = self._database.one("SELECT * FROM serials WHERE sku = ? AND serial = ?", sku, serial)
        return row and batch_shape(row, on=on)

    def on_hand(
        self, sku: str, *, facility: str, location: str, lot: str | None = None, serial: str | None = None
    ) -> int:
        """In thousandths; a lot or serial that is not named is not asked for."""
        total = self._database.value(
            """SELECT COALESCE(SUM(delta), 0) FROM movements WHERE sku = ? AND facility = ? AND location = ?
            AND (?4 IS NULL OR lot = ?4) AND (?5 IS NULL OR serial = ?5)""",
            sku, facility, location, lot, serial,
        )  # fmt: skip
        return int(total)

    def recalls(self, sku: str | None) -> list[dict[str, Any]]:
        rows = self._database.all(
            "SELECT * FROM recalls WHERE ?1 IS NULL OR sku = ?1 ORDER BY opened_at, recall_id", sku
        )
        return [recall_shape(row) for row in rows]

    def _text(self, sql: str, value: str | None) -> str | None:
        found = self._database.value(sql, value)
        return None if found is None else str(found)


def batch_shape(row: dict[str, Any], *, on: date) -> dict[str, Any]:
    """A lot or a serial, with the condition it is in on that day."""
    name = "serial" if "serial" in row else "lot"
    return {
        "sku": row["sku"],
        name: row[name],
        "expiresOn": row["expires_on"],
        "owner": row["owner"],
        "condition": row["hold"] or ("expired" if (row["expires_on"] or "9999") < on.isoformat() else "inDate"),
        "recallId": row["recall_id"],
    }


def recall_shape(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "recallId": row["recall_id"],
        "sku": row["sku"],
        "lots": json.loads(row["lots"]),
        "serials": json.loads(row["serials"]),
        "reason": row["reason"],
        "openedAt": row["opened_at"],
    }


def stock_shape(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "facility": row["facility"],
        "location": row["location"],
        "sku": row["sku"],
        "lot": row["lot"],
        "serial": row["serial"],
        "owner": row["owner"],
        "onHand": to_qty(row["on_hand"]),
    }
