"""All parts of the running billing system, put together once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from sandbox.billing.accounts import Accounts
from sandbox.billing.auth import Tokens
from sandbox.billing.barriers import Barriers
from sandbox.billing.batch import Batch
from sandbox.billing.cases import Cases
from sandbox.billing.cdm import ChargeMaster
from sandbox.billing.charges import Charges
from sandbox.billing.clock import Clock
from sandbox.billing.credits import Credits
from sandbox.billing.database import Database
from sandbox.billing.faults import Faults
from sandbox.billing.hook_sender import HookSender
from sandbox.billing.hooks import Outbox
from sandbox.billing.late import Late
from sandbox.billing.limits import RateLimit
from sandbox.billing.request_log import RequestLog
from sandbox.billing.seed import seed
from sandbox.billing.stopping import Stopping
from sandbox.billing.traces import Traces
from sandbox.billing.voids import Voids


@dataclass(frozen=True)
class Options:
    """What the command line says."""

    database: Path
    seed: int
    scale: int
    hooks_url: str
    hook_secret: str
    tokens_file: Path
    otlp_endpoint: str | None = None


class System:
    """The parts, by their nouns."""

    def __init__(self, options: Options) -> None:
        self.database = Database(options.database)
        seed(self.database, seed_number=options.seed, scale=options.scale)
        self.seed = options.seed
        self.stopping = Stopping()
        self.tokens = Tokens(options.tokens_file)
        self.clock = Clock(self.database)
        self.limit = RateLimit(self.database)
        self.log = RequestLog(self.database)
        self.faults = Faults()
        self.barriers = Barriers(self.stopping)
        self.late = Late(self.stopping)
        self.traces = Traces(options.otlp_endpoint)
        self.outbox = Outbox(database=self.database, clock=self.clock)
        self.sender = (
            HookSender(outbox=self.outbox, url=options.hooks_url, secret=options.hook_secret)
            if options.hooks_url
            else None
        )
        self.cases = Cases(database=self.database, clock=self.clock, outbox=self.outbox)
        self.accounts = Accounts(database=self.database, clock=self.clock, outbox=self.outbox, cases=self.cases)
        self.master = ChargeMaster(self.database)
        self.charges = Charges(database=self.database, clock=self.clock, accounts=self.accounts, master=self.master)
        self.voids = Voids(database=self.database, clock=self.clock, charges=self.charges)
        self.credits = Credits(database=self.database, clock=self.clock, charges=self.charges)
        self.batch = Batch(
            database=self.database,
            clock=self.clock,
            outbox=self.outbox,
            accounts=self.accounts,
            master=self.master,
            seed=options.seed,
        )
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Start the batch job and the delivery of webhooks."""
        self._tasks.append(asyncio.create_task(self.batch.run(), name="batch"))
        if self.sender is not None:
            self._tasks.append(asyncio.create_task(self.sender.run(), name="hooks"))

    async def stop(self) -> None:
        """Stop the background work and close the database; the first failure of a task is raised."""
        for task in self._tasks:
            task.cancel()
        outcomes = await asyncio.gather(*self._tasks, return_exceptions=True)
        self.database.close()
        self.traces.stop()
        for outcome in outcomes:
            if isinstance(outcome, Exception):
                raise outcome

    def failed_task(self) -> BaseException | None:
        """Why a background task has ended although nobody stopped it."""
        for task in self._tasks:
            if task.done() and not task.cancelled():
                return task.exception()
        return None
