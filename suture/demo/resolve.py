"""The command that resolves each open work item, by the person whose queue it is in."""

import asyncio
import shlex
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from canonical.documents.work_item import Decision
from canonical.errors import Audience
from canonical.identity import USE_PROCESS, RunName, run_of_work_item
from suture.demo.day import USES
from suture.demo.mending import command
from suture.demo.purchasing.standing import PurchaseStanding
from suture.demo.shell import Typed, shown, typed
from suture.demo.uses import Answer, Use
from suture.store.event_items import INBOX
from suture.store.work_items import Listed
from suture.up.folder import Home

OWNERS = {
    Audience.integration: "ivo",
    Audience.supply_chain: "ben",
    Audience.buyer: "bea",
    Audience.receiving: "rob",
    Audience.payables: "pia",
    Audience.item_master: "ben",
    Audience.revenue_integrity: "cora",
    Audience.finance: "dan",
    Audience.safety: "eve",
}
SECOND = "paul"
"""Who agrees where one person is not enough."""
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
    foreseen: bool = True

    @property
    def lines(self) -> tuple[str, ...]:
        """What is typed: the mend where there is one, then the decision."""
        words = ("suture", "work", "resolve", self.listed.item.item_id, *self.options)
        decision = shlex.join((*words, "--token-file", shown(self.token_file)))
        return (command(self.first), decision) if self.first else (decision,)


def order_for(
    listed: Listed, home: Home, purchases: Sequence[PurchaseStanding] = (), *, uses: Sequence[Use] = USES
) -> Order:
    """The command for an item: what the day foresees for its cause, else the mildest thing that the item takes."""
    item = listed.item
    foreseen = _foreseen(uses, listed) or _foreseen_of(purchases, listed)
    answer = foreseen or Answer(options=_mildest(listed))
    person = OWNERS[item.owner] if item.agreed_by is None else SECOND
    return Order(listed, person, answer.options, answer.first, home.token_file(person), foreseen is not None)


async def resolve_all(
    orders: Sequence[Order], *, home: Home, is_open: Callable[[str], Awaitable[bool]], told: Callable[[Typed], None]
) -> None:
    """Type the lines of every order, a few orders at a time, and tell how each line ended.

    An answer to one question may settle another, which then is asked no longer: what the day has not foreseen comes last.
    """
    turns = asyncio.Semaphore(AT_ONCE)

    async def carried_out(order: Order) -> None:
        async with turns:
            for line in order.lines:
                if not await is_open(order.listed.item.item_id):
                    return
                ended = await typed(line, home)
                if ended.code == 0 or await is_open(order.listed.item.item_id):
                    told(ended)

    async with asyncio.TaskGroup() as typing:
        for order in sorted(orders, key=lambda order: not order.foreseen):
            typing.create_task(carried_out(order))


def _foreseen(uses: Sequence[Use], listed: Listed) -> Answer | None:
    item = listed.item
    if item.workflow_id == INBOX or item.process != USE_PROCESS:
        return None
    name = RunName.parse(run_of_work_item(item.item_id))
    use = next((one for one in uses if (one.number, one.facility) == (name.number, name.facility)), None)
    answer = use.answers.get(item.cause) if use is not None else None
    if answer is None or answer.options[0].removeprefix("--") not in item.decisions:
        return None
    return answer


def _foreseen_of(purchases: Sequence[PurchaseStanding], listed: Listed) -> Answer | None:
    """What a purchase of the day foresees for a question of one of its runs."""
    item = listed.item
    for standing in purchases:
        if item.item_id not in [one.item.item_id for one in standing.items]:
            continue
        for decided in standing.purchase.answers:
            fits = decided.cause is item.cause and decided.about in item.question
            if fits and decided.options[0].removeprefix("--") in item.decisions:
                return Answer(options=decided.options)
    return None


def _mildest(listed: Listed) -> tuple[str, ...]:
    decisions = listed.item.decisions
    milder = (Decision.acknowledge, Decision.retry, Decision.approve, *decisions)
    decision = next(each for each in milder if each in decisions)
    field = next(iter(listed.item.correctable), "FIELD")
    return ("--correct", f"{field}=VALUE") if decision is Decision.correct else (f"--{decision}",)
