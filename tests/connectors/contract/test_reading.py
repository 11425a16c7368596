"""The safe part of the contract, as `suture connector check` asks it of a live system: reads of what is not there."""

import inspect
from pathlib import Path

from canonical.ports import Described, System
from suture.assembly import offers
from suture.connector import drift
from suture.connector.reads import missing, reads_of
from tests.connectors.contract.peer import Peer


async def test_every_read_answers_nothing_for_what_is_not_there_however_it_is_written(
    peer: Peer, system: System
) -> None:
    for read in reads_of(system, peer.asked):
        assert not missing(read, peer.asked), f"{peer.name} names no {read.needs} for {read.port} {read.verb}"
        assert await read.ask(), f"{read.port} {read.verb}"


async def test_a_system_that_tells_its_fields_has_those_that_its_connector_was_written_for(
    peer: Peer, system: System
) -> None:
    if not offers(system, Described):
        return
    recorded = drift.read(Path(inspect.getfile(type(system))).parent)
    assert recorded is not None, f"record it: suture connector check {peer.name} --record"
    live = drift.Schema(version=await system.ping(), fields=await system.schema())
    assert [one.words for one in drift.drifts(recorded, live)] == []
    assert recorded.version == live.version
