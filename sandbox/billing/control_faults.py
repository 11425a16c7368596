"""Control of misbehaviour: faults, webhooks, barriers, rate, and the log of requests."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from sandbox.billing.barriers import Point
from sandbox.billing.errors import VendorError
from sandbox.billing.faults import Fault, FaultKind
from sandbox.billing.hooks import HookFault, HookKind
from sandbox.billing.operations import NAMES
from sandbox.billing.system import System

_Count = Annotated[int, Field(ge=1, le=100_000)]
_Seconds = Annotated[float, Field(ge=0, le=86_400)]


class NewFault(BaseModel):
    """A fault to queue."""

    model_config = ConfigDict(extra="forbid")

    operation: str
    kind: FaultKind
    count: _Count = 1
    seconds: _Seconds | None = None
    status: Annotated[int, Field(ge=400, le=599)] | None = None
    retry_after: Annotated[int, Field(ge=0, le=3600)] | None = None
    key_contains: str | None = None


class NewHookFault(BaseModel):
    """What shall happen to the next webhooks."""

    model_config = ConfigDict(extra="forbid")

    kind: HookKind
    count: _Count = 1
    seconds: _Seconds = 0.0


class NewBarrier(BaseModel):
    """A barrier to set."""

    model_config = ConfigDict(extra="forbid")

    operation: str
    at: Point
    key_contains: str | None = None


class NewRate(BaseModel):
    """The rate limit to set."""

    model_config = ConfigDict(extra="forbid")

    per_second: float = Field(gt=0, le=1_000_000)
    burst: int = Field(ge=1, le=1_000_000)


def fault_routes(system: System) -> APIRouter:
    """The control routes of misbehaviour."""
    router = APIRouter(prefix="/_control")

    @router.post("/faults", status_code=201)
    async def queue_fault(new: NewFault) -> dict[str, Any]:
        _known(new.operation)
        system.faults.queue(Fault(**new.model_dump()))
        return {"queued": new.count}

    @router.get("/faults")
    async def faults_left() -> dict[str, Any]:
        return {
            "faults": [asdict(fault) for fault in system.faults.left()],
            "hooks": [asdict(fault) for fault in system.outbox.faults_left()],
        }

    @router.delete("/faults")
    async def clear() -> dict[str, Any]:
        """Faults, treatments of webhooks, rejections by hand, barriers and requests not yet applied: all gone."""
        system.faults.clear()
        system.outbox.clear_faults()
        system.batch.clear_rejections()
        system.late.drop_all()
        system.barriers.release_all()
        return {"cleared": True}

    @router.post("/hooks", status_code=201)
    async def treat_hooks(new: NewHookFault) -> dict[str, Any]:
        system.outbox.queue_fault(HookFault(new.kind, new.count, new.seconds))
        return {"queued": new.count}

    @router.post("/hooks/release")
    async def release_hooks() -> dict[str, Any]:
        return {"released": system.outbox.release()}

    @router.get("/hooks")
    async def list_hooks() -> dict[str, Any]:
        found = system.database.rows("SELECT * FROM hook ORDER BY seq")
        return {"hooks": [dict(row) for row in found]}

    @router.post("/barriers", status_code=201)
    async def set_barrier(new: NewBarrier) -> dict[str, Any]:
        _known(new.operation)
        return {"barrier": system.barriers.put(operation=new.operation, at=new.at, key_contains=new.key_contains)}

    @router.get("/barriers/{barrier_id}")
    async def barrier_reached(barrier_id: str, wait: Annotated[float, Query(ge=0, le=600)] = 0.0) -> dict[str, Any]:
        barrier = system.barriers.get(barrier_id)
        if barrier is None:
            raise VendorError(status=404, code="B003", text="No such barrier", loc="barrier")
        return {"reached": await system.stopping.wait(barrier.reached, seconds=wait)}

    @router.post("/barriers/{barrier_id}/release")
    async def release_barrier(barrier_id: str) -> dict[str, Any]:
        barrier = system.barriers.get(barrier_id)
        if barrier is None:
            raise VendorError(status=404, code="B003", text="No such barrier", loc="barrier")
        barrier.released.set()
        return {"released": True}

    @router.get("/requests")
    async def requests(
        operation: str | None = None, key: str | None = None, after: Annotated[int, Query(ge=0, le=2**53)] = 0
    ) -> dict[str, Any]:
        return {"requests": system.log.read(operation=operation, key=key, after=after)}

    @router.post("/rate")
    async def set_rate(new: NewRate) -> dict[str, Any]:
        system.limit.change(per_second=new.per_second, burst=new.burst)
        return new.model_dump()

    return router


def _known(operation: str) -> None:
    if operation not in NAMES:
        raise VendorError(status=422, code="B002", text=f"Operations are {', '.join(sorted(NAMES))}", loc="operation")
