"""Rounds: the two workflows by turns, so that what else the machine does weighs on both alike."""

import asyncio
import resource
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHandle

from bench.figures import Measured, Round, Trips, measured
from bench.gauge import Reading
from bench.measured_worker import MeasuredWorker
from bench.server_cpu import ServerCpu
from bench.subjects import Subject

HISTORIES = 10


@dataclass
class Bench:
    """One workflow under measurement: its subject, its worker, and its rounds so far."""

    subject: Subject
    worker: MeasuredWorker
    server: ServerCpu
    rounds: list[Round] = field(default_factory=list)
    alone: list[Round] = field(default_factory=list)
    _newest: tuple[str, ...] = ()
    _sample: tuple[str, ...] = ()

    async def warm_up(self, runs: int, *, concurrency: int) -> None:
        """A round that does not count."""
        await self._round(runs, concurrency)

    async def measure(self, runs: int, *, concurrency: int) -> None:
        """A round that counts."""
        self.rounds.append(await self._round(runs, concurrency))
        self._sample = self._newest

    async def measure_alone(self, runs: int) -> None:
        """One run after the other: what a run takes where nobody else is."""
        self.alone.append(await self._round(runs, 1))

    async def figures(self) -> Measured:
        """All rounds together."""
        histories = [await _trips(await self.subject.handles(run)) for run in self._sample]
        return measured(self.rounds, self.alone, _mean_of(histories))

    async def of_each_workflow(self) -> tuple[Trips, ...]:
        """The trips of every workflow that a run consists of, as they were in the newest round."""
        of_runs = [[await _trips([one]) for one in await self.subject.handles(run)] for run in self._newest]
        return tuple(_mean_of(same) for same in zip(*of_runs, strict=True))

    async def _round(self, count: int, concurrency: int) -> Round:
        runs = await self.subject.ready(count)
        waiting, latencies = iter(runs), list[float]()

        async def one_after_the_other() -> None:
            for run in waiting:
                began = perf_counter()
                await self.subject.carry_out(run)
                latencies.append(perf_counter() - began)

        before, server, driver = await self.worker.reading(), self.server.read(), _own_cpu()
        began = perf_counter()
        async with asyncio.TaskGroup() as group:
            for _ in range(min(concurrency, count)):
                group.create_task(one_after_the_other())
        seconds = perf_counter() - began
        used: Reading = (await self.worker.reading()).since(before)
        after = self.server.read()
        done = Round(
            runs=count,
            seconds=seconds,
            latencies=tuple(latencies),
            used=used,
            driver_cpu=_own_cpu() - driver,
            server_cpu=None if after is None or server is None else after - server,
        )
        await self.subject.check(runs)
        self._newest = tuple(runs[-HISTORIES:])
        return done


async def _trips(handles: Sequence[WorkflowHandle[object, object]]) -> Trips:
    histories = [await handle.fetch_history() for handle in handles]
    events = [event for history in histories for event in history.events]
    kinds = [event.event_type for event in events]
    return Trips(
        events=len(kinds),
        workflow_tasks=kinds.count(EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED),
        activities=kinds.count(EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED),
        local_activities=sum(_is_local_activity(event) for event in events),
        signals=kinds.count(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED),
        timers=kinds.count(EventType.EVENT_TYPE_TIMER_STARTED),
        upserts=kinds.count(EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES),
        kilobytes=sum(event.ByteSize() for event in events) / 1024,
    )


def _mean_of(trips: Sequence[Trips]) -> Trips:
    return Trips(**{name: _mean([getattr(one, name) for one in trips]) for name in Trips.model_fields})


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 1)


def _own_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _is_local_activity(event: HistoryEvent) -> bool:
    """A marker of another kind says which ways a run goes."""
    return event.marker_recorded_event_attributes.marker_name == "core_local_activity"
