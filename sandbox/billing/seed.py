"""Seeds an empty database from a seed number and a scale: cases with their accounts, and the charge description master.

Cases C-2026-0001 to C-2026-<60 x scale> of patients drawn from the seed; case i has account A<100000 + i>, except:
every 9th has none yet, of these every 18th gets its account by itself four hours after the seeding (by the clock), the
others by control. Every 13th account is final billed, every 37th closed. Odd cases belong to hospital NTH, even to STH.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from sandbox.billing.database import Database
from sandbox.billing.names import patient
from sandbox.billing.seed_cdm import seed_master

_CASES = 60
_FIRST_DAY = datetime(2026, 10, 1, 7, 0)
_LATER = 4 * 3600.0
_PT_CLASS = "IOIEOI"
_FIN_CLASS = ("MEDICARE", "BLUECROSS", "MEDICAID", "AETNA", "SELFPAY", "UNITED", "TRICARE")
_CASE_STATUS = ("closed", "open", "verified", "open", "scheduled", "open", "closed", "open")


def seed(database: Database, *, seed_number: int, scale: int) -> None:
    """Fill the database once; a database that was seeded before is left as it is."""
    if database.setting("seed") is not None:
        return
    cases, accounts = [], []
    for number in range(1, _CASES * scale + 1):
        account = _account(number, seed_number=seed_number)
        if account is not None:
            accounts.append(account)
        cases.append(_case(number, acct_no=None if account is None else str(account[0])))
    with database.transaction() as tx:
        tx.executemany("INSERT INTO account VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", accounts)
        tx.executemany("INSERT INTO surg_case VALUES (?, ?, ?, ?, ?, ?, ?, ?)", cases)
        seed_master(tx, scale=scale)
        tx.execute("INSERT INTO setting VALUES ('seed', ?)", (f"{seed_number}/{scale}",))


def hospital(number: int) -> str:
    """The hospital of a case."""
    return "NTH" if number % 2 else "STH"


def classes(number: int) -> tuple[str, str]:
    """Patient class and payer of a case."""
    return _PT_CLASS[number % len(_PT_CLASS)], _FIN_CLASS[number % len(_FIN_CLASS)]


def _account(number: int, *, seed_number: int) -> tuple[object, ...] | None:
    later = number % 18 == 0
    if number % 9 == 0 and not later:
        return None
    who = patient(seed=seed_number, number=number)
    pt_class, fin_class = classes(number)
    status = "billed" if number % 13 == 0 else "closed" if number % 37 == 0 else "open"
    available_at = time.time() + _LATER if later else 0.0
    return (
        f"A{100000 + number}",
        who.mrn,
        who.last,
        who.first,
        who.birth_dt,
        pt_class,
        fin_class,
        hospital(number),
        status,
        available_at,
        0 if later else 1,
    )


def _case(number: int, *, acct_no: str | None) -> tuple[object, ...]:
    status = _CASE_STATUS[number % len(_CASE_STATUS)]
    start = _FIRST_DAY + timedelta(hours=number % (24 * 50))
    reached = ("scheduled", "open", "verified", "closed").index(status)
    times = [f"{start + timedelta(hours=hours):%m/%d/%Y %H:%M:%S}" for hours in (0, 1, 4, 20)]
    return (
        f"C-2026-{number:04d}",
        acct_no,
        hospital(number),
        status,
        *(moment if step <= reached else None for step, moment in enumerate(times)),
    )
