"""What every part of a Tryton has in common under the contract: one real server, each part behind a proxy of its own."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from canonical.ports import System
from connectors.systems.tryton.connector import SYSTEM
from suture.free_port import free_port
from tests.connectors.contract.peer import Peer, Verb
from tests.connectors.contract.peers.sandbox import NOWHERE
from tests.connectors.contract.trouble import Trouble
from tests.support.meddler import Meddler
from tests.support.tryton import running_server

REFUSAL = b'{"id": 0, "error": ["UserError", ["This is not done here.", "", null]]}'

LEDGER = {
    "journal": "COST",
    "stock": "1.3.1",
    "received_not_invoiced": "2.4.9",
    "expensed": {"NORTH": ["ED-CART"]},
}
"""Where the seeded hospital books its costs."""

ACCOUNTS = {"freight": "FREIGHT", "variance": "VARIANCE", "short-paid": "DISPUTE"}
"""By the codes of the seeded chart: what invoices ask money for beside goods."""


class TrytonServerPeer(Peer):
    """It dedupes nothing; trouble befalls the call that creates a document, that takes it back, or that looks it up.

    `calls` names these three of each ledger, as `model.verb`.
    """

    part_of = "tryton"
    calls: ClassVar[Mapping[str, tuple[str, str, str]]]

    async def start(self, folder: Path) -> None:
        """The server of the session, and a proxy before it."""
        self._folder = folder
        (folder / "stranger").write_text("nobody")
        self._server = await running_server(folder)
        self._port = free_port()
        self._meddler = Meddler(self._server.url, REFUSAL)
        await self._meddler.start(self._port)

    async def stop(self) -> None:
        """The proxy alone: others may want the server yet."""
        await self._meddler.stop()

    async def crash(self) -> None:
        """Killed, with every connection to it, and started again on the same database."""
        self._server.kill()
        await self._meddler.hang_up()
        await self._server.again()

    def connect(self, *, timeout: float = 10.0, known: bool = True, away: bool = False) -> System:
        """The connector by a table of its own."""
        table = self.table | {"timeout": f"PT{timeout}S"}
        if away:
            table["base_url"] = NOWHERE
        if not known:
            table["password_file"] = str(self._folder / "stranger")
        settings = SYSTEM.settings.model_validate_json(json.dumps(table), strict=True)
        return SYSTEM.build(self.name, settings, outgoing=dict)

    @property
    def table(self) -> dict[str, Any]:
        """Its own table in `hospital.toml`."""
        return {
            "base_url": self.url,
            "database": self._server.database,
            "login": "engine",
            "password_file": str(self._server.password_file),
            "ledger": LEDGER,
            "accounts": ACCOUNTS,
        }

    async def trouble(self, ledger: str, verb: Verb, trouble: Trouble) -> None:
        """For the next such call."""
        call = self.calls[ledger][("write", "undo", "find").index(verb)]
        self.plan(f"model.{call}", trouble)

    def plan(self, method: str, trouble: Trouble) -> None:
        """For the next call of a method of Tryton's."""
        self._meddler.plan(method, trouble)

    @property
    def waiting(self) -> bool:
        """Whether trouble waits for its call yet."""
        return self._meddler.waiting

    def count(self, method: str) -> int:
        """How many calls of a method there were."""
        return self._meddler.met[method]

    def calls_so_far(self) -> int:
        """How many calls there were of all methods."""
        return self._meddler.met.total()

    @property
    def url(self) -> str:
        """Where the proxy answers."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def password_file(self) -> Path:
        """The engine's password."""
        return self._server.password_file

    async def calm(self) -> None:
        """No more of it."""
        self._meddler.calm()
