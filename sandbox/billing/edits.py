"""The edits that a charge must pass in the batch; the texts name the patient, as such systems do.

R01 account closed         R03 code not in force on the service date    R05 amount disagrees with the master
R02 account final billed   R04 more units than allowed                  R06 case belongs to another account
R99 rejected by hand
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from sandbox.billing.cdm import ChargeMaster
from sandbox.billing.clock import vendor_date
from sandbox.billing.database import Database


@dataclass(frozen=True)
class Rejection:
    """Why the batch does not post a charge."""

    code: str
    text: str


def rejection_of(charge: sqlite3.Row, *, database: Database, master: ChargeMaster) -> Rejection | None:
    """The first edit that a charge fails, or None."""
    account = database.row("SELECT * FROM account WHERE acct_no = ?", charge["acct_no"])
    assert account is not None
    whose = f"{account['acct_no']} ({account['pat_last']}, {account['pat_first']})"
    if account["status"] == "closed":
        return Rejection("R01", f"Account {whose} is closed")
    if account["status"] == "billed":
        return Rejection("R02", f"Account {whose} is final billed")
    row = master.in_force(charge["cdm_code"], dos_iso=charge["dos"])
    if row is None:
        return Rejection("R03", f"Code {charge['cdm_code']} not effective on {vendor_date(charge['dos'])} for {whose}")
    if charge["units"] > row["max_units"]:
        return Rejection("R04", f"Units {charge['units']} exceed {row['max_units']} for {whose}")
    if row["price_basis"] == "FIXED" and charge["amt"] != charge["units"] * row["price"]:
        return Rejection("R05", f"Amount {charge['amt']} disagrees with units x {row['price']} for {whose}")
    if charge["case_no"] is not None:
        case = database.row("SELECT acct_no FROM surg_case WHERE case_no = ?", charge["case_no"])
        if case is None or case["acct_no"] != charge["acct_no"]:
            return Rejection("R06", f"Case {charge['case_no']} is not a case of {whose}")
    return None
