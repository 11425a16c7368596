"""What is written is what is found: amounts to the last digit, days as they were said, words of any script."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from canonical.errors import Rejected
from canonical.ports import System
from suture.connector.ledgers import ledgers_of
from tests.connectors.contract.conftest import PEERS
from tests.connectors.contract.kept import Kept
from tests.connectors.contract.peer import Peer, Variant


@contextmanager
def far_away(zone: str) -> Iterator[None]:
    """The engine on a machine whose clock shows another day than UTC's."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = zone
    time.tzset()
    try:
        yield
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        time.tzset()


async def test_a_system_says_who_it_is_and_the_contract_covers_every_ledger_that_it_keeps(
    peer: Peer, system: System
) -> None:
    assert await system.ping()
    assert system.declares.system == peer.name
    parts = [one for one in PEERS if one is type(peer) or (peer.part_of and one.part_of == peer.part_of)]
    assert {ledger for part in parts for ledger in part.ledgers} == ledgers_of(system)
    assert system.declares.in_flight.total_seconds() > 0


async def test_whatever_can_be_said_is_found_to_the_last_digit(kept: Kept) -> None:
    for variant in (Variant.least, Variant.largest, Variant.boxed, Variant.worded):
        sample = await kept.sample(variant, variant)
        posted = await kept.write(sample, variant)
        await kept.peer.settle()
        [found] = await kept.find(variant)
        assert (found.reference, found.stands) == (posted.reference, True), variant
        assert (found.quantity, found.amount) == (sample.quantity, sample.amount), variant


async def test_more_places_than_a_system_keeps_are_refused_and_never_rounded(kept: Kept) -> None:
    sample = await kept.sample("x", Variant.too_fine)
    try:
        await kept.write(sample)
    except Rejected:
        assert await kept.find() == ()
    else:
        [found] = await kept.find()
        assert (found.quantity, found.amount) == (sample.quantity, sample.amount)


async def test_days_are_those_that_were_said_whatever_the_clock_of_the_machine_shows(kept: Kept) -> None:
    for zone in ("Pacific/Kiritimati", "Pacific/Niue"):
        with far_away(zone):
            sample, posted = await kept.written(zone[-4:])
            [found] = await kept.find(zone[-4:])
        assert posted.posting_date in (None, found.posting_date)
        assert sample.day in (None, found.posting_date)
