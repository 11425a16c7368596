"""The seeded charge description master, from the item number by arithmetic alone.

Each item n has version 2025.1 (all of 2025) and 2026.1 (from 01/01/2026 on), code 27<n, six digits>; n % 7 == 0 is
repriced by 2026.2 from 07/01/2026 on. n % 12 == 9 is priced by tiered markup on cost. n % 12 == 11 is charged as 2
units for one each.
4711 has no row; 4719 only one, in force from 01/01/2027; 4739 none until control adds it.
"""

from __future__ import annotations

import sqlite3

from sandbox.billing.cdm import INSERT_CDM, CdmRow, Tier, cdm_values

_FIRST, _ITEMS = 4700, 40
_NO_CODE = frozenset({4711, 4739})
_NEXT_YEAR = frozenset({4719})
_TIERS = [Tier(cost_to=50_000, pct=320), Tier(cost_to=200_000, pct=240), Tier(cost_to=None, pct=175)]
_SUPPLIES = ("SUTURE ABSORBABLE", "CATHETER GUIDING", "DRAPE STERILE", "STAPLER RELOAD", "MESH SURGICAL", "GUIDEWIRE")
_IMPLANTS = ("SCREW CORTICAL", "PLATE LOCKING", "STENT CORONARY", "LEAD PACING", "CUP ACETABULAR", "GRAFT VASCULAR")
_HCPCS_IMPLANT = ("C1713", "C1776", "C1874", "C1898", "C1776", "C1768")


def seed_master(tx: sqlite3.Connection, *, scale: int) -> None:
    """Insert the master's rows for all items."""
    values = []
    for number in range(_FIRST, _FIRST + _ITEMS * scale):
        gtin_ea = _gtin(number, level="0")
        gtin_bx = None if number % 4 == 0 else _gtin(number, level="1")
        values += [cdm_values(row, gtin_ea=gtin_ea, gtin_bx=gtin_bx) for row in _rows(number)]
    tx.executemany(INSERT_CDM, values)


def _rows(number: int) -> list[CdmRow]:
    if number in _NO_CODE:
        return []
    if number in _NEXT_YEAR:
        return [_row(number, ver="2027.1", eff_from="01/01/2027", eff_to=None, percent=108)]
    rows = [_row(number, ver="2025.1", eff_from="01/01/2025", eff_to="12/31/2025", percent=96)]
    if number % 7 == 0:
        rows.append(_row(number, ver="2026.1", eff_from="01/01/2026", eff_to="06/30/2026", percent=100))
        rows.append(_row(number, ver="2026.2", eff_from="07/01/2026", eff_to=None, percent=104))
    else:
        rows.append(_row(number, ver="2026.1", eff_from="01/01/2026", eff_to=None, percent=100))
    return rows


def _row(number: int, *, ver: str, eff_from: str, eff_to: str | None, percent: int) -> CdmRow:
    implant = number % 4 in (0, 1)
    kind = number % len(_IMPLANTS)
    markup = number % 12 == 9
    return CdmRow(
        supply_ref=f"S{number}",
        cdm_code=f"27{number:06d}",
        descr=f"{(_IMPLANTS if implant else _SUPPLIES)[kind]} {number}",
        price_basis="MARKUP" if markup else "FIXED",
        price=None if markup else _cost(number, implant=implant) * 3 * percent // 100,
        tiers=_TIERS if markup else None,
        hcpcs=_HCPCS_IMPLANT[kind] if implant else None,
        rev_cd="0278" if implant else "0272",
        unit_factor="2" if number % 12 == 11 else "1",
        max_units=20 if implant else 200,
        eff_from=eff_from,
        eff_to=eff_to,
        ver=ver,
    )


def _cost(number: int, *, implant: bool) -> int:
    return 80_000 + (number * 7919) % 400_000 if implant else 1_500 + (number * 37) % 9_000


def _gtin(number: int, *, level: str) -> str:
    digits = f"{level}0950000{number:05d}"
    weighted = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-weighted % 10}"
