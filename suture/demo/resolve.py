"""The command that resolves each open work item, by the person whose queue it is in."""

import asyncio
import os
import shlex
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from canonical.documents.work_item import Decision
from canonical.errors import Audience
from canonical.identity import RunName, run_of_work_item
from suture.configuration import VARIABLE as CONFIG
from suture.demo.day import BY_NUMBER
from suture.demo.people import People
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
    def words(self) -> tuple[str, ...]:
        """The command's words after `suture`."""
        return ("work", "resolve", self.listed.item.item_id, *self.options, "--token-file", shown(self.token_file))

    @property
    def line(self) -> str:
        """The command as it is typed."""
        return shlex.join(("suture", *self.words))


@dataclass(frozen=True)
class Typed:
    """How a command ended."""

    order: Order
    code: int
    output: str


def order_for(listed: Listed, home: Home) -> Order:
    """The command for an item: what the day foresees for its cause, else the mildest thing that the item takes."""
    item = listed.item
    answer = _foreseen(listed) or Answer(options=(f"--{_mildest(listed)}",))
    person = OWNERS[item.owner]
    return Order(listed, person, answer.options, answer.first, home.token_file(person))


async def resolve_all(orders: Sequence[Order], *, home: Home, people: People, told: Callable[[Typed], None]) -> None:
    """Type every command, a few at a time, and tell how each ended; what has to be mended is mended before."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def typed(order: Order) -> None:
        async with turns:
            if order.first:
                await people.mend(order.first)
            told(await _type(order, home))

    async with asyncio.TaskGroup() as typing:
        for order in orders:
            typing.create_task(typed(order))


def shown(path: Path) -> str:
    """A path as it is typed here: relative where it is below this folder."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


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


async def _type(order: Order, home: Home) -> Typed:
    environment = dict(os.environ) | {CONFIG: str(home.config)}
    process = await asyncio.create_subprocess_exec(
        *_program(),
        *order.words,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=environment,
    )
    try:
        output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return Typed(order, process.returncode or 0, output.decode(errors="replace").strip())


def _program() -> tuple[str, ...]:
    """The `suture` command of the environment that we run in."""
    installed = Path(sys.executable).with_name("suture")
    return (str(installed),) if installed.exists() else (sys.executable, "-m", "suture.cli.main")
