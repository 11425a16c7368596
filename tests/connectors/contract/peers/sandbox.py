"""What the sandbox's systems have in common as peers of the contract: one process each, with control endpoints."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import httpx

from canonical.ports import System, SystemKind
from tests.connectors.contract.peer import Peer, Verb
from tests.connectors.contract.trouble import ASKED_TO_WAIT, STALLS, WAIT_SECONDS, Trouble
from tests.support.sandbox import SandboxSystem

_FAULTS = {
    Trouble.refused: "refuse",
    Trouble.not_permitted: "refuse_unauthorized",
    Trouble.slowed_down: "429",
    Trouble.away: "503",
    Trouble.broken_before: "500_before",
    Trouble.broken_after: "500",
    Trouble.cut_before: "cut_before",
    Trouble.cut_after: "cut",
    Trouble.garbled: "malformed",
    Trouble.late: "apply_late",
    Trouble.stalled_before: "stall_before",
    Trouble.stalled_after: "stall_after",
}
NOWHERE = "http://127.0.0.1:1"


class SandboxPeer(Peer):
    """`operations` names the vendor's calls by ledger: to write, to take back, to look up."""

    kind: ClassVar[SystemKind]
    operations: ClassVar[Mapping[str, tuple[str, str, str]]]

    async def start(self, folder: Path) -> None:
        """On a free port, with nobody to tell."""
        self._folder = folder
        self.process = SandboxSystem(self.name, folder, hooks_url=NOWHERE)
        (folder / "stranger").write_text("nobody")
        await self.process.start()
        # One client for all: making one takes longer than what it is asked for.
        rights = {"authorization": f"Bearer {self.process.control_token}"}
        self._http = httpx.AsyncClient(base_url=f"{self.process.url}/_control/", headers=rights, trust_env=False)

    async def stop(self) -> None:
        """At once: nothing of it is looked at any more."""
        await self._http.aclose()
        self.process.kill()

    async def crash(self) -> None:
        """Killed and started again, on the same port and database."""
        self.process.kill()
        await self.process.start()

    def connect(self, *, timeout: float = 10.0, known: bool = True, away: bool = False) -> System:
        """The connector by a table of its own."""
        token = self.process.token_file if known else self._folder / "stranger"
        table = {
            "base_url": NOWHERE if away else self.process.url,
            "token_file": str(token),
            "timeout": f"PT{timeout}S",
        }
        settings = self.kind.settings.model_validate_json(json.dumps(table), strict=True)
        return self.kind.build(self.name, settings, outgoing=dict)

    async def trouble(self, ledger: str, verb: Verb, trouble: Trouble) -> None:
        """A fault for the next call of the vendor's operation."""
        operation = self.operations[ledger][("write", "undo", "find").index(verb)]
        more: dict[str, Any] = {"retry_after": WAIT_SECONDS} if trouble in ASKED_TO_WAIT else {}
        more |= {"seconds": STALLS[trouble]} if trouble in STALLS else {}
        await self.control("POST", "faults", operation=operation, kind=_FAULTS[trouble], **more)

    async def calm(self) -> None:
        """No faults."""
        await self.control("DELETE", "faults")

    async def control(self, method: str, path: str, **body: Any) -> None:
        """One call of a control endpoint."""
        answer = await self._http.request(method, path, json=body if method == "POST" else None)
        answer.raise_for_status()
