"""Figures of the real systems: each verb by our connector beside bare calls."""

from bench.figures import Figures, Latency


class Side(Figures):
    """One side: pieces a second (median of the rounds), calls a piece, and how many calls were answered 503."""

    per_second: float
    latency: Latency
    calls: float
    busy: int


class AtOnce(Figures):
    """Both with so many clients at once; the ratio is the median of the pairs, above one where ours is faster."""

    clients: int
    ours: Side
    bare: Side
    ratio: float
    of_each_pair: tuple[float, ...]


class RealVerb(Figures):
    """One verb."""

    what: str
    at_once: tuple[AtOnce, ...]


class BurstFigures(Figures):
    """So many movements at once through the engine, under a limit or none: what they met until all were posted."""

    limit: str
    movements: int
    seconds: float
    latency: Latency
    calls: int
    busy: int
    most_under_way: int
    retried: int
    failed: int


class RealReport(Figures):
    """All of it; `load_before` is what the machine did beside."""

    cores: int
    load_before: float
    tryton: tuple[RealVerb, ...]
    fhir: tuple[RealVerb, ...]
    bursts: tuple[BurstFigures, ...] = ()
