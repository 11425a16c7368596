"""The batch: posts or rejects the charges that were taken, when and in which order control says."""

import asyncio
import json
import random
import sqlite3
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from sandbox.billing.accounts import Accounts
from sandbox.billing.cdm import ChargeMaster
from sandbox.billing.clock import Clock, vendor_date
from sandbox.billing.database import Database
from sandbox.billing.edits import Rejection, rejection_of
from sandbox.billing.hooks import Outbox

_BATCH_SIZE = 500


class BatchSettings(BaseModel):
    """How batches run; `delay_sec` keeps a charge back until it is that old, `held` stops the timed batches."""

    model_config = ConfigDict(extra="forbid")

    interval_sec: float = Field(default=0.5, gt=0, le=86_400)
    delay_sec: float = Field(default=0.0, ge=0, le=8_640_000)
    order: str = Field(default="fifo", pattern="^(fifo|lifo|shuffle)$")
    held: bool = False


class BatchResult(BaseModel):
    """What one batch did."""

    posted: int
    rejected: int


@dataclass
class _ByHand:
    key_contains: str | None
    count: int
    text: str


class Batch:
    """The batch job."""

    def __init__(
        self, *, database: Database, clock: Clock, outbox: Outbox, accounts: Accounts, master: ChargeMaster, seed: int
    ) -> None:
        self._database = database
        self._clock = clock
        self._outbox = outbox
        self._accounts = accounts
        self._master = master
        self._by_hand: list[_ByHand] = []
        self._shuffle = random.Random(seed)
        self._changed = asyncio.Event()
        kept = database.setting("batch")
        self.settings = BatchSettings() if kept is None else BatchSettings.model_validate_json(kept)

    def change(self, settings: BatchSettings) -> None:
        """Set how the following batches run."""
        self._database.keep_setting("batch", settings.model_dump_json())
        self.settings = settings
        self._changed.set()

    def reject_next(self, *, key_contains: str | None, count: int, text: str) -> None:
        """Reject the next charges whose id contains a text, whatever the edits say."""
        self._by_hand.append(_ByHand(key_contains, count, text))

    def clear_rejections(self) -> None:
        """Forget the rejections by hand that have not happened."""
        self._by_hand.clear()

    async def run(self) -> None:
        """Run batches until cancelled."""
        while True:
            self._accounts.announce_available()
            if not self.settings.held:
                self.run_once(delay=self.settings.delay_sec)
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), self.settings.interval_sec)
            except TimeoutError:
                # The interval has passed: the next batch is due.
                continue

    def run_once(self, *, delay: float = 0.0) -> BatchResult:
        """Post or reject every pending charge that is old enough."""
        old_enough = self._clock.now() - delay
        posted = rejected = 0
        pending = self._database.rows(
            "SELECT * FROM charge WHERE status = 'PEND' AND recvd_at <= ? ORDER BY seq", old_enough
        )
        if self.settings.order == "lifo":
            pending.reverse()
        elif self.settings.order == "shuffle":
            self._shuffle.shuffle(pending)
        for start in range(0, len(pending), _BATCH_SIZE):
            with self._database.transaction() as tx:
                for charge in pending[start : start + _BATCH_SIZE]:
                    failed = self._taken_by_hand(charge) or rejection_of(
                        charge, database=self._database, master=self._master
                    )
                    if failed is None:
                        self._post(tx, charge)
                        posted += 1
                    else:
                        self._reject(tx, charge, failed)
                        rejected += 1
        return BatchResult(posted=posted, rejected=rejected)

    def _taken_by_hand(self, charge: sqlite3.Row) -> Rejection | None:
        for each in self._by_hand:
            if each.key_contains is None or each.key_contains in charge["charge_id"]:
                each.count -= 1
                if each.count <= 0:
                    self._by_hand.remove(each)
                return Rejection("R99", each.text)
        return None

    def _post(self, tx: sqlite3.Connection, charge: sqlite3.Row) -> None:
        row = self._master.in_force(charge["cdm_code"], dos_iso=charge["dos"])
        assert row is not None
        post_dt = self._clock.today().isoformat()
        tx.execute(
            "UPDATE charge SET status = 'POST', post_dt = ?, cdm_ver = ?, hcpcs = coalesce(hcpcs, ?),"
            " rev_cd = coalesce(rev_cd, ?) WHERE seq = ?",
            (post_dt, row["ver"], row["hcpcs"], row["rev_cd"], charge["seq"]),
        )
        told = {**_told(charge, "POST"), "post_dt": vendor_date(post_dt)}
        self._emit(tx, "charge.posted", told, charge)

    def _reject(self, tx: sqlite3.Connection, charge: sqlite3.Row, failed: Rejection) -> None:
        tx.execute(
            "UPDATE charge SET status = 'REJ', rej_cd = ?, rej_rsn = ? WHERE seq = ?",
            (failed.code, failed.text, charge["seq"]),
        )
        told = {**_told(charge, "REJ"), "rej_cd": failed.code, "rej_rsn": failed.text}
        self._emit(tx, "charge.rejected", told, charge)

    def _emit(self, tx: sqlite3.Connection, kind: str, told: dict[str, object], charge: sqlite3.Row) -> None:
        self._outbox.emit(tx, kind, told, traceparent=charge["traceparent"], correlation_id=charge["correlation_id"])


def _told(charge: sqlite3.Row, status: str) -> dict[str, object]:
    return {
        "charge_id": charge["charge_id"],
        "seq": charge["seq"],
        "hosp_cd": charge["hosp_cd"],
        "acct_no": charge["acct_no"],
        "case_no": charge["case_no"],
        "dos": vendor_date(charge["dos"]),
        "cdm_code": charge["cdm_code"],
        "units": charge["units"],
        "amt": charge["amt"],
        "modifiers": json.loads(charge["modifiers"]),
        "status": status,
    }
