"""The real systems one after another, so that neither weighs on the other: Tryton, then the FHIR server."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.real import fhir, peers, tryton
from bench.real.burst import Limit, bursts
from bench.real.figures import RealReport, RealVerb
from bench.real.turns import Turns, Verb
from bench.real.wire import Wire

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class RealExtent:
    """How much: rounds by turns, clients at once, and the share of the usual pieces in a round."""

    rounds: int = 2
    at_once: tuple[int, ...] = (1, 4, 8)
    share: float = 0.25
    movements: int = 60
    limits: tuple[Limit, ...] = ((100, None), (4, None))


async def run_real(extent: RealExtent, folder: Path, *, say: Say) -> RealReport:
    """Install what is missing, start each on a fresh database, and measure; `folder` is for our own server and store."""
    load_before = os.getloadavg()[0]
    say("Tryton starts; the first on a machine installs it, which takes minutes")
    async with peers.tryton() as peer, tryton.both_at(peer) as both:
        of_tryton = await _all(both.verbs(), both.wire, both.bare.wire, extent, say=say)
        of_bursts = await bursts(both, extent.limits, movements=extent.movements, folder=folder, say=say)
    say("HAPI FHIR starts")
    async with peers.fhir() as peer, fhir.both_at(peer) as billing:
        of_fhir = await _all(billing.verbs(), billing.wire, billing.bare_wire, extent, say=say)
    return RealReport(
        cores=os.cpu_count() or 1, load_before=round(load_before, 2), tryton=of_tryton, fhir=of_fhir, bursts=of_bursts
    )


async def _all(verbs: Sequence[Verb], ours: Wire, bare: Wire, extent: RealExtent, *, say: Say) -> tuple[RealVerb, ...]:
    turns, measured = Turns(ours, bare, rounds=extent.rounds, share=extent.share), []
    for verb in verbs:
        one = await turns.measure(verb, extent.at_once)
        measured.append(one)
        told = (f"{each.clients} at once {each.ours.per_second}/{each.bare.per_second}" for each in one.at_once)
        say(f"{verb.what}: ours/bare a second, {', '.join(told)}")
    return tuple(measured)
