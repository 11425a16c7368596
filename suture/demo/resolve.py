"""The command that resolves each open work item, by the person whose queue it is in."""

import asyncio
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from canonical.documents.work_item import Decision
from canonical.errors import Audience
from canonical.identity import RunName, run_of_work_item
from suture.demo.day import BY_NUMBER
from suture.demo.mending import command
from suture.demo.shell import Typed, shown, typed
from suture.demo.uses import Answer
from suture.store.event_items import INBOX
from suture.store.work_items import Listed
from suture.up.folder import Home

OWNERS = {
    Audience.integration: "ivo",
    Audience.supply_chain: "ben",
    Audience.item_master: "ben",
    Audience.revenue_integrity: "cora",
    Audience.finance: "dan",
    Audience.safety: "eve",
}
AT_ONCE = 3
"""So many people type at a time: each command is a process of its own."""


@dataclass(frozen=True)
class Order:
    """What is to be typed about one item, and what is mended first."""

    listed: Listed
    person: str
    options: tuple[str, ...]
    first: str
    token_file: Path

    @property
    def lines(self) -> tuple[str, ...]:
        """What is typed: the mend where there is one, then the decision."""
        words = ("suture", "work", "resolve", self.listed.item.item_id, *self.options)
        decision = shlex.join((*words, "--token-file", shown(self.token_file)))
        return (command(self.first), decision) if self.first else (decision,)


def order_for(listed: Listed, home: Home) -> Order:
    """The command for an item: what the day foresees for its cause, else the mildest thing that the item takes."""
    item = listed.item
    answer = _foreseen(listed) or Answer(options=(f"--{_mildest(listed)}",))
    person = OWNERS[item.owner]
    return Order(listed, person, answer.options, answer.first, home.token_file(person))


async def resolve_all(orders: Sequence[Order], *, home: Home, told: Callable[[Typed], None]) -> None:
    """Type the lines of every order, a few orders at a time, and tell how each line ended."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def carried_out(order: Order) -> None:
        async with turns:
            for line in order.lines:
                told(await typed(line, home))

    async with asyncio.TaskGroup() as typing:
        for order in orders:
            typing.create_task(carried_out(order))


def _foreseen(listed: Listed) -> Answer | None:
    item = listed.item
    if item.workflow_id == INBOX:
        return None
    use = BY_NUMBER.get(RunName.parse(run_of_work_item(item.item_id)).number)
    answer = use.answers.get(item.cause) if use is not None else None
    if answer is None or answer.options[0].removeprefix("--") not in item.decisions:
        return None
    return answer


def _mildest(listed: Listed) -> Decision:
    decisions = listed.item.decisions
    return next(each for each in (Decision.acknowledge, Decision.retry, *decisions) if each in decisions)
