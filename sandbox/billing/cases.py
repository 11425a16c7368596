"""Surgical cases as billing sees them: a number, a status with its times, the account behind it once there is one."""

import sqlite3
from typing import Literal

from pydantic import BaseModel

from sandbox.billing.clock import Clock
from sandbox.billing.database import Database
from sandbox.billing.errors import VendorError
from sandbox.billing.hooks import Outbox

CaseStatus = Literal["scheduled", "open", "verified", "closed"]


class Case(BaseModel):
    """A surgical case."""

    case_no: str
    hosp_cd: str
    case_sts: CaseStatus
    sched_tm: str
    open_tm: str | None
    verf_tm: str | None
    close_tm: str | None


class Cases:
    """The surgical cases of the database."""

    def __init__(self, *, database: Database, clock: Clock, outbox: Outbox) -> None:
        self._database = database
        self._clock = clock
        self._outbox = outbox

    def row(self, case_no: str) -> sqlite3.Row:
        """The case of this number, or B105."""
        found = self._database.row("SELECT * FROM surg_case WHERE case_no = ?", case_no)
        if found is None:
            raise VendorError(status=404, code="B105", text=f"Case {case_no} not on file", loc="case_no")
        return found

    def set_status(self, case_no: str, status: CaseStatus) -> Case:
        """Move a case to a status; verified and closed are told to the subscriber."""
        row = self.row(case_no)
        column = {"scheduled": "sched_tm", "open": "open_tm", "verified": "verf_tm", "closed": "close_tm"}[status]
        stamp = self._clock.stamp()
        with self._database.transaction() as tx:
            tx.execute(f"UPDATE surg_case SET status = ?, {column} = ? WHERE case_no = ?", (status, stamp, case_no))
            if status in ("verified", "closed"):
                data = {"case_no": case_no, "hosp_cd": row["hosp_cd"], "case_sts": status, column: stamp}
                self._outbox.emit(tx, f"case.{status}", data)
        return case_of(self.row(case_no))


def case_of(row: sqlite3.Row) -> Case:
    """A stored case as it is answered."""
    return Case(
        case_no=row["case_no"],
        hosp_cd=row["hosp_cd"],
        case_sts=row["status"],
        sched_tm=row["sched_tm"],
        open_tm=row["open_tm"],
        verf_tm=row["verf_tm"],
        close_tm=row["close_tm"],
    )
