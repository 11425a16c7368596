"""Charges: taken at once as PEND under the caller's own charge id, looked up by it, listed by arrival."""

import json
import sqlite3
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sandbox.billing.accounts import Accounts
from sandbox.billing.cdm import ChargeMaster
from sandbox.billing.clock import Clock, iso_date, vendor_date, vendor_time
from sandbox.billing.database import Database
from sandbox.billing.errors import VendorError
from sandbox.billing.fields import AcctNo, CaseNo, CdmCode, ClientId, Hcpcs, Mark, Modifier, RevCd, VendorDate

ChargeStatus = Literal["PEND", "POST", "REJ", "VOID", "BILLED", "CRED"]


class NewCharge(BaseModel):
    """A charge as a caller posts it; `amt` in cents for all units together."""

    model_config = ConfigDict(extra="forbid")

    charge_id: ClientId
    acct_no: AcctNo
    case_no: CaseNo | None = None
    dos: VendorDate
    cdm_code: CdmCode
    cdm_ver: str | None = Field(default=None, pattern=r"^[A-Za-z0-9.-]{1,20}$")
    units: int = Field(ge=1, le=999_999)
    amt: int = Field(ge=0, le=99_999_999_999)
    hcpcs: Hcpcs | None = None
    modifiers: list[Modifier] = Field(default_factory=list, max_length=4)
    rev_cd: RevCd | None = None
    dev_id: Mark | None = None
    lot_no: Mark | None = None
    serial_no: Mark | None = None


class VoidLine(BaseModel):
    """The void of a charge."""

    void_id: str
    charge_id: str
    status: Literal["VOID"]
    amt: int
    rsn_cd: str | None
    void_tm: str


class CreditLine(BaseModel):
    """A credit against a billed charge."""

    credit_id: str
    charge_id: str
    status: Literal["CRED"]
    units: int
    amt: int
    rsn_cd: str | None
    credit_tm: str


class Charge(BaseModel):
    """A charge as it stands."""

    charge_id: str
    seq: int
    hosp_cd: str
    acct_no: str
    case_no: str | None
    dos: str | None
    post_dt: str | None
    cdm_code: str
    cdm_ver: str | None
    units: int
    amt: int
    hcpcs: str | None
    modifiers: list[str]
    rev_cd: str | None
    dev_id: str | None
    lot_no: str | None
    serial_no: str | None
    status: ChargeStatus
    rej_cd: str | None
    rej_rsn: str | None
    recvd_tm: str
    void: VoidLine | None
    credits: list[CreditLine]


class ChargePage(BaseModel):
    """Charges in order of arrival; `next_seq` is given where there may be more."""

    charges: list[Charge]
    next_seq: int | None = None


