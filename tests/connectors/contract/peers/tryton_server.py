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
from tests.connectors.contract.trouble import WAIT_SECONDS, Trouble
from tests.support.fault_proxy import FaultProxy, Request
from tests.support.tryton import running_server

REFUSAL = {"id": 0, "error": ["UserError", ["This is not done here.", "", None]]}

LEDGER = {
    "journal": "COST",
    "stock": "1.3.1",
    "received_not_invoiced": "2.4.9",
    "expensed": {"NORTH": ["ED-CART"]},
}
"""Where the seeded hospital books its costs."""

ACCOUNTS = {"bill-only": "2.4.9", "freight": "FREIGHT", "variance": "VARIANCE", "short-paid": "DISPUTE"}
"""By the codes of the seeded chart: what invoices ask money for beside goods."""


class TrytonServerPeer(Peer):
    """It dedupes nothing; trouble befalls the call that creates a document, that takes it back, or that looks it up.

    `calls` names these three of each ledger, as `model.verb`.
    """

    part_of = "tryton"
    asks_to_wait: ClassVar[int] = WAIT_SECONDS
    calls: ClassVar[Mapping[str, tuple[str, str, str]]]

    async def start(self, folder: Path) -> None:
        """The server of the session, and a proxy before it."""
        self._folder = folder
        (folder / "stranger").write_text("nobody")
        self._server = await running_server(folder)
        self._proxy = FaultProxy(
            port=free_port(),
            to=self._server.port,
            refusal=REFUSAL,
            status=200,
            forbidden=403,
            asks_to_wait=self.asks_to_wait,
            name=_method,
        )
        await self._proxy.start()

    async def stop(self) -> None:
        """The proxy alone: others may want the server yet."""
        await self._proxy.stop()

    async def crash(self) -> None:
        """Killed, with every connection to it, and started again on the same database."""
        self._server.kill()
        await self._proxy.cut()
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
        self._proxy.next(lambda name: name == method, trouble)

    @property
    def waiting(self) -> bool:
        """Whether trouble waits for its call yet."""
        return self._proxy.waiting

    def count(self, method: str) -> int:
        """How many calls of a method there were."""
        return self._proxy.met[method]

    def calls_so_far(self) -> int:
        """How many calls there were of all methods."""
        return self._proxy.met.total()

    @property
    def url(self) -> str:
        """Where the proxy answers."""
        return self._proxy.url

    @property
    def password_file(self) -> Path:
        """The engine's password."""
        return self._server.password_file

    async def calm(self) -> None:
        """No more of it."""
        self._proxy.calm()


def _method(request: Request) -> str:
    """The name of a call of JSON-RPC: what its body says."""
    return str(json.loads(request.body)["method"]) if request.body else ""
