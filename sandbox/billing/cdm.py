"""The charge description master: what a supply is charged as, by service date."""

import json
import sqlite3
from typing import Literal

from pydantic import BaseModel

from sandbox.billing.clock import iso_date, vendor_date
from sandbox.billing.database import Database


class Tier(BaseModel):
    """Markup for costs up to a limit: price = cost x pct / 100; `cost_to` null is the last tier."""

    cost_to: int | None
    pct: int


class CdmRow(BaseModel):
    """A row of the master; money in cents, `unit_factor` charge units for one each."""

    supply_ref: str
    cdm_code: str
    descr: str
    price_basis: Literal["FIXED", "MARKUP"]
    price: int | None
    tiers: list[Tier] | None
    hcpcs: str | None
    rev_cd: str
    unit_factor: str
    max_units: int
    eff_from: str | None
    eff_to: str | None
    ver: str


class CdmLookup(BaseModel):
    """The row in force, or null with what is the matter: NOT_ON_FILE or NOT_EFFECTIVE."""

    row: CdmRow | None
    rsn: Literal["NOT_ON_FILE", "NOT_EFFECTIVE"] | None


class ChargeMaster:
    """The rows of the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def look_up(self, *, supply_ref: str | None, gtin: str | None, dos: str) -> CdmLookup:
        """The row for a supply, by its reference or a GTIN of any of its packs, on a service date."""
        found = self._database.rows(
            "SELECT * FROM cdm WHERE supply_ref = ? OR gtin_ea = ? OR gtin_bx = ?", supply_ref, gtin, gtin
        )
        row = _in_force(found, iso_date(dos))
        if row is not None:
            return CdmLookup(row=row_of(row), rsn=None)
        return CdmLookup(row=None, rsn="NOT_EFFECTIVE" if found else "NOT_ON_FILE")

    def known(self, cdm_code: str) -> bool:
        """Whether the master has the code at any time."""
        return self._database.row("SELECT 1 FROM cdm WHERE cdm_code = ? LIMIT 1", cdm_code) is not None

    def in_force(self, cdm_code: str, *, dos_iso: str) -> sqlite3.Row | None:
        """The row of a code on a service date."""
        return _in_force(self._database.rows("SELECT * FROM cdm WHERE cdm_code = ?", cdm_code), dos_iso)

    def add(self, row: CdmRow, *, gtin_ea: str | None, gtin_bx: str | None) -> None:
        """Add a row; it overrules older ones from its first day on."""
        if row.eff_from is None:
            raise ValueError("eff_from is required")
        with self._database.transaction() as tx:
            tx.execute(INSERT_CDM, cdm_values(row, gtin_ea=gtin_ea, gtin_bx=gtin_bx))


INSERT_CDM = (
    "INSERT INTO cdm (supply_ref, gtin_ea, gtin_bx, cdm_code, descr, price_basis, price, tiers, hcpcs, rev_cd,"
    " unit_factor, max_units, eff_from, eff_to, ver) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def cdm_values(row: CdmRow, *, gtin_ea: str | None, gtin_bx: str | None) -> tuple[object, ...]:
    """A row as INSERT_CDM takes it."""
    return (
        row.supply_ref,
        gtin_ea,
        gtin_bx,
        row.cdm_code,
        row.descr,
        row.price_basis,
        row.price,
        None if row.tiers is None else json.dumps([tier.model_dump() for tier in row.tiers]),
        row.hcpcs,
        row.rev_cd,
        row.unit_factor,
        row.max_units,
        None if row.eff_from is None else iso_date(row.eff_from),
        None if row.eff_to is None else iso_date(row.eff_to),
        row.ver,
    )


def row_of(row: sqlite3.Row) -> CdmRow:
    """A stored row as it is answered."""
    return CdmRow(
        supply_ref=row["supply_ref"],
        cdm_code=row["cdm_code"],
        descr=row["descr"],
        price_basis=row["price_basis"],
        price=row["price"],
        tiers=None if row["tiers"] is None else [Tier(**tier) for tier in json.loads(row["tiers"])],
        hcpcs=row["hcpcs"],
        rev_cd=row["rev_cd"],
        unit_factor=row["unit_factor"],
        max_units=row["max_units"],
        eff_from=vendor_date(row["eff_from"]),
        eff_to=vendor_date(row["eff_to"]),
        ver=row["ver"],
    )


def _in_force(rows: list[sqlite3.Row], dos_iso: str) -> sqlite3.Row | None:
    in_force = [
        row for row in rows if row["eff_from"] <= dos_iso and (row["eff_to"] is None or dos_iso <= row["eff_to"])
    ]
    return max(in_force, key=lambda row: (row["eff_from"], row["row_no"]), default=None)
