"""Sweeps: what stands below par is found by the clock too, and is a need once a day."""

from collections.abc import Callable
from uuid import uuid4

from canonical.documents.par_sweep import SweepStart, Swept
from canonical.identity import request_run, sweep_run
from canonical.run import Leg, RunContext
from tests.support.replenishing import below_par, contract, order_sent, policy
from tests.support.trade_house import LEGS, TradeHouse
from workflows.par_sweep import ParSweep
from workflows.replenishment_approval import ReplenishmentApproval
from workflows.replenishment_request import ReplenishmentRequest

House = Callable[..., TradeHouse]


async def swept(house: TradeHouse) -> Swept:
    """One sweep, as the schedule starts it."""
    route = tuple(Leg(domain=domain, system=system, queue=house.queue) for domain, system in LEGS)
    name = sweep_run("NORTH")
    context = RunContext(name=name, correlation_id="c-sweep", currency="USD", route=route)
    start = SweepStart(context=context, policy=house.in_force)
    run = f"{name.workflow_id}-{uuid4().hex}"
    return await house.client.execute_workflow(ParSweep.run, start, id=run, task_queue=house.queue)


async def test_what_is_below_par_becomes_a_need_once_a_day(trade_houses: House) -> None:
    house = trade_houses(ReplenishmentRequest, ReplenishmentApproval, ParSweep, purchasing=policy())
    house.procurement.agreed = [contract(house)]
    location = house.number("OR-1")
    full = below_par(location=house.number("OR-2"), available=below_par().par)
    house.inventory.pars = [below_par(location=location), full]
    async with house.open():
        assert (await swept(house)).found == 1
        need = request_run("NORTH", location, "4702")
        assert (await house.closed(need)).outcome == "ordered"
        await swept(house)
        await order_sent(house)
        assert await house.store.runs.find(business_key=need.business_key) == (await house.closed(need),)
    assert len(house.supplier.orders.standing) == 1
