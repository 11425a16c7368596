"""Letting orders pass from the command line: real commands, a real Temporal server, a run that waits for a yes."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from temporalio.client import Client

from canonical.identity import RunName
from suture.configuration import read
from suture.people import People
from suture.schedules import apply_schedules
from suture.temporal.plugin import suture_plugin
from tests.conftest import StartTemporal
from tests.support.command_line import CommandLine, Ended, command_line
from tests.support.replenishing import contract, order_sent, policy, requested
from tests.support.trade_house import TradeHouse
from workflows.replenishment_approval import ReplenishmentApproval
from workflows.replenishment_request import ReplenishmentRequest

APPROVERS = {
    "olga": 'cost_centres = ["4100"]\napproval_limit = 500\n',
    "finn": 'cost_centres = ["*"]\napproval_limit = 50\n',
}
ORDERING = """    { domain = "procurement", system = "erp", since = 2026-01-01 },
    { domain = "supplier", system = "erp", since = 2026-01-01 },
]"""


@dataclass(frozen=True)
class Desk:
    """A hospital's command line, and its runs."""

    line: CommandLine
    house: TradeHouse
    client: Client

    async def run(self, *words: str, who: str = "") -> Ended:
        """Run a command, as somebody."""
        token = (self.line.token(who),) if who else ()
        return await asyncio.to_thread(self.line.invoke, *words, *token)

    async def asked(self, **changes: object) -> tuple[RunName, str]:
        """A basket that waits for its approval, and the approval's id."""
        basket = await requested(self.house, self.house.number("RQ"), **changes)
        (listed,) = await self.house.items()
        return basket, listed.item.item_id


def with_approvers(line: CommandLine) -> CommandLine:
    """The hospital with orders, and people who may let them pass."""
    text = line.settings.file.read_text().replace("\n]\n", f"\n{ORDERING}\n", 1)
    for who, authority in APPROVERS.items():
        text = text.replace(f"[people.{who}]\n", f"[people.{who}]\n{authority}")
    line.settings.file.write_text(text)
    return CommandLine(line.folder, read(line.settings.file))


@pytest.fixture
async def desk(tmp_path: Path, start_temporal: StartTemporal) -> AsyncIterator[Desk]:
    """A hospital in which no order passes by rule."""
    server = await start_temporal()
    line = with_approvers(command_line(tmp_path, temporal=server.address))
    async with line.store() as store:
        client = await Client.connect(server.address, plugins=[suture_plugin(store.keyring)])
        house = TradeHouse(
            client=client,
            store=store,
            workflows=(ReplenishmentRequest, ReplenishmentApproval),
            people=People(line.settings.people, store.delegations),  # type: ignore[arg-type]
            purchasing=policy(basket_limit=Decimal(0)),
        )
        house.procurement.agreed = [contract(house)]
        async with house.open():
            yield Desk(line, house, client)


async def test_an_approval_is_listed_with_what_it_costs_and_given_by_whoever_may(desk: Desk) -> None:
    assert "nothing waits" in (await desk.run("approvals", "list")).out
    _, item = await desk.asked()
    listed, told = await desk.run("approvals", "list", "--json"), await desk.run("approvals", "list")
    mine = await desk.run("approvals", "list", "--mine", "--json", who="olga")
    not_mine = await desk.run("approvals", "list", "--mine", who="finn")
    refused = await desk.run("approvals", "approve", item, who="finn")
    done = await desk.run("approvals", "approve", item, "--reason", "needed", who="olga")
    again = await desk.run("approvals", "approve", item, who="olga")
    other = await desk.run("approvals", "reject", item, who="finn")
    order = await order_sent(desk.house)
    (one,) = listed.json
    assert [share["amount"] for share in one["item"]["to_approve"]["shares"]] == ["100.00"]
    assert "100.00 USD" in told.out and f"next: suture approvals approve {item}" in told.out
    assert [each["item"]["item_id"] for each in mine.json] == [item]
    assert "nothing waits" in not_mine.out
    assert refused.code == 1 and "above your approval limit" in refused.err and refused.err.count("\n") == 1
    assert done.code == 0 and "decided by olga: approve" in done.out
    assert again.code == 0 and "nothing was done twice" in again.out
    assert other.code == 1 and "already closed by olga: approve" in other.err
    assert order.worth == 100


async def test_an_order_is_rejected_and_not_made(desk: Desk) -> None:
    basket, item = await desk.asked()
    done = await desk.run("approvals", "reject", item, "--reason", "too many", "--json", who="olga")
    assert done.code == 0 and done.json["decision"] == "reject"
    assert (await desk.house.closed(basket)).outcome == "rejected"
    assert not desk.house.procurement.orders.standing


