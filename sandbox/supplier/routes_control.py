"""The control endpoints of the sandbox: not part of the exchange's API, not logged, not limited, not faultable."""

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from sandbox.supplier.barriers import Point
from sandbox.supplier.errors import VendorError
from sandbox.supplier.faults import Fault
from sandbox.supplier.operations import OPERATIONS
from sandbox.supplier.outbox import REORDER_WAITS, HookFault
from sandbox.supplier.system import System

HookKind = Literal["repeat", "reorder", "delay", "hold"]


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class HookFaults(_Body):
    kind: HookKind
    count: Annotated[int, Field(ge=1, le=10_000)] = 1
    seconds: Annotated[float, Field(ge=0, le=3600)] | None = None


class BarrierRequest(_Body):
    operation: str
    at: Point
    key_contains: str | None = None


class Rate(_Body):
    per_second: Annotated[float, Field(gt=0, le=1e6)]
    burst: Annotated[float, Field(ge=1, le=1e6)]


class ClockShift(_Body):
    offset_seconds: Annotated[float, Field(ge=-1e9, le=1e9)]


def control_routes(system: System) -> APIRouter:
    router = APIRouter(prefix="/_control", include_in_schema=False)

    @router.post("/faults", status_code=201)
    async def set_fault(fault: Fault) -> dict[str, bool]:
        _known(fault.operation)
        system.faults.add(fault)
        return {"set": True}

    @router.get("/faults")
    async def list_faults() -> dict[str, Any]:
        hooks = [{"kind": each.kind, "seconds": each.seconds} for each in system.outbox.faults]
        late = [{"operation": each.visit.operation_name, "key": each.visit.key} for each in system.late.waiting]
        return {"faults": [each.model_dump() for each in system.faults.left], "hooks": hooks, "late": late}

    @router.delete("/faults")
    async def clear_faults() -> dict[str, bool]:
        system.clear_faults()
        return {"cleared": True}

    @router.post("/hooks", status_code=201)
    async def set_hook_faults(body: HookFaults) -> dict[str, bool]:
        usual = {"reorder": REORDER_WAITS, "delay": 1.0}.get(body.kind, 0.0)
        seconds = usual if body.seconds is None else body.seconds
        system.outbox.faults.extend(HookFault(body.kind, seconds) for _ in range(body.count))
        return {"set": True}

    @router.get("/hooks")
    async def list_hooks() -> dict[str, Any]:
        return {"outbox": system.outbox.listing()}

    @router.post("/hooks/release")
    async def release_hooks() -> dict[str, int]:
        return {"released": system.outbox.release()}

    @router.post("/barriers", status_code=201)
    async def set_barrier(body: BarrierRequest) -> dict[str, str]:
        _known(body.operation)
        return {"barrier": system.barriers.add(body.operation, body.at, body.key_contains)}

    @router.get("/barriers/{barrier_id}")
    async def await_barrier(barrier_id: str, wait: Annotated[float, Query(ge=0, le=60)] = 0) -> dict[str, bool]:
        barrier = _barrier(system, barrier_id)
        waiters = {asyncio.create_task(barrier.reached.wait()), asyncio.create_task(system.stopping.wait())}
        _, pending = await asyncio.wait(waiters, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
        for waiter in pending:
            waiter.cancel()
        return {"reached": barrier.reached.is_set()}

    @router.post("/barriers/{barrier_id}/release")
    async def release_barrier(barrier_id: str) -> dict[str, bool]:
        barrier = _barrier(system, barrier_id)
        barrier.taken = True
        barrier.released.set()
        return {"released": True}

    @router.get("/requests")
    async def list_requests(operation: str | None = None, key: str | None = None) -> dict[str, Any]:
        return {"requests": system.request_log.listing(operation=operation, key=key)}

    @router.post("/rate")
    async def set_rate(body: Rate) -> dict[str, float]:
        system.rate_limit.set(per_second=body.per_second, burst=body.burst)
        return {"per_second": body.per_second, "burst": body.burst}

    @router.get("/clock")
    async def read_clock() -> dict[str, Any]:
        return {"now": system.clock.stamp(), "offset_seconds": system.clock.offset_seconds}

    @router.post("/clock")
    async def shift_clock(body: ClockShift) -> dict[str, Any]:
        system.clock.shift(body.offset_seconds)
        return {"now": system.clock.stamp(), "offset_seconds": system.clock.offset_seconds}

    return router


def _known(operation: str) -> None:
    if operation not in {each.name for each in OPERATIONS}:
        raise VendorError(422, "unknown-operation", f"there is no operation {operation}", "operation")


def _barrier(system: System, barrier_id: str) -> Any:
    barrier = system.barriers.find(barrier_id)
    if barrier is None:
        raise VendorError(404, "not-there", "no such barrier")
    return barrier
