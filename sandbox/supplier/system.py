"""All parts of the running exchange, made once."""

import asyncio
from pathlib import Path

from sandbox.supplier.answering import Answering
from sandbox.supplier.auth import Tokens
from sandbox.supplier.barriers import Barriers
from sandbox.supplier.clock import Clock
from sandbox.supplier.database import Database
from sandbox.supplier.dealings import Dealings
from sandbox.supplier.delivery import Delivery
from sandbox.supplier.desk import Desk
from sandbox.supplier.faults import Faults
from sandbox.supplier.ids import Ids
from sandbox.supplier.invoicing import Invoicing
from sandbox.supplier.late import Late
from sandbox.supplier.limits import RateLimit
from sandbox.supplier.outbox import Outbox
from sandbox.supplier.papers import Papers
from sandbox.supplier.plans import Plans
from sandbox.supplier.player import Player
from sandbox.supplier.request_log import RequestLog
from sandbox.supplier.seed import seed_database
from sandbox.supplier.shipping import Shipping
from sandbox.supplier.traces import Traces


class System:
    late: Late

    def __init__(
        self, *, file: Path, seed: int, scale: int, hooks_url: str, hook_secret_file: Path, tokens_file: Path,
        otlp_endpoint: str | None,
    ) -> None:  # fmt: skip
        self.database = Database(file)
        seed_database(self.database, seed=seed, scale=scale)
        self.clock = Clock(self.database)
        self.ids = Ids(self.database)
        self.tokens = Tokens(tokens_file)
        self.request_log = RequestLog(self.database)
        self.rate_limit = RateLimit()
        self.faults = Faults()
        self.barriers = Barriers()
        self.traces = Traces(otlp_endpoint)
        self.outbox = Outbox(self.database, ids=self.ids, clock=self.clock)
        self.delivery = Delivery(self.outbox, url=hooks_url, secret=hook_secret_file.read_text().strip())
        self.dealings = Dealings(self.database)
        self.papers = Papers(self.database, outbox=self.outbox, clock=self.clock)
        self.plans = Plans(self.database)
        self.desk = Desk(self.database, dealings=self.dealings, plans=self.plans, ids=self.ids, clock=self.clock)
        self.player = Player(
            self.database,
            plans=self.plans,
            dealings=self.dealings,
            answering=Answering(papers=self.papers, dealings=self.dealings, ids=self.ids, clock=self.clock),
            shipping=Shipping(papers=self.papers, dealings=self.dealings, ids=self.ids, clock=self.clock),
            invoicing=Invoicing(papers=self.papers, dealings=self.dealings, ids=self.ids, clock=self.clock),
        )
        self.stopping = asyncio.Event()
        self._playing: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to deliver, and to play."""
        self.delivery.start()
        self._playing = asyncio.create_task(self.player.run())

    async def close(self) -> None:
        """End what `start` began, and give everything back."""
        if self._playing is not None:
            self._playing.cancel()
            await asyncio.wait([self._playing])
        await self.delivery.stop()
        self.database.close()
        self.traces.stop()

    def failure(self) -> BaseException | None:
        """Why something has ended although nobody stopped it."""
        if self._playing is not None and self._playing.done() and not self._playing.cancelled():
            return self._playing.exception()
        return self.delivery.failure()

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
