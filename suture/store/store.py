"""The store: what the engine remembers outside Temporal, opened once per process."""

from types import TracebackType
from typing import Self

from sqlalchemy import text

from suture.keys import Keyring
from suture.store.audit import Audit
from suture.store.correlations import Correlations
from suture.store.cross_references import CrossReferences
from suture.store.database import Database
from suture.store.delegations import Delegations
from suture.store.effects import Effects
from suture.store.event_items import EventItems
from suture.store.inbox import Inbox
from suture.store.lineage import Lineage
from suture.store.migrate import check_revision
from suture.store.order_book import OrderBook
from suture.store.runs import Runs
from suture.store.vault import Vault
from suture.store.waits import Waits
from suture.store.work_items import WorkItems


class Store:
    """One member a noun, all on one database and keyring: `async with Store.open(url, keyring) as store`."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self.keyring = keyring
        self.audit = Audit(database)
        self.vault = Vault(database, keyring, self.audit)
        self.correlations = Correlations(database)
        self.inbox = Inbox(database, keyring, self.correlations, self.vault)
        self.waits = Waits(database)
        self.lineage = Lineage(database)
        self.effects = Effects(database, self.lineage)
        self.work_items = WorkItems(database, keyring, self.audit)
        self.event_items = EventItems(self.work_items, self.inbox)
        self.runs = Runs(database, keyring, self.inbox, self.waits, self.work_items)
        self.cross_references = CrossReferences(database)
        self.delegations = Delegations(database)
        self.order_book = OrderBook(database, keyring)

    @classmethod
    def open(cls, url: str, keyring: Keyring) -> Self:
        """Open a migrated store; `StoreNotMigrated` for any other, `StoreUnavailable` where it cannot be reached."""
        check_revision(url)
        return cls(Database(url), keyring)

    async def ping(self) -> None:
        """Return if the store can be read; `StoreUnavailable` otherwise."""
        await self._database.read(lambda connection: connection.execute(text("SELECT 1")).one())

    async def close(self) -> None:
        """Finish what is queued and give back threads and connections."""
        await self._database.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
