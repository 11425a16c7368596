"""Contracts: what a supplier sells a material for; drawn from the material's number by arithmetic, as the catalogue is.

Every material has one with its supplier at its catalogue cost. By number: some have quantity scales, some a price for 100,
some a price per box, some a second source, some an expired contract beside, some lower terms agreed later and backdated;
some may be delivered in place of another material of the same maker.
"""

import json
import sqlite3
from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from sandbox.erp.catalogue import CatalogueEntry, material_id, stands_in_for
from sandbox.erp.database import Database

FIRST, LAST = "20260101", "20281231"
EXPIRED = ("20240101", "20251231")
BACKDATED_FROM, BACKDATED_ON = "20260701", "20261015"
CONSTRUCT_CAP = "9000.00"
_COLUMNS = (
    "CONTRACT VENDOR MATERIAL VEND_MAT MANUFACTURER NET_PRICE PRICE_UNIT ORDERPR_UN CURRENCY VALID_FROM VALID_TO"
    " AGREED_ON SRC_RANK OWNER_IND PO_UNIT MIN_QTY CONSTR_CAP REPL_MATL SCALES"
).split()


def agree(change: sqlite3.Connection, entry: CatalogueEntry, *, vendor: str, vendors: Sequence[str]) -> None:
    """Insert the contracts of a material."""
    number, code = entry.number, f"K{vendor.lstrip('0')}"
    second = vendors[(vendors.index(vendor) + 1) % len(vendors)]
    other = stands_in_for(number, vendors=len(vendors))
    insert = partial(_insert, change, entry, replaces=material_id(other) if other else "")
    insert(contract=code, vendor=vendor, percent=100)
    if number % 6 == 2:
        insert(contract=f"K{second.lstrip('0')}", vendor=second, maker=vendor, percent=104, rank=2)
    if number % 13 == 5:
        insert(contract=f"{code}-2025", vendor=vendor, percent=97, valid=EXPIRED, agreed=EXPIRED[0])
    if number % 11 == 7:
        insert(contract=f"{code}-B", vendor=vendor, percent=98, valid=(BACKDATED_FROM, LAST), agreed=BACKDATED_ON)


def listed(database: Database, material: str) -> list[dict[str, Any]]:
    """Every contract for a material, the source to ask first in front."""
    rows = database.rows("SELECT * FROM CONTRACT WHERE MATERIAL = ? ORDER BY SRC_RANK, CONTRACT", material)
    return [{**{name: row[name] for name in _COLUMNS}, "SCALES": json.loads(row["SCALES"])} for row in rows]


def _insert(
    change: sqlite3.Connection,
    entry: CatalogueEntry,
    *,
    contract: str,
    vendor: str,
    percent: int,
    replaces: str,
    maker: str = "",
    rank: int = 1,
    valid: tuple[str, str] = (FIRST, LAST),
    agreed: str = FIRST,
) -> None:
    number = entry.number
    each = Decimal(entry.cost_cents * percent) / 10000
    per_hundred = entry.matl_type == "SUPP" and number % 7 == 3
    per_box = entry.box_qty is not None and number % 8 == 3 and not per_hundred
    times = 100 if per_hundred else entry.box_qty if per_box and entry.box_qty else 1
    scales = ((10, 95), (50, 90)) if number % 5 == 1 else ()
    used_first = entry.owner_ind in ("K", "B")
    values = {
        "CONTRACT": contract,
        "VENDOR": vendor,
        "MATERIAL": entry.material,
        "VEND_MAT": f"{vendor[-2:]}-{number}",
        "MANUFACTURER": f"MFR{(maker or vendor)[-3:]}",
        "NET_PRICE": _price(each * times),
        "PRICE_UNIT": "100" if per_hundred else "1",
        "ORDERPR_UN": "BX" if per_box else "EA",
        "CURRENCY": "USD",
        "VALID_FROM": valid[0],
        "VALID_TO": valid[1],
        "AGREED_ON": agreed,
        "SRC_RANK": rank,
        "OWNER_IND": entry.owner_ind,
        "PO_UNIT": "BX" if entry.box_qty and not used_first else "EA",
        "MIN_QTY": "0.000",
        "CONSTR_CAP": CONSTRUCT_CAP if used_first and entry.matl_type == "IMPL" else "",
        "REPL_MATL": replaces,
        "SCALES": json.dumps(
            [{"FROM_QTY": f"{start}.000", "NET_PRICE": _price(each * times * of / 100)} for start, of in scales]
        ),
    }
    marks = ", ".join("?" * len(_COLUMNS))
    change.execute(
        f"INSERT INTO CONTRACT ({', '.join(_COLUMNS)}) VALUES ({marks})", tuple(values[name] for name in _COLUMNS)
    )


def _price(amount: Decimal) -> str:
    return f"{amount.quantize(Decimal('0.000001')).normalize():f}"