class Charges:
    """The charges of the database."""

    def __init__(self, *, database: Database, clock: Clock, accounts: Accounts, master: ChargeMaster) -> None:
        self._database = database
        self._clock = clock
        self._accounts = accounts
        self._master = master

    def post(
        self, new: NewCharge, *, traceparent: str | None, correlation_id: str | None
    ) -> tuple[int, dict[str, Any]]:
        """Take a charge for the next batch: 202; for a charge id seen before 409 with the first answer."""
        first = self._database.row("SELECT answer FROM charge WHERE charge_id = ?", new.charge_id)
        if first is not None:
            return 409, json.loads(first["answer"])
        try:
            account = self._accounts.row(new.acct_no)
        except VendorError as unknown:
            # Not found is the answer to a look-up; a posting that names a wrong account is refused.
            raise VendorError(
                status=422, code="B102", text=f"Account {new.acct_no} not on file", loc="acct_no"
            ) from unknown
        if not self._master.known(new.cdm_code):
            raise VendorError(
                status=422, code="B103", text=f"Charge code {new.cdm_code} not on the master", loc="cdm_code"
            )
        with self._database.transaction() as tx:
            written = tx.execute(
                "INSERT INTO charge (charge_id, hosp_cd, acct_no, case_no, dos, cdm_code, cdm_ver, units, amt, hcpcs,"
                " modifiers, rev_cd, dev_id, lot_no, serial_no, status, recvd_at, answer, traceparent, correlation_id)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'PEND', ?, '', ?, ?) RETURNING *",
                (
                    new.charge_id,
                    account["hosp_cd"],
                    new.acct_no,
                    new.case_no,
                    iso_date(new.dos),
                    new.cdm_code,
                    new.cdm_ver,
                    new.units,
                    new.amt,
                    new.hcpcs,
                    json.dumps(new.modifiers),
                    new.rev_cd,
                    new.dev_id,
                    new.lot_no,
                    new.serial_no,
                    self._clock.now(),
                    traceparent,
                    correlation_id,
                ),
            ).fetchone()
            answer = self._charge_of(written).model_dump()
            tx.execute("UPDATE charge SET answer = ? WHERE charge_id = ?", (json.dumps(answer), new.charge_id))
        return 202, answer

    def whose(self, path: str, body: bytes) -> str:
        """Account and patient that a request is about, as far as it says, for the words of a refusal."""
        try:
            asked = NewCharge.model_validate_json(body).acct_no
        except ValidationError:
            # Not a posting: then the charge in the address, if any, leads to the account.
            charge_id = path.removeprefix("/charges/").partition("/")[0]
            found = self._database.row("SELECT acct_no FROM charge WHERE charge_id = ?", charge_id)
            asked = "" if found is None else str(found["acct_no"])
        account = self._database.row("SELECT * FROM account WHERE acct_no = ?", asked)
        return "account" if account is None else f"{asked} ({account['pat_last']}, {account['pat_first']})"

    def row(self, charge_id: str) -> sqlite3.Row:
        """The stored charge of this id, or B104."""
        found = self._database.row("SELECT * FROM charge WHERE charge_id = ?", charge_id)
        if found is None:
            raise VendorError(status=404, code="B104", text="Charge not on file", loc="charge_id")
        return found

    def get(self, charge_id: str) -> Charge:
        """A charge as it stands."""
        return self._charge_of(self.row(charge_id))

    def find(self, *, charge_ids: list[str], void_ids: list[str], credit_ids: list[str]) -> ChargePage:
        """The charges that these ids name; unknown ids are left out."""
        asked = (json.dumps(charge_ids), json.dumps(void_ids), json.dumps(credit_ids))
        found = self._database.rows(
            "SELECT * FROM charge WHERE charge_id IN (SELECT value FROM json_each(?))"
            " OR charge_id IN (SELECT charge_id FROM charge_void WHERE void_id IN (SELECT value FROM json_each(?)))"
            " OR charge_id IN (SELECT charge_id FROM charge_credit WHERE credit_id IN (SELECT value FROM json_each(?)))"
            " ORDER BY seq",
            *asked,
        )
        return ChargePage(charges=[self._charge_of(row) for row in found])

    def page(self, *, acct_no: str | None, after_seq: int, limit: int) -> ChargePage:
        """A page of charges after a sequence number, of one account or of all."""
        found = self._database.rows(
            "SELECT * FROM charge WHERE seq > ? AND (? IS NULL OR acct_no = ?) ORDER BY seq LIMIT ?",
            after_seq,
            acct_no,
            acct_no,
            limit,
        )
        next_seq = int(found[-1]["seq"]) if len(found) == limit else None
        return ChargePage(charges=[self._charge_of(row) for row in found], next_seq=next_seq)

    def _charge_of(self, row: sqlite3.Row) -> Charge:
        void = self._database.row("SELECT answer FROM charge_void WHERE charge_id = ?", row["charge_id"])
        credits = self._database.rows(
            "SELECT answer FROM charge_credit WHERE charge_id = ? ORDER BY rowid", row["charge_id"]
        )
        return Charge(
            charge_id=row["charge_id"],
            seq=row["seq"],
            hosp_cd=row["hosp_cd"],
            acct_no=row["acct_no"],
            case_no=row["case_no"],
            dos=vendor_date(row["dos"]),
            post_dt=vendor_date(row["post_dt"]),
            cdm_code=row["cdm_code"],
            cdm_ver=row["cdm_ver"],
            units=row["units"],
            amt=row["amt"],
            hcpcs=row["hcpcs"],
            modifiers=json.loads(row["modifiers"]),
            rev_cd=row["rev_cd"],
            dev_id=row["dev_id"],
            lot_no=row["lot_no"],
            serial_no=row["serial_no"],
            status=row["status"],
            rej_cd=row["rej_cd"],
            rej_rsn=row["rej_rsn"],
            recvd_tm=vendor_time(row["recvd_at"]),
            void=None if void is None else VoidLine(**json.loads(void["answer"])),
            credits=[CreditLine(**json.loads(each["answer"])) for each in credits],
        )
