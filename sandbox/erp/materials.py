"""Materials: inserting one into both plants, reading them as the vendor shows them."""

import random
import sqlite3
from typing import Any

from sandbox.erp.answers import Refusal
from sandbox.erp.catalogue import CatalogueEntry
from sandbox.erp.database import Database

COLUMNS = "MATERIAL, MATL_DESC, MATL_TYPE, BASE_UOM, OWNER_IND, VENDOR, GTIN_EACH, GTIN_BOX, BOX_QTY, STAT"
IMPLANT_WORDS = ("HIP STEM", "BONE SCREW", "STENT", "PLATE", "CAGE", "MESH", "PACEMAKER LEAD", "SUTURE ANCHOR")
SUPPLY_WORDS = ("DRAPE PACK", "CATHETER", "GUIDE WIRE", "SUTURE", "TROCAR", "GLOVE", "DRESSING", "SYRINGE")


def insert_material(change: sqlite3.Connection, entry: CatalogueEntry, *, vendor: str, chance: random.Random) -> None:
    """Add a material with its valuation in every plant; a moving average differs a little from the standard price."""
    words = IMPLANT_WORDS if entry.matl_type == "IMPL" else SUPPLY_WORDS
    change.execute(
        f"INSERT INTO MATERIAL ({COLUMNS}) VALUES (?, ?, ?, 'EA', ?, ?, ?, ?, ?, 'ACTV')",
        (
            entry.material,
            f"{chance.choice(words)} {entry.number}",
            entry.matl_type,
            entry.owner_ind,
            vendor,
            entry.gtin_each,
            entry.gtin_box,
            entry.box_qty,
        ),
    )
    for (plant,) in change.execute("SELECT PLANT FROM PLANT ORDER BY PLANT").fetchall():
        moving = entry.cost_cents + chance.randrange(-3, 4) * entry.cost_cents // 100
        control = "V" if entry.number % 3 == 0 else "S"
        change.execute(
            "INSERT INTO VALUATION VALUES (?, ?, ?, ?, ?, 'USD')",
            (entry.material, plant, control, entry.cost_cents, moving),
        )


def material_row(database: Database, material: str) -> sqlite3.Row:
    """The row of a material that exists."""
    row = database.row(f"SELECT {COLUMNS} FROM MATERIAL WHERE MATERIAL = ?", material)
    if row is None:
        raise Refusal(404, "M3", "305", f"Material {material} does not exist or is not activated", v1=material)
    return row


def shown(row: sqlite3.Row) -> dict[str, Any]:
    """A material as the vendor shows it."""
    eans = [{"UOM": "EA", "GTIN": row["GTIN_EACH"], "NUMERATOR": "1"}]
    if row["GTIN_BOX"]:
        eans.append({"UOM": "BX", "GTIN": row["GTIN_BOX"], "NUMERATOR": str(row["BOX_QTY"])})
    plain = ("MATERIAL", "MATL_DESC", "MATL_TYPE", "BASE_UOM", "OWNER_IND", "VENDOR", "STAT")
    return {**{name: row[name] for name in plain}, "UNITS": eans}


def find(database: Database, *, gtin: str | None, after: str, limit: int) -> list[dict[str, Any]]:
    """The material of a GTIN at any pack level, or the next page of all materials."""
    if gtin is not None:
        rows = database.rows(f"SELECT {COLUMNS} FROM MATERIAL WHERE GTIN_EACH = ? OR GTIN_BOX = ?", gtin, gtin)
    else:
        rows = database.rows(
            f"SELECT {COLUMNS} FROM MATERIAL WHERE MATERIAL > ? ORDER BY MATERIAL LIMIT ?", after, limit
        )
    return [shown(row) for row in rows]
