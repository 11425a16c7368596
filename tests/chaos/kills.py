"""Many writes held at once, each where its cell says, when the worker is killed: one kill strikes all of them."""

import asyncio
import os
import signal
from dataclasses import dataclass, field
from typing import Literal

from canonical.documents.work_item import WorkItem
from canonical.effect import EffectState
from suture.child import Child
from tests.chaos.billing import final_bill
from tests.chaos.ledgers import Ledgers
from tests.chaos.requests import Request, requests
from tests.chaos.uses import NOT_USED, WRITES, Expected, Use, Write
from tests.support.engine_running import EngineOfProcesses
from tests.support.sandbox import SandboxSystem

Point = Literal["received", "applied", "answered"]
POINTS: tuple[Point, ...] = ("received", "applied", "answered")


@dataclass(frozen=True, kw_only=True)
class Spot:
    """Where the worker is killed: which write, and how far its system has come with it."""

    write: Write
    at: Point

    def __str__(self) -> str:
        return f"{self.write.name}-{self.at}"


SPOTS = tuple(Spot(write=write, at=at) for write in WRITES for at in POINTS)


@dataclass(kw_only=True)
class Held:
    """A write on its way when the worker was killed, and what became of its use."""

    spot: Spot
    expected: Expected
    system: SandboxSystem
    wire: str = ""
    sought: str = ""
    barriers: dict[Point, str] = field(default_factory=dict)
    known_as: EffectState | None = None
    asked: tuple[WorkItem, ...] = ()
    failure: BaseException | None = None


@dataclass(frozen=True)
class Aftermath:
    """All uses at rest after the kill, the ledgers before them and of that moment, and what each system was asked."""

    held: dict[Spot, Held]
    before: Ledgers
    ledgers: Ledgers
    log: dict[str, list[Request]]


async def kill_the_worker(engine: EngineOfProcesses) -> Aftermath:
    """Have every write under way at its spot, kill the worker, start it again, and wait until all is at rest.

    What is to be killed at `answered` is held once applied, and answered when the worker stands still already: the
    answer has come, and nobody has read it.
    """
    before = await asyncio.to_thread(Ledgers.of, engine.sandbox)
    held = [
        Held(
            spot=spot,
            expected=Expected.of(_use(nth, spot.write), 0 if spot.write.undoes else None),
            system=getattr(engine.sandbox, spot.write.system),
        )
        for nth, spot in enumerate(SPOTS)
    ]
    await asyncio.gather(*(_post(engine, one) for one in held if one.spot.write.undoes))
    posted = await asyncio.to_thread(Ledgers.of, engine.sandbox)
    for one in held:
        await _bar(engine, one, posted)
    await asyncio.gather(*(_set_out(engine, one) for one in held))
    await asyncio.gather(
        *(_reached(engine, one, "received" if one.spot.at == "received" else "applied") for one in held)
    )
    freeze(engine.worker)
    answered = [one for one in held if one.spot.at == "answered"]
    await asyncio.gather(*(_release(engine, one, "applied") for one in answered))
    await asyncio.gather(*(_reached(engine, one, "answered") for one in answered))
    engine.worker.kill()
    for one in held:
        effect = await engine.store.effects.by_wire_key(one.wire)
        one.known_as = effect.state if effect is not None else None
    await asyncio.gather(*(_release(engine, one, one.spot.at) for one in held))
    await engine.start_worker()
    await asyncio.gather(*(_come_to_rest(engine, one) for one in held))
    return Aftermath(
        held={one.spot: one for one in held},
        before=before,
        ledgers=await asyncio.to_thread(Ledgers.of, engine.sandbox),
        log={system.name: await requests(engine, system) for system in engine.sandbox.systems},
    )


def _use(nth: int, write: Write) -> Use:
    return Use.nth(nth).to_be_billed(nth) if write.billed else Use.nth(nth)


async def _post(engine: EngineOfProcesses, held: Held) -> None:
    use = held.expected.use
    await engine.capture(use.body())
    await engine.to_rest(use.name)
    if held.spot.write.billed:
        await final_bill(engine, use)


async def _bar(engine: EngineOfProcesses, held: Held, posted: Ledgers) -> None:
    use, write = held.expected.use, held.spot.write
    first = use.wire(write.step)
    reference = posted.reference(first) if write.undoes else ""
    held.wire = use.undo_wire(write.step, reference) if write.undoes else first
    held.sought = use.sought(write, reference)
    points: tuple[Point, ...] = ("applied", "answered") if held.spot.at == "answered" else (held.spot.at,)
    for point in points:
        held.barriers[point] = await engine.barrier(held.system, write.operation, point, held.wire)


async def _set_out(engine: EngineOfProcesses, held: Held) -> None:
    use = held.expected.use
    if held.spot.write.undoes:
        await engine.correct(use.number, NOT_USED)
    else:
        await engine.capture(use.body())


async def _reached(engine: EngineOfProcesses, held: Held, at: Point) -> None:
    await engine.reached(held.system, held.barriers[at])


async def _release(engine: EngineOfProcesses, held: Held, at: Point) -> None:
    await engine.order(held.system, f"{held.barriers[at]}/release")


def freeze(worker: Child) -> None:
    """Stop it where it is, and wait until it has stopped."""
    os.kill(worker.pid, signal.SIGSTOP)
    os.waitid(os.P_PID, worker.pid, os.WSTOPPED)


async def _come_to_rest(engine: EngineOfProcesses, held: Held) -> None:
    try:
        reports = 2 if held.spot.write.undoes else 1
        held.asked = await engine.to_rest(held.expected.use.name, reports=reports, within=90)
    except (Exception, ExceptionGroup) as failure:
        held.failure = failure
