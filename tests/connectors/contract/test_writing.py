"""Every ledger of every system: written once under its key, found by it, and taken back once."""

import asyncio

import pytest

from canonical.effect import Posted
from canonical.errors import BusinessRefusal, Rejected, Transient, Uncertain
from canonical.identity import wire_key
from canonical.ports import System
from tests.connectors.contract.kept import ON, Kept
from tests.connectors.contract.peer import Peer, Refusal

WRITERS = 5


async def test_a_document_is_found_by_its_key_and_by_its_reference(kept: Kept) -> None:
    sample, posted = await kept.written()
    [found] = await kept.find("nobody", "x")
    assert (found.reference, found.wire_key, found.stands) == (posted.reference, wire_key(kept.key("x")), True)
    assert (found.quantity, found.amount) == (sample.quantity, sample.amount)
    assert await kept.book.get(posted.reference) == found


async def test_what_was_never_written_is_not_found(kept: Kept) -> None:
    assert await kept.find("nobody") == ()
    assert await kept.book.find([]) == ()
    assert await kept.book.get(kept.peer.unknown[kept.name]) is None


async def test_an_outcome_comes_later_only_where_the_system_declares_it(kept: Kept) -> None:
    posted = await kept.write(await kept.sample())
    later = kept.system.declares.posts_later
    assert posted.standing == ("accepted" if later else "posted")
    await kept.peer.settle()
    [found] = await kept.find()
    assert found.standing == "posted"
    assert found.posting_date is not None
    assert posted.posting_date == (None if later else found.posting_date)


async def test_a_key_sent_twice_is_one_document_where_the_system_promises_it_and_never_hides_the_second(
    kept: Kept,
) -> None:
    sample, posted = await kept.written()
    again = await kept.write(sample)
    references = [found.reference for found in await kept.find()]
    if kept.system.declares.idempotent_for:
        assert (again.reference, references) == (posted.reference, [posted.reference])
    else:
        assert references == [posted.reference, again.reference]


async def test_what_is_taken_back_counts_no_more_and_taking_it_back_twice_is_once(kept: Kept) -> None:
    _, posted = await kept.written()
    assert await kept.counts() == 1
    undone = await kept.undo(posted)
    assert await kept.counts() == 0
    if kept.book.beside:
        # Nothing is told apart by key here: a second contra stands too, and is itself taken back.
        await kept.undo(posted)
        assert await kept.counts() == -1
        await kept.mend(expected=0)
    else:
        assert await kept.undo(posted) == undone
        assert await kept.book.undo(posted.reference, ON, wire_key(f"{kept.key('x')}:another")) == undone
        [found] = await kept.find()
        assert (found.reference, found.live) == (posted.reference, False)
    assert await kept.counts() == 0


async def test_a_key_whose_document_was_taken_back_is_never_answered_as_if_it_stood(kept: Kept) -> None:
    sample, posted = await kept.written()
    await kept.undo(posted)
    if kept.system.declares.idempotent_for:
        with pytest.raises(Rejected):
            await kept.write(sample)
        return
    anew = await kept.write(sample)
    assert (await kept.counts(), anew.reference != posted.reference) == (1, True)


async def test_what_is_not_there_cannot_be_taken_back_and_may_be_written_afterwards(kept: Kept) -> None:
    for reference in (kept.peer.unknown[kept.name], "no/../reference", "Ünknown ?&#"):
        with pytest.raises(BusinessRefusal):
            await kept.book.undo(reference, ON, wire_key(kept.key("x")))
        assert await kept.book.get(reference) is None
    await kept.write(await kept.sample())
    assert [found.stands for found in await kept.find()] == [True]


async def test_writers_at_once_under_one_key_leave_no_document_that_a_look_up_misses(kept: Kept) -> None:
    sample = await kept.sample()
    told = await asyncio.gather(*(kept.write(sample) for _ in range(WRITERS)), return_exceptions=True)
    posted = {one.reference for one in told if isinstance(one, Posted)}
    assert all(isinstance(one, Posted | Uncertain | Transient) for one in told)
    found = [one.reference for one in await kept.find()]
    assert posted and posted <= set(found)
    assert len(found) == (1 if kept.system.declares.idempotent_for else WRITERS)


async def test_writers_at_once_under_keys_of_their_own_each_leave_one_document(kept: Kept) -> None:
    names = [f"c{number}" for number in range(WRITERS)]
    samples = [await kept.sample(of) for of in names]
    told = await asyncio.gather(*(kept.write(sample, of) for sample, of in zip(samples, names, strict=True)))
    found = await kept.find(*names)
    assert {one.wire_key: one.reference for one in found} == {
        wire_key(kept.key(of)): posted.reference for of, posted in zip(names, told, strict=True)
    }
    assert len(found) == WRITERS


async def test_a_look_up_of_many_keys_misses_none(kept: Kept) -> None:
    names = [f"m{number}" for number in range(230)]
    there = [names[place] for place in (0, 99, 100, 229)]
    for of in there:
        await kept.write(await kept.sample(of), of)
    assert [found.wire_key for found in await kept.find(*names)] == [wire_key(kept.key(of)) for of in there]


async def test_a_refusal_names_who_must_act_keeps_the_vendors_words_apart_and_leaves_nothing(
    peer: Peer, system: System, refusal: str, request: pytest.FixtureRequest
) -> None:
    refused: Refusal = peer.refusals[refusal]
    kept = Kept(peer, system, refused.ledger, test=request.node.name)
    with pytest.raises(Rejected) as caught:
        await kept.book.write(refused.document, wire_key(kept.key("x")))
    assert caught.value.audience is refused.audience
    assert not caught.value.evidence or caught.value.evidence not in str(caught.value)
    assert await kept.find() == ()
