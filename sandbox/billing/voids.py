"""Taking a charge back: a void while it is unbilled."""

import json
from typing import Any

from pydantic import BaseModel, ConfigDict

from sandbox.billing.charges import Charges, VoidLine
from sandbox.billing.clock import Clock
from sandbox.billing.database import Database
from sandbox.billing.errors import VendorError
from sandbox.billing.fields import ClientId, ReasonCd


class NewVoid(BaseModel):
    """A void as a caller asks for it."""

    model_config = ConfigDict(extra="forbid")

    void_id: ClientId
    rsn_cd: ReasonCd | None = None


class Voids:
    """The voids of the database."""

    def __init__(self, *, database: Database, clock: Clock, charges: Charges) -> None:
        self._database = database
        self._clock = clock
        self._charges = charges

    def void(self, charge_id: str, new: NewVoid) -> tuple[int, dict[str, Any]]:
        """Void a charge: 200; a charge voided before: 409 with the first answer."""
        used = self._database.row("SELECT charge_id FROM charge_void WHERE void_id = ?", new.void_id)
        if used is not None and used["charge_id"] != charge_id:
            raise VendorError(status=422, code="B152", text="Void id was used on another charge", loc="void_id")
        first = self._database.row("SELECT answer FROM charge_void WHERE charge_id = ?", charge_id)
        if first is not None:
            return 409, json.loads(first["answer"])
        charge = self._charges.row(charge_id)
        if charge["status"] in ("BILLED", "CRED"):
            raise VendorError(
                status=422,
                code="B150",
                text=f"Charge is on the final bill of account {charge['acct_no']}; request a credit",
                loc="charge_id",
            )
        if charge["status"] == "REJ":
            raise VendorError(status=422, code="B151", text="Charge was rejected; nothing to void", loc="charge_id")
        answer = VoidLine(
            void_id=new.void_id,
            charge_id=charge_id,
            status="VOID",
            amt=-int(charge["amt"]),
            rsn_cd=new.rsn_cd,
            void_tm=self._clock.stamp(),
        ).model_dump()
        with self._database.transaction() as tx:
            tx.execute(
                "INSERT INTO charge_void VALUES (?, ?, ?, ?)",
                (new.void_id, charge_id, new.rsn_cd, json.dumps(answer)),
            )
            tx.execute("UPDATE charge SET status = 'VOID' WHERE charge_id = ?", (charge_id,))
        return 200, answer
