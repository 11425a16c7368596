"""All parts of the running system, made once."""

import asyncio
from pathlib import Path

from sandbox.inventory.auth import Tokens
from sandbox.inventory.barriers import Barriers
from sandbox.inventory.clock import Clock
from sandbox.inventory.database import Database
from sandbox.inventory.delivery import Delivery
from sandbox.inventory.dock import Dock
from sandbox.inventory.documents import Documents
from sandbox.inventory.faults import Faults
from sandbox.inventory.ids import Ids
from sandbox.inventory.late import Late
from sandbox.inventory.limits import RateLimit
from sandbox.inventory.movements import Movements
from sandbox.inventory.outbox import Outbox
from sandbox.inventory.pars import Pars
from sandbox.inventory.request_log import RequestLog
from sandbox.inventory.seed import seed_database
from sandbox.inventory.shelves import Shelves
from sandbox.inventory.stock import Stock
from sandbox.inventory.surgical_cases import SurgicalCases
from sandbox.inventory.traces import Traces
from sandbox.inventory.uses import Uses


class System:
    late: Late

    def __init__(
        self, *, file: Path, seed: int, scale: int, hooks_url: str, hook_secret_file: Path, tokens_file: Path,
        otlp_endpoint: str | None,
    ) -> None:  # fmt: skip
        self.database = Database(file)
        seed_database(self.database, seed=seed, scale=scale)
        self.seed = int(self.database.value("SELECT value FROM settings WHERE name = 'seed'"))
        self.clock = Clock(self.database)
        self.ids = Ids(self.database, seed=self.seed)
        self.tokens = Tokens(tokens_file)
        self.request_log = RequestLog(self.database)
        self.rate_limit = RateLimit()
        self.faults = Faults()
        self.barriers = Barriers()
        self.traces = Traces(otlp_endpoint)
        self.outbox = Outbox(self.database, ids=self.ids, clock=self.clock)
        self.delivery = Delivery(self.outbox, url=hooks_url, secret=hook_secret_file.read_text().strip())
        self.stock = Stock(self.database)
        self.pars = Pars(
            self.database, stock=self.stock, outbox=self.outbox, ids=self.ids, clock=self.clock
        )  # fmt: skip
        self.movements = Movements(
            self.database, stock=self.stock, pars=self.pars, ids=self.ids, clock=self.clock
        )  # fmt: skip
        self.shelves = Shelves(self.database, stock=self.stock, clock=self.clock)
        self.documents = Documents(
            self.database, shelves=self.shelves, movements=self.movements, pars=self.pars, ids=self.ids,
            clock=self.clock,
        )  # fmt: skip
        self.dock = Dock(self.database, stock=self.stock, outbox=self.outbox, ids=self.ids, clock=self.clock)
        self.surgical_cases = SurgicalCases(self.database, stock=self.stock, clock=self.clock)
        self.uses = Uses(
            self.database, stock=self.stock, movements=self.movements, outbox=self.outbox, ids=self.ids,
            clock=self.clock,
        )  # fmt: skip
        self.stopping = asyncio.Event()

    async def sleep(self, seconds: float | None) -> None:
        """A stall, which ends early when the process is told to stop."""
        try:
            await asyncio.wait_for(self.stopping.wait(), seconds if seconds is not None else 1.0)
        except TimeoutError:
            return

    def clear_faults(self) -> None:
        self.faults.clear()
        self.late.clear()
        self.outbox.faults.clear()
        self.outbox.release()
        self.barriers.release_all()

    def stop(self) -> None:
        """Lets go of whoever is held, so that the server can finish what it has begun."""
        self.stopping.set()
        self.barriers.release_all()
