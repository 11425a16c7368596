"""By turns: the same piece of work by the connector and by bare calls, one at a time and several at once."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from bench.figures import Latency
from bench.real.figures import AtOnce, RealVerb, Side
from bench.real.wire import Wire

Work = Callable[[int], Awaitable[object]]
"""Does one piece; the number tells one piece from another."""


@dataclass(frozen=True, kw_only=True)
class Verb:
    """A piece of work by both; `before` makes what a round of so many pieces needs, and is not measured."""

    what: str
    ours: Work
    bare: Work
    before: Callable[[Sequence[int]], Awaitable[None]] | None = None
    pieces: int = 16


class Turns:
    """Pieces are numbered through, so that no two are the same."""

    def __init__(self, ours: Wire, bare: Wire, *, rounds: int, share: float) -> None:
        self._wires = (ours, bare)
        self._rounds = rounds
        self._share = share
        self._next = 1

    async def measure(self, verb: Verb, at_once: Sequence[int]) -> RealVerb:
        """All rounds of one verb."""
        for work in (verb.ours, verb.bare):
            await self._round(verb, work, 1, at_once=1)
        return RealVerb(what=verb.what, at_once=tuple([await self._both(verb, each) for each in at_once]))

    async def _both(self, verb: Verb, at_once: int) -> AtOnce:
        pieces = max(at_once, round(verb.pieces * self._share))
        sides: tuple[list[_Round], list[_Round]] = ([], [])
        for number in range(self._rounds):
            # By turns also within a pair, so that neither always comes first.
            for which in (0, 1) if number % 2 == 0 else (1, 0):
                work, wire = (verb.ours, verb.bare)[which], self._wires[which]
                calls, busy = wire.calls, wire.busy
                seconds, each = await self._round(verb, work, pieces, at_once=at_once)
                sides[which].append(_Round(pieces / seconds, each, wire.calls - calls, wire.busy - busy, pieces))
        ours, bare = map(_side, sides)
        ratios = [first.rate / second.rate for first, second in zip(*sides, strict=True)]
        return AtOnce(
            clients=at_once,
            ours=ours,
            bare=bare,
            ratio=round(median(ratios), 2),
            of_each_pair=tuple(round(one, 2) for one in ratios),
        )

    async def _round(self, verb: Verb, work: Work, pieces: int, *, at_once: int) -> tuple[float, list[float]]:
        numbers = range(self._next, self._next + pieces)
        self._next += pieces
        if verb.before is not None:
            calls = [(wire.calls, wire.busy) for wire in self._wires]
            await verb.before(numbers)
            for wire, (made, busy) in zip(self._wires, calls, strict=True):
                wire.calls, wire.busy = made, busy
        waiting, took = iter(numbers), list[float]()

        async def client() -> None:
            for number in waiting:
                began = perf_counter()
                await work(number)
                took.append(perf_counter() - began)

        began = perf_counter()
        await asyncio.gather(*(client() for _ in range(at_once)))
        return perf_counter() - began, took


@dataclass(frozen=True)
class _Round:
    rate: float
    took: list[float]
    calls: int
    busy: int
    pieces: int


def _side(rounds: Sequence[_Round]) -> Side:
    return Side(
        per_second=round(median(one.rate for one in rounds), 2),
        latency=Latency.of([each for one in rounds for each in one.took]),
        calls=round(sum(one.calls for one in rounds) / sum(one.pieces for one in rounds), 1),
        busy=sum(one.busy for one in rounds),
    )
