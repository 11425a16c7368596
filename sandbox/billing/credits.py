"""Giving money back after the final bill: a credit against a billed charge."""

import json
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sandbox.billing.charges import Charges, CreditLine
from sandbox.billing.clock import Clock
from sandbox.billing.database import Database
from sandbox.billing.errors import VendorError
from sandbox.billing.fields import ClientId, ReasonCd


class NewCredit(BaseModel):
    """A credit as a caller asks for it; without units and amt what is left of the charge is credited."""

    model_config = ConfigDict(extra="forbid")

    credit_id: ClientId
    units: int | None = Field(default=None, ge=1, le=999_999)
    amt: int | None = Field(default=None, ge=0, le=99_999_999_999)
    rsn_cd: ReasonCd | None = None

    @model_validator(mode="after")
    def says_both_or_neither(self) -> Self:
        if (self.units is None) != (self.amt is None):
            raise ValueError("units and amt go together")
        return self


class Credits:
    """The credits of the database."""

    def __init__(self, *, database: Database, clock: Clock, charges: Charges) -> None:
        self._database = database
        self._clock = clock
        self._charges = charges

    def credit(self, charge_id: str, new: NewCredit) -> tuple[int, dict[str, Any]]:
        """Credit a billed charge: 201; a credit id seen before: 409 with the first answer."""
        first = self._database.row("SELECT charge_id, answer FROM charge_credit WHERE credit_id = ?", new.credit_id)
        if first is not None and first["charge_id"] != charge_id:
            raise VendorError(status=422, code="B162", text="Credit id was used on another charge", loc="credit_id")
        if first is not None:
            return 409, json.loads(first["answer"])
        charge = self._charges.row(charge_id)
        if charge["status"] not in ("BILLED", "CRED"):
            raise VendorError(status=422, code="B160", text="Charge is not billed; void it instead", loc="charge_id")
        given = self._database.row(
            "SELECT coalesce(sum(units), 0) AS units, coalesce(sum(amt), 0) AS amt FROM charge_credit"
            " WHERE charge_id = ?",
            charge_id,
        )
        assert given is not None
        left_units, left_amt = int(charge["units"]) - int(given["units"]), int(charge["amt"]) - int(given["amt"])
        units = left_units if new.units is None else new.units
        amt = left_amt if new.amt is None else new.amt
        if left_units < 1 or units > left_units or amt > left_amt:
            raise VendorError(status=422, code="B161", text="Credit exceeds what was charged", loc="units")
        answer = CreditLine(
            credit_id=new.credit_id,
            charge_id=charge_id,
            status="CRED",
            units=units,
            amt=-amt,
            rsn_cd=new.rsn_cd,
            credit_tm=self._clock.stamp(),
        ).model_dump()
        with self._database.transaction() as tx:
            tx.execute(
                "INSERT INTO charge_credit VALUES (?, ?, ?, ?, ?, ?)",
                (new.credit_id, charge_id, units, amt, new.rsn_cd, json.dumps(answer)),
            )
            if units == left_units:
                tx.execute("UPDATE charge SET status = 'CRED' WHERE charge_id = ?", (charge_id,))
        return 201, answer
