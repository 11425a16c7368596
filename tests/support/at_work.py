"""A hospital at work, as the command line meets it: a real store and workers over systems in this process."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from temporalio.client import Client

from activities.charges import Charges
from activities.costs import Costs
from activities.notes import Notes
from activities.stock import Stock
from bench.in_process import InProcessBilling, InProcessFinance, InProcessInventory
from canonical.envelope import Envelope
from canonical.ports import AT_ONCE
from suture.people import People
from suture.policies import Policies
from suture.serving import ROLES, queues
from suture.store.store import Store
from tests.support.command_line import CommandLine, Ended, usage
from tests.support.hospital import TOKEN
from workflows.usage_to_charge import UsageToCharge


@dataclass
class AtWork:
    """A hospital's command line, its store, and workers over systems in this process that can be told to refuse."""

    line: CommandLine
    client: Client
    store: Store
    inventory: InProcessInventory = field(default_factory=lambda: InProcessInventory("inventory", "M"))
    billing: InProcessBilling = field(default_factory=lambda: InProcessBilling("billing", "C"))
    finance: InProcessFinance = field(default_factory=lambda: InProcessFinance("erp", "J"))

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Serve every queue that the configuration names."""
        store = self.store
        calls: dict[str, Sequence[Callable[..., Any]]] = {
            "inventory": Stock(self.inventory, store.effects).all(),
            "billing": Charges(self.billing, store.effects, store.vault).all(),
            "erp": Costs(self.finance, store.effects).all(),
        }
        settings = self.line.settings
        register = (People(settings.people), Policies(settings))
        notes = Notes(store.runs, store.effects, store.work_items, *register).all()
        served = queues(
            ROLES,
            settings=self.line.settings,
            workflows=[UsageToCharge],
            notes=notes,
            calls=calls,
            bears=dict.fromkeys(calls, AT_ONCE),
        )

        async def dies(error: BaseException) -> None:
            raise error

        async with AsyncExitStack() as stack:
            for queue in served:
                await stack.enter_async_context(queue.worker(self.client, build_id="test", on_fatal_error=dies))
            yield

    async def run(self, *words: str) -> Ended:
        """Run a command, while the workers go on."""
        return await asyncio.to_thread(self.line.invoke, *words)

    async def start(self, number: str, **changes: Any) -> str:
        """Hand in a use; answers its correlation id."""
        file = self.line.document(f"{number}.json", usage(number, **changes))
        words = ("start", "usage-to-charge", "--file", file, "--source", "inventory", self.line.token("olga"), "--json")
        ended = await self.run(*words)
        assert ended.code == 0 and ended.json["delivered"], ended
        return str(ended.json["correlation_id"])

    async def item(self, *, cause: str | None = None) -> dict[str, Any]:
        """The one open work item (of this cause), once it is open."""
        async with asyncio.timeout(20):
            while True:
                found = [one.item for one in await self.store.work_items.open_items()]
                if chosen := [one for one in found if cause in (None, one.cause)]:
                    return chosen[0].model_dump(mode="json")
                await asyncio.sleep(0.05)

    async def closed(self, workflow_id: str) -> str:
        """The outcome of a run, once it has told it."""
        async with asyncio.timeout(20):
            while True:
                runs = await self.store.runs.find(workflow_id=workflow_id)
                if runs and runs[0].closed:
                    return runs[0].outcome
                await asyncio.sleep(0.05)

    async def resolve(self, item_id: str, who: str, *words: str) -> Ended:
        """Decide an item as somebody."""
        return await self.run("work", "resolve", item_id, *words, self.line.token(who))

    async def resolve_in_a_shell(self, item_id: str, who: str, *words: str) -> Ended:
        """Decide an item as somebody, in a process of its own: so that two do it at once."""
        command = ("work", "resolve", item_id, *words, self.line.token(who))
        return await asyncio.to_thread(self.line.run, *command)

    def dana(self) -> Path:
        """The token file of the hospital's revenue integrity analyst."""
        file = self.line.folder / "dana.token"
        file.touch(mode=0o600)
        file.write_text(TOKEN)
        return file


def envelope_of_nothing() -> Envelope:
    """News that wake a run and change nothing."""
    now = datetime.now(UTC)
    return Envelope(
        id="e", source="inventory", type="item.approved", subject="4702", time=now, facility="NORTH", data={}
    )
