"""Figures: what was measured, as models: the report is printed from them, and is their JSON."""

from collections.abc import Sequence
from math import ceil

from pydantic import BaseModel, ConfigDict

from bench.gauge import Reading


class Figures(BaseModel):
    """A part of the report."""

    model_config = ConfigDict(frozen=True)


class Latency(Figures):
    """Milliseconds."""

    p50: float
    p95: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Latency":
        """The percentiles of some measurements, by nearest rank."""
        ordered = sorted(seconds)
        p50, p95 = (round(1000 * ordered[ceil(len(ordered) * share) - 1], 1) for share in (0.50, 0.95))
        return cls(p50=p50, p95=p95)


class Spent(Figures):
    """Milliseconds of CPU that a run takes, by process; none where the machine does not tell."""

    worker: float
    driver: float
    server: float | None

    @property
    def together(self) -> float | None:
        """What a run takes of the whole machine, where all processes share it."""
        return None if self.server is None else self.worker + self.driver + self.server


class Round(Figures):
    """One round: so many runs, with so many in flight."""

    runs: int
    seconds: float
    latencies: tuple[float, ...]
    used: Reading
    driver_cpu: float
    server_cpu: float | None


class Trips(Figures):
    """What one run puts into Temporal, read from histories: the mean of some."""

    events: float
    workflow_tasks: float
    activities: float
    local_activities: float
    signals: float
    timers: float
    upserts: float
    kilobytes: float


class StoreWork(Figures):
    """What one run asks of the store; commits are fewer than writes where several share one."""

    writes: float
    commits: float
    reads: float
    sealed_payloads: float
    sealing_milliseconds: float


class Measured(Figures):
    """One workflow, over all its rounds."""

    runs_per_second: float
    of_each_round: tuple[float, ...]
    in_flight: Latency
    alone: Latency
    cpu_milliseconds: Spent
    trips: Trips
    store: StoreWork


class Ratios(Figures):
    """usage-to-charge against the bare workflow: throughput above 1 would be better than bare, of the others below 1.

    `machine` is the CPU that a bare run takes of the whole machine over that of ours: the ratio of throughputs on a
    machine that does nothing else. It hardly moves with what others do meanwhile, the measured throughput does.
    """

    throughput: float
    of_each_pair: tuple[float, ...]
    p50: float
    p95: float
    alone_p50: float
    worker_cpu: float
    machine: float | None


class Flood(Figures):
    """What the gateway took."""

    dispatching: bool
    clients: int
    events: int
    accepted_per_second: float
    latency: Latency
    refused: int


class Matched(Figures):
    """The match alone, without Temporal or a store: invoice lines per second of CPU, the median of some rounds."""

    what: str
    lines_per_second: float
    slowest: float
    milliseconds: float


class Trade(Figures):
    """A process of ordering or paying beside bare workflows of the same shape; `each` counts its workflows one by one."""

    what: str
    shapes: tuple[str, ...]
    each: tuple[Trips, ...]
    bare: Measured
    ours: Measured
    ratios: Ratios


class Report(Figures):
    """Everything."""

    runs: int
    concurrency: int
    cores: int
    load_before: float
    bare: Measured
    usage_to_charge: Measured
    ratios: Ratios
    trade: tuple[Trade, ...]
    gateway: tuple[Flood, ...]
    matching: tuple[Matched, ...] = ()


def measured(rounds: Sequence[Round], alone: Sequence[Round], trips: Trips) -> Measured:
    """All rounds of one workflow as one."""
    runs, seconds = sum(one.runs for one in rounds), sum(one.seconds for one in rounds)
    used = rounds[0].used
    for one in rounds[1:]:
        used = used.plus(one.used)
    server = [one.server_cpu for one in rounds]
    known = [cpu for cpu in server if cpu is not None]
    return Measured(
        runs_per_second=round(runs / seconds, 2),
        of_each_round=tuple(round(one.runs / one.seconds, 2) for one in rounds),
        in_flight=Latency.of([took for one in rounds for took in one.latencies]),
        alone=Latency.of([took for one in alone for took in one.latencies]),
        cpu_milliseconds=Spent(
            worker=_each(1000 * used.cpu, runs),
            driver=_each(1000 * sum(one.driver_cpu for one in rounds), runs),
            server=_each(1000 * sum(known), runs) if len(known) == len(server) else None,
        ),
        trips=trips,
        store=StoreWork(
            writes=_each(used.writes, runs),
            commits=_each(used.commits, runs),
            reads=_each(used.reads, runs),
            sealed_payloads=_each(used.sealed, runs),
            sealing_milliseconds=_each(1000 * used.sealing, runs),
        ),
    )


def ratios(bare: Measured, whole: Measured) -> Ratios:
    """The second against the first."""
    cpu, theirs = whole.cpu_milliseconds.together, bare.cpu_milliseconds.together
    pairs = zip(bare.of_each_round, whole.of_each_round, strict=True)
    return Ratios(
        throughput=round(whole.runs_per_second / bare.runs_per_second, 3),
        of_each_pair=tuple(round(second / first, 3) for first, second in pairs),
        p50=round(whole.in_flight.p50 / bare.in_flight.p50, 3),
        p95=round(whole.in_flight.p95 / bare.in_flight.p95, 3),
        alone_p50=round(whole.alone.p50 / bare.alone.p50, 3),
        worker_cpu=round(whole.cpu_milliseconds.worker / bare.cpu_milliseconds.worker, 3),
        machine=round(theirs / cpu, 3) if cpu and theirs else None,
    )


def _each(total: float, runs: int) -> float:
    return round(total / runs, 2)
