"""Every write of purchasing held at once, each where its spot says, when the worker is killed."""

import asyncio
from dataclasses import dataclass, field

from canonical.documents.work_item import WorkItem
from canonical.effect import EffectState
from tests.chaos.kills import POINTS, Point, freeze
from tests.chaos.purchase_books import PurchaseBooks, reference_of
from tests.chaos.purchase_matrix import Cell, shelf_of, to_rest, written
from tests.chaos.purchase_writes import UNDOS, WRITES, PurchaseWrite
from tests.chaos.purchases import Purchase
from tests.chaos.requests import Request, requests
from tests.support.engine_running import EngineOfProcesses
from tests.support.sandbox import SandboxSystem


@dataclass(frozen=True, kw_only=True)
class Spot:
    """Where the worker is killed: which write, and how far its system has come with it."""

    write: PurchaseWrite
    at: Point

    def __str__(self) -> str:
        return f"{self.write}-{self.at}"


SPOTS = tuple(Spot(write=write, at=at) for write in (*WRITES, *UNDOS) for at in POINTS)
KILLS = (
    tuple(spot for spot in SPOTS if not spot.write.undoes),
    tuple(spot for spot in SPOTS if spot.write.undoes),
)
"""Which spots one kill strikes: so many calls at most can be held before the first of them loses patience."""


@dataclass(kw_only=True)
class Held:
    """A write on its way when the worker was killed, and what became of its purchase.

    `writing` holds the document that a run writes while it is cancelled.
    """

    spot: Spot
    purchase: Purchase
    system: SandboxSystem
    wire: str = ""
    writing: str = ""
    barriers: dict[Point, str] = field(default_factory=dict)
    asked: dict[str, WorkItem] = field(default_factory=dict)
    known_as: EffectState | None = None
    failure: BaseException | None = None


@dataclass(frozen=True)
class Aftermath:
    """All purchases at rest after the kill, the books of that moment, and what each system was asked."""

    held: dict[Spot, Held]
    books: PurchaseBooks
    log: dict[str, list[Request]]


async def kill_the_worker(engine: EngineOfProcesses) -> Aftermath:
    """Have every write under way at its spot, kill the worker, start it again, and wait until all is at rest."""
    cells = [Cell(write=spot.write, fault=spot.at) for spot in SPOTS]
    held = {
        spot: Held(
            spot=spot,
            purchase=Purchase.nth(500 + nth, shelf=shelf_of(cells[nth], cells[:nth])),
            system=getattr(engine.sandbox, spot.write.system),
        )
        for nth, spot in enumerate(SPOTS)
    }
    for spots in KILLS:
        await _kill(engine, [held[spot] for spot in spots])
    return Aftermath(
        held=held,
        books=await asyncio.to_thread(PurchaseBooks.of, engine.sandbox),
        log={system.name: await requests(engine, system) for system in engine.sandbox.systems},
    )


async def _kill(engine: EngineOfProcesses, held: list[Held]) -> None:
    stopped = [one for one in held if one.spot.write.stopped]
    others = [one for one in held if not one.spot.write.stopped]
    await asyncio.gather(*(_lead(engine, one) for one in others))
    for one in others:
        await _bar(engine, one)
    # Last of all: their calls lose patience where they are held for long.
    await asyncio.gather(*(_write(engine, one) for one in stopped))
    for one in stopped:
        await _bar(engine, one)
    await asyncio.gather(
        *(_cancel(engine, one) for one in stopped),
        *(one.spot.write.story(engine, one.purchase) for one in others),
    )
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


async def _lead(engine: EngineOfProcesses, held: Held) -> None:
    write, purchase = held.spot.write, held.purchase
    if write.lead is not None:
        await write.lead(engine, purchase)
        await written(engine, write, purchase, held.asked)
        await to_rest(engine, purchase, held.asked)


async def _write(engine: EngineOfProcesses, held: Held) -> None:
    write, purchase = held.spot.write, held.purchase
    held.writing = await engine.barrier(held.system, write.writing, "applied", write.wire(purchase))
    await write.story(engine, purchase)
    await engine.reached(held.system, held.writing)


async def _cancel(engine: EngineOfProcesses, held: Held) -> None:
    run = held.spot.write.run(held.purchase)
    await engine.client.get_workflow_handle(run.workflow_id).cancel()
    await engine.order(held.system, f"{held.writing}/release")


async def _bar(engine: EngineOfProcesses, held: Held) -> None:
    write, first = held.spot.write, held.spot.write.wire(held.purchase)
    held.wire = write.undo_wire(held.purchase, reference_of(held.system, first)) if write.undoes else first
    points: tuple[Point, ...] = ("applied", "answered") if held.spot.at == "answered" else (held.spot.at,)
    for point in points:
        held.barriers[point] = await engine.barrier(held.system, write.operation, point, held.wire)


async def _reached(engine: EngineOfProcesses, held: Held, at: Point) -> None:
    await engine.reached(held.system, held.barriers[at])


async def _release(engine: EngineOfProcesses, held: Held, at: Point) -> None:
    await engine.order(held.system, f"{held.barriers[at]}/release")


async def _come_to_rest(engine: EngineOfProcesses, held: Held) -> None:
    try:
        if not held.spot.write.undoes:
            await written(engine, held.spot.write, held.purchase, held.asked)
        await to_rest(engine, held.purchase, held.asked)
    except (Exception, ExceptionGroup) as failure:
        held.failure = failure
