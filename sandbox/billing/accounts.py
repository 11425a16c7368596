"""Patient accounts: some are there from the seed, some become available later, some are opened by control."""

import sqlite3
from typing import Literal

from pydantic import BaseModel

from sandbox.billing.cases import Case, Cases, case_of
from sandbox.billing.clock import Clock, vendor_date
from sandbox.billing.database import Database
from sandbox.billing.errors import VendorError
from sandbox.billing.hooks import Outbox
from sandbox.billing.names import Patient

AcctStatus = Literal["open", "billed", "closed"]
PtClass = Literal["I", "O", "E"]


class Account(BaseModel):
    """A patient account."""

    acct_no: str
    hosp_cd: str
    mrn: str
    pat_last: str
    pat_first: str
    birth_dt: str | None
    pt_class: PtClass
    fin_class: str
    acct_sts: AcctStatus


class Lookup(BaseModel):
    """A case with its account: either may be null."""

    case: Case | None
    acct: Account | None


class Accounts:
    """The patient accounts of the database."""

    def __init__(self, *, database: Database, clock: Clock, outbox: Outbox, cases: Cases) -> None:
        self._database = database
        self._clock = clock
        self._outbox = outbox
        self._cases = cases

    def row(self, acct_no: str) -> sqlite3.Row:
        """The account of this number where it is available by now, or B102."""
        found = self._available(acct_no)
        if found is None:
            raise VendorError(status=404, code="B102", text=f"Account {acct_no} not on file", loc="acct_no")
        return found

    def look_up(self, *, acct_no: str | None, case_no: str | None) -> Lookup:
        """By case number, by account number, or the account of one with the status of the other."""
        case = None if case_no is None else self._cases.row(case_no)
        if acct_no is not None:
            account: sqlite3.Row | None = self.row(acct_no)
            if case is None:
                case = self._database.row("SELECT * FROM surg_case WHERE acct_no = ? ORDER BY case_no LIMIT 1", acct_no)
        else:
            assert case is not None
            account = None if case["acct_no"] is None else self._available(case["acct_no"])
        return Lookup(
            case=None if case is None else case_of(case),
            acct=None if account is None else account_of(account),
        )

    def open_for(
        self, case_no: str, *, patient: Patient, acct_no: str | None, pt_class: PtClass, fin_class: str
    ) -> Account:
        """Open an account for a case that has none; one that was still to become available becomes so now."""
        case = self._cases.row(case_no)
        number = case["acct_no"] or acct_no or self._next_number()
        if self._available(number) is not None:
            raise VendorError(status=409, code="B190", text=f"Account {number} is on file already", loc="acct_no")
        with self._database.transaction() as tx:
            tx.execute(
                "INSERT INTO account VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'open', ?, 1)"
                " ON CONFLICT (acct_no) DO UPDATE SET available_at = excluded.available_at, announced = 1",
                (
                    number,
                    patient.mrn,
                    patient.last,
                    patient.first,
                    patient.birth_dt,
                    pt_class,
                    fin_class,
                    case["hosp_cd"],
                    self._clock.now(),
                ),
            )
            tx.execute("UPDATE surg_case SET acct_no = ? WHERE case_no = ?", (number, case_no))
            self._outbox.emit(tx, "acct.opened", _opened(case_no, number, case["hosp_cd"]))
        return account_of(self.row(number))

    def set_status(self, acct_no: str, status: AcctStatus) -> Account:
        """Open or close an account; final billing turns its posted charges into billed ones."""
        self.row(acct_no)
        with self._database.transaction() as tx:
            tx.execute("UPDATE account SET status = ? WHERE acct_no = ?", (status, acct_no))
            if status == "billed":
                tx.execute("UPDATE charge SET status = 'BILLED' WHERE acct_no = ? AND status = 'POST'", (acct_no,))
        return account_of(self.row(acct_no))

    def announce_available(self) -> None:
        """Tell the subscriber of accounts whose time has come by the clock."""
        due = self._database.rows(
            "SELECT a.acct_no, a.hosp_cd, c.case_no FROM account a JOIN surg_case c ON c.acct_no = a.acct_no"
            " WHERE a.announced = 0 AND a.available_at <= ?",
            self._clock.now(),
        )
        if not due:
            return
        with self._database.transaction() as tx:
            for row in due:
                tx.execute("UPDATE account SET announced = 1 WHERE acct_no = ?", (row["acct_no"],))
                self._outbox.emit(tx, "acct.opened", _opened(row["case_no"], row["acct_no"], row["hosp_cd"]))

    def _available(self, acct_no: str) -> sqlite3.Row | None:
        return self._database.row(
            "SELECT * FROM account WHERE acct_no = ? AND available_at <= ?", acct_no, self._clock.now()
        )

    def _next_number(self) -> str:
        found = self._database.row("SELECT max(CAST(substr(acct_no, 2) AS INTEGER)) AS last FROM account")
        last = 0 if found is None else int(found["last"] or 0)
        return f"A{max(last, 899999) + 1}"


def account_of(row: sqlite3.Row) -> Account:
    """A stored account as it is answered."""
    return Account(
        acct_no=row["acct_no"],
        hosp_cd=row["hosp_cd"],
        mrn=row["mrn"],
        pat_last=row["pat_last"],
        pat_first=row["pat_first"],
        birth_dt=vendor_date(row["birth_dt"]),
        pt_class=row["pt_class"],
        fin_class=row["fin_class"],
        acct_sts=row["status"],
    )


def _opened(case_no: str, acct_no: str, hosp_cd: str) -> dict[str, str]:
    return {"case_no": case_no, "acct_no": acct_no, "hosp_cd": hosp_cd}
