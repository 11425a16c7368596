"""A shelf of a real Tryton falls below par: the sweep finds it, it is filled, and Tryton tells what is on its way to it."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from canonical.documents.order import Acknowledged
from canonical.documents.par_sweep import SweepStart, Swept
from canonical.documents.replenishment import ParStanding
from canonical.documents.work_item import Cause, Decision
from canonical.identity import request_run, sweep_run
from canonical.run import Leg, RunContext
from connectors.systems.tryton.client import TrytonClient
from tests.connectors.contract.peers.tryton import TrytonPeer
from tests.connectors.shelves import Kept, people, put, shelved
from tests.support.real_hospital import patient_policy
from tests.support.replenishing import acknowledged, of_line, order_sent, policy, says, today
from tests.support.trade_house import LEGS, TradeHouse
from workflows.par_sweep import ParSweep
from workflows.replenishment_approval import ReplenishmentApproval
from workflows.replenishment_request import ReplenishmentRequest

FACILITY, PLACE, GIVER = "SOUTH", "STORE", "OR-1"
pytestmark = pytest.mark.slow


@dataclass
class Storeroom:
    """The storeroom of one house of tests, and who works in it."""

    house: TradeHouse
    tryton: Any
    people: TrytonClient

    async def kept(self) -> Kept:
        """A new item, of which there is none where it is kept."""
        return await shelved(self.people, facility=FACILITY, at=PLACE)

    async def swept(self) -> Swept:
        """One sweep, as the schedule starts it."""
        route = tuple(Leg(domain=domain, system=system, queue=self.house.queue) for domain, system in LEGS)
        name = sweep_run(FACILITY)
        context = RunContext(name=name, correlation_id="c-sweep", currency="USD", route=route)
        start = SweepStart(context=context, policy=self.house.in_force)
        run = f"{name.workflow_id}-{uuid4().hex}"
        return await self.house.client.execute_workflow(ParSweep.run, start, id=run, task_queue=self.house.queue)

    async def standing(self, item: str) -> ParStanding:
        """How the item stands, by Tryton."""
        found: ParStanding = await self.tryton.par(facility=FACILITY, location=PLACE, item=item)
        return found

    async def is_found(self, item: str) -> bool:
        """Whether the item is among what lacks."""
        return item in {one.item for one in await self.tryton.below_par(facility=FACILITY)}


@pytest.fixture(scope="module")
async def peer(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[TrytonPeer]:
    started = TrytonPeer()
    await started.start(tmp_path_factory.mktemp("tryton"))
    yield started
    await started.stop()


@pytest.fixture
async def storeroom(
    peer: TrytonPeer, trade_houses: Callable[..., TradeHouse], tmp_path: Path
) -> AsyncIterator[Storeroom]:
    tryton: Any = peer.connect()
    rules = policy(cost_centres={PLACE: "4130"}, basket_limit=Decimal(10_000))
    flows = (ReplenishmentRequest, ReplenishmentApproval, ParSweep)
    real = {"inventory": tryton, "procurement": tryton, "policy": patient_policy(), "purchasing": rules}
    house = trade_houses(*flows, **real)
    client = people(peer, tmp_path)
    async with house.open():
        yield Storeroom(house, tryton, client)
    await client.close()
    await tryton.close()


async def test_a_shelf_below_par_is_filled_from_another_place(storeroom: Storeroom) -> None:
    item = (await storeroom.kept()).item
    await put(storeroom.tryton, item, 25, facility=FACILITY, at=GIVER)
    assert (await storeroom.swept()).found == 1
    need = request_run(FACILITY, PLACE, item)
    assert (await storeroom.house.closed(need)).outcome == "transferred"
    standing = await storeroom.standing(item)
    assert (standing.available, standing.need) == (10, 0)
    assert [(one.location, one.quantity) for one in standing.spare] == [(GIVER, 15)]
    assert not await storeroom.is_found(item)


async def test_a_shelf_that_nobody_can_fill_is_ordered_for_and_what_comes_late_is_told_to_people(
    storeroom: Storeroom,
) -> None:
    kept, house = await storeroom.kept(), storeroom.house
    await put(storeroom.tryton, kept.item, 3, facility=FACILITY, at=PLACE)
    assert (await storeroom.swept()).found == 1
    order = await order_sent(house)
    assert (order.supplier, order.lines[0].item, order.lines[0].quantity) == (kept.supplier, kept.item, Decimal(7))
    soon, later = today() + timedelta(days=3), today() + timedelta(days=9)
    of = {"facility": FACILITY, "supplier": order.supplier}
    await acknowledged(house, says(order.number, of_line(1, Acknowledged.accepted, on=soon)).model_copy(update=of))
    assert (await house.closed(request_run(FACILITY, PLACE, kept.item))).outcome == "ordered"
    standing = await storeroom.standing(kept.item)
    assert (standing.available, standing.on_order, standing.need) == (3, 7, 0)
    assert not await storeroom.is_found(kept.item)
    assert (await storeroom.swept()).found == 0
    late = says(order.number, of_line(1, Acknowledged.date_changed, on=later), minutes=1).model_copy(update=of)
    await acknowledged(house, late)
    [listed] = await house.items()
    assert listed.item.cause is Cause.cases_at_risk
    assert "knows no surgical cases" in listed.item.question
    await house.resolve(listed.item.item_id, Decision.acknowledge)
    assert await house.store.work_items.open_items() == ()