async def test_what_was_decided_is_listed_with_who_and_when_and_without_their_words(desk: Desk) -> None:
    none_yet = await desk.run("approvals", "history")
    basket, first = await desk.asked()
    open_still = await desk.run("approvals", "history", "--json")
    await desk.run("approvals", "reject", first, "--reason", "too many", who="olga")
    await desk.house.closed(basket)
    _, second = await desk.asked(basket=desk.house.number("B2"), requested_by="finn")
    await desk.run("approvals", "approve", second, who="olga")
    await order_sent(desk.house)
    told, listed = await desk.run("approvals", "history"), await desk.run("approvals", "history", "--json")
    newest = await desk.run("approvals", "history", "--limit", "1")
    elsewhere = await desk.run("approvals", "history", "--facility", "NOWHERE")
    assert "nothing of it is decided" in none_yet.out and open_still.json == []
    assert [(one["item"]["item_id"], one["decision"], one["decided_by"]) for one in listed.json] == [
        (second, "approve", "olga"),
        (first, "reject", "olga"),
    ]
    assert all(one["closed_at"] for one in listed.json) and "too many" not in told.out + listed.out
    assert "100.00 USD" in told.out and "finn" in told.out
    assert first not in newest.out.replace("\n", "") and "more with --limit" in newest.err + newest.out
    assert elsewhere.code == 2 and "expected one of NORTH" in elsewhere.err


async def test_a_deputy_approves_while_somebody_is_away_and_no_longer(desk: Desk) -> None:
    _, item = await desk.asked()
    before = await desk.run("approvals", "approve", item, who="sue")
    tomorrow, ago = (f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%dT%H:%M:%S}" for days in (1, -1))
    given = await desk.run("approvals", "delegate", "sue", "--until", tomorrow, who="olga")
    mine = await desk.run("approvals", "list", "--mine", "--json", who="sue")
    ended = await desk.run("approvals", "delegate", "sue", "--until", ago, who="olga")
    gone = await desk.run("approvals", "approve", item, who="sue")
    await desk.run("approvals", "delegate", "sue", "--until", tomorrow, who="olga")
    done = await desk.run("approvals", "approve", item, who="sue")
    assert before.code == gone.code == 1 and "cost centre 4100" in before.err
    assert given.code == 0 and "sue decides for olga from" in given.out
    assert len(mine.json) == 1
    assert ended.code == 0 and "no longer" in ended.out
    assert done.code == 0
    await order_sent(desk.house)


@pytest.mark.parametrize(
    ("deputy", "who", "code", "why"),
    [
        ("nobody", "olga", 2, "no such person"),
        ("olga", "olga", 2, "nobody is their own deputy"),
        ("olga", "sue", 1, "sue approves no orders"),
    ],
)
def test_only_ones_own_authority_is_given_and_to_somebody_else(
    tmp_path: Path, deputy: str, who: str, code: int, why: str
) -> None:
    line = with_approvers(command_line(tmp_path))
    ended = line.invoke("approvals", "delegate", deputy, "--until", "2099-01-01", line.token(who))
    assert (ended.code, why in ended.err, ended.err.count("\n")) == (code, True, 1)


def test_what_is_no_approval_is_not_taken_for_one(tmp_path: Path) -> None:
    line = with_approvers(command_line(tmp_path))
    ended = line.invoke("approvals", "approve", "no:such:item", line.token("olga"))
    assert (ended.code, "no approval no:such:item" in ended.err) == (3, True)


async def test_par_levels_are_swept_by_a_schedule_that_follows_the_configuration(desk: Desk) -> None:
    settings = desk.line.settings
    assert await apply_schedules(desk.client, settings) == ("par-sweep:NORTH:schedule:par",)
    handle = desk.client.get_schedule_handle("par-sweep:NORTH:schedule:par")
    await handle.pause(note="stock-taking")
    await apply_schedules(desk.client, settings)
    described = (await handle.describe()).schedule
    assert [one.every for one in described.spec.intervals] == [timedelta(hours=1)]
    assert described.state.paused and described.state.note == "stock-taking"


async def test_a_facility_that_orders_nothing_is_not_swept(tmp_path: Path, start_temporal: StartTemporal) -> None:
    server = await start_temporal()
    line = command_line(tmp_path, temporal=server.address)
    client = await Client.connect(server.address)
    assert await apply_schedules(client, line.settings) == ()
