"""Every trouble of a call is told by what may have been applied, and asking afterwards tells the truth."""

import asyncio

import pytest

from canonical.errors import Failure, NotPermitted, Transient, Uncertain
from canonical.ports import System
from tests.connectors.contract.kept import Kept
from tests.connectors.contract.peer import Peer
from tests.connectors.contract.trouble import ASKED_TO_WAIT, OF_A_READ, OF_A_WRITE, WAIT_SECONDS, Trouble
from tests.support.house import eventually

IMPATIENT = 0.4


def told_well(failure: Failure, trouble: Trouble, kept: Kept) -> bool:
    """The right leaf, from the right system, with the wait that was asked for."""
    asked = WAIT_SECONDS if trouble in ASKED_TO_WAIT else None
    leaf, _ = OF_A_WRITE[trouble]
    return (type(failure), failure.system, failure.retry_after) == (leaf, kept.system.declares.system, asked)


async def test_trouble_is_told_by_what_may_have_been_applied_and_a_look_up_says_what_was(
    kept: Kept, trouble: Trouble
) -> None:
    sample = await kept.sample()
    await kept.trouble("write", trouble)
    with pytest.raises(Failure) as caught:
        await kept.write(sample)
    assert told_well(caught.value, trouble, kept)
    _, applied = OF_A_WRITE[trouble]
    assert len(await kept.find()) == applied
    idempotent = kept.system.declares.idempotent_for is not None
    if idempotent or not applied:
        await kept.write(sample)
    # A late write has arrived by now, ahead of its repeat: where no key tells them apart, both are there.
    found = await kept.find()
    assert len(found) == (2 if trouble is Trouble.late and not idempotent else 1)
    await kept.peer.settle()
    await kept.mend(expected=1)
    assert await kept.counts() == 1

    await kept.trouble("undo", trouble)
    with pytest.raises(Failure) as caught:
        await kept.undo(found[0])
    assert told_well(caught.value, trouble, kept)
    assert await kept.counts() == 1 - applied
    if not applied or not kept.book.beside:
        await kept.undo(found[0])
    await kept.mend(expected=0)
    assert await kept.counts() == 0


async def test_a_troubled_look_up_may_be_repeated_unless_it_is_not_permitted(kept: Kept) -> None:
    _, posted = await kept.written()
    for trouble in sorted(kept.peer.troubles & OF_A_READ.keys()):
        await kept.trouble("find", trouble)
        with pytest.raises(Failure) as caught:
            await kept.find()
        assert type(caught.value) is OF_A_READ[trouble], trouble
        assert [found.reference for found in await kept.find()] == [posted.reference]


async def arrived(kept: Kept) -> bool | None:
    return True if await kept.find() else None


async def test_a_write_that_takes_too_long_is_uncertain_and_is_found_once_it_was_applied(
    peer: Peer, system: System, stall: Trouble, request: pytest.FixtureRequest
) -> None:
    impatient = Kept(peer, peer.connect(timeout=IMPATIENT), peer.ledgers[0], test=request.node.name)
    patient = Kept(peer, system, peer.ledgers[0], test=request.node.name)
    sample = await patient.sample()
    await patient.trouble("write", stall)
    with pytest.raises(Uncertain):
        await impatient.write(sample)
    if stall is Trouble.stalled_before:
        assert await patient.find() == ()
    await eventually(lambda: arrived(patient))
    await impatient.system.close()


async def test_a_system_that_dies_before_it_answers_has_the_write_once_it_is_back(
    peer: Peer, request: pytest.FixtureRequest
) -> None:
    kept = Kept(peer, peer.connect(timeout=20), peer.ledgers[0], test=request.node.name)
    sample = await kept.sample()
    await kept.trouble("write", Trouble.stalled_after)
    writing = asyncio.create_task(kept.write(sample))
    await eventually(lambda: arrived(kept))
    await peer.crash()
    with pytest.raises(Uncertain):
        await writing
    assert len(await kept.find()) == 1
    await kept.system.close()


async def test_an_unknown_credential_is_not_permitted_and_a_system_that_is_away_is_only_away(peer: Peer) -> None:
    stranger, nobody = peer.connect(known=False), peer.connect(away=True)
    with pytest.raises(NotPermitted):
        await stranger.ping()
    with pytest.raises(Transient):
        await nobody.ping()
    book = Kept(peer, nobody, peer.ledgers[0], test="away")
    with pytest.raises(Transient):
        await book.find()
    await stranger.close()
    await nobody.close()
