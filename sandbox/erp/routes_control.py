"""Control endpoints: what a test or the demo orders. They are neither logged nor limited nor faultable."""

import random
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from sandbox.erp import budgets, contracts, hooks, materials, periods
from sandbox.erp.answers import Refusal
from sandbox.erp.barriers import BarrierOrder
from sandbox.erp.catalogue import FIRST_NUMBER, entry
from sandbox.erp.faults import FaultOrder
from sandbox.erp.forms import Amount
from sandbox.erp.operations import OPERATIONS
from sandbox.erp.routes_fi import cause_of, system_of
from sandbox.erp.writing import cents

router = APIRouter(prefix="/_control", tags=["control"])


class _Order(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HookOrder(_Order):
    """A treatment for the next events."""

    kind: hooks.Kind
    count: int = Field(default=1, ge=1, le=1000)
    seconds: float = Field(default=0.0, ge=0, le=86_400)


class RateOrder(_Order):
    """A new rate limit for every token."""

    per_second: float = Field(ge=0.001, le=1e6)
    burst: float = Field(ge=1, le=1e6)


class ClockOrder(_Order):
    """The offset of the system's clock."""

    offset_seconds: float = Field(ge=-1e9, le=1e9)


class LifeOrder(_Order):
    """The life of request keys."""

    life_seconds: float = Field(ge=0, le=1e9)


class PeriodOrder(_Order):
    """Open or close a period, or (without FIS_PERIOD) a whole year."""

    COMP_CODE: str
    FISC_YEAR: str
    FIS_PERIOD: str | None = None
    STAT: Literal["OPEN", "CLSD"]


class BudgetOrder(_Order):
    """What a cost centre may spend in a year, and what happens beyond it."""

    COST_CTR: str
    FISC_YEAR: str = Field(pattern=r"^\d{4}$")
    AVC_CTRL: Literal["NONE", "WARN", "STOP"]
    AMOUNT_DC: Amount


class MaterialOrder(_Order):
    """Approve a material by its catalogue number, so that it exists from now on."""

    number: int = Field(ge=FIRST_NUMBER, le=99999)


@router.post("/faults", status_code=201)
async def add_fault(request: Request, body: FaultOrder) -> dict[str, Any]:
    """Queue faults for an operation."""
    _require_operation(body.operation)
    faults = system_of(request).faults
    faults.add(body)
    return {"faults": faults.listed()}


@router.get("/faults")
async def list_faults(request: Request) -> dict[str, Any]:
    """The faults left."""
    return {"faults": system_of(request).faults.listed()}


@router.delete("/faults")
async def clear_faults(request: Request) -> dict[str, Any]:
    """Clear faults and webhook treatments, release barriers, forget what was to be applied late."""
    system = system_of(request)
    system.faults.clear()
    system.late.forget()
    system.barriers.release_all()
    with system.database.transaction() as change:
        hooks.clear_orders(change)
    system.wake_sender()
    return {"faults": []}


@router.post("/hooks", status_code=201)
async def order_hooks(request: Request, body: HookOrder) -> dict[str, Any]:
    """Order a treatment for the next events."""
    with system_of(request).database.transaction() as change:
        hooks.order(change, body.kind, count=body.count, seconds=body.seconds)
    return {"ordered": body.count}


@router.get("/hooks")
async def list_hooks(request: Request) -> dict[str, Any]:
    """The outbox."""
    rows = system_of(request).database.rows("SELECT * FROM OUTBOX ORDER BY SEQ")
    names = ("EVENT_ID", "EVENT_TYPE", "STAT", "TREATMENT", "ATTEMPTS", "ANSWERED")
    return {"events": [{name: row[name] for name in names} for row in rows]}


@router.post("/hooks/release")
async def release_hooks(request: Request) -> dict[str, Any]:
    """Send the held events."""
    system = system_of(request)
    with system.database.transaction() as change:
        released = hooks.release(change)
    system.wake_sender()
    return {"released": released}


@router.post("/barriers", status_code=201)
async def add_barrier(request: Request, body: BarrierOrder) -> dict[str, Any]:
    """Set up a barrier."""
    _require_operation(body.operation)
    return {"barrier": system_of(request).barriers.add(body)}


@router.get("/barriers/{number}")
async def wait_for_barrier(
    request: Request, number: int, wait: Annotated[float, Query(ge=0, le=600)] = 0
) -> dict[str, Any]:
    """Wait until a request has reached the barrier."""
    reached = await system_of(request).barriers.wait(number, wait)
    if reached is None:
        raise _no_barrier(number)
    return {"reached": reached}


@router.post("/barriers/{number}/release")
async def release_barrier(request: Request, number: int) -> dict[str, Any]:
    """Let the held request go on."""
    if not system_of(request).barriers.release(number):
        raise _no_barrier(number)
    return {"released": True}


@router.get("/requests")
async def list_requests(request: Request, operation: str | None = None, key: str | None = None) -> dict[str, Any]:
    """The log of requests received."""
    return {"requests": system_of(request).log.listed(operation=operation, key=key)}


@router.post("/rate")
async def change_rate(request: Request, body: RateOrder) -> dict[str, Any]:
    """Set the rate limit."""
    system_of(request).limits.change(per_second=body.per_second, burst=body.burst)
    return body.model_dump()


@router.get("/clock")
async def read_clock(request: Request) -> dict[str, Any]:
    """The system's time."""
    clock = system_of(request).clock
    return {"now": clock.now(), "offset_seconds": clock.offset}


@router.post("/clock")
async def shift_clock(request: Request, body: ClockOrder) -> dict[str, Any]:
    """Shift the system's clock."""
    clock = system_of(request).clock
    clock.shift(body.offset_seconds)
    return {"now": clock.now(), "offset_seconds": clock.offset}


@router.post("/idempotency")
async def change_key_life(request: Request, body: LifeOrder) -> dict[str, Any]:
    """Set the life of request keys."""
    system_of(request).keys.set_life(body.life_seconds)
    return body.model_dump()


@router.post("/periods")
async def change_periods(request: Request, body: PeriodOrder) -> dict[str, Any]:
    """Open or close periods."""
    system = system_of(request)
    changed = periods.change_status(
        system.database,
        company=body.COMP_CODE,
        year=body.FISC_YEAR,
        period=body.FIS_PERIOD,
        stat=body.STAT,
        stamp=system.clock.stamp(),
        cause=cause_of(request),
    )
    system.wake_sender()
    return {"PERIODS": changed}


@router.post("/budgets")
async def change_budget(request: Request, body: BudgetOrder) -> dict[str, Any]:
    """Give a cost centre another budget for a year."""
    system = system_of(request)
    with system.database.transaction() as change:
        budgets.give(
            change, centre=body.COST_CTR, year=body.FISC_YEAR, control=body.AVC_CTRL, amount=cents(body.AMOUNT_DC)
        )
        return budgets.shown(change, centre=body.COST_CTR, date=f"{body.FISC_YEAR}0101")


@router.post("/materials", status_code=201)
async def approve_material(request: Request, body: MaterialOrder) -> dict[str, Any]:
    """Approve a material; one that exists is answered as it is."""
    system, facts = system_of(request), entry(body.number)
    with system.database.transaction() as change:
        if change.execute("SELECT 1 FROM MATERIAL WHERE MATERIAL = ?", (facts.material,)).fetchone() is None:
            vendors = [row[0] for row in change.execute("SELECT VENDOR FROM VENDOR ORDER BY VENDOR")]
            materials.insert_material(change, facts, vendor=vendors[0], chance=random.Random(body.number))
            contracts.agree(change, facts, vendor=vendors[0], vendors=vendors)
            content = {"MATERIAL": facts.material, "PLANTS": ["1000", "2000"]}
            stamp, cause = system.clock.stamp(), cause_of(request)
            hooks.announce(change, "material.approved", content, stamp=stamp, cause=cause)
    system.wake_sender()
    return materials.shown(materials.material_row(system.database, facts.material))


def _require_operation(name: str) -> None:
    if name not in {operation.name for operation in OPERATIONS}:
        raise Refusal(400, "00", "058", f"Operation {name} does not exist", v1="operation")


def _no_barrier(number: int) -> Refusal:
    return Refusal(404, "00", "058", f"Barrier {number} does not exist")
