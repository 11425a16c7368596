"""A journal in a Tryton is reversed once, whoever else reverses it, dies on the way or comes too late."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from canonical.effect import Posted
from canonical.errors import Audience, Uncertain
from connectors.systems.tryton.client import TrytonClient
from tests.connectors.contract.peers.tryton_finance import TrytonFinancePeer
from tests.connectors.contract.trouble import Trouble
from tests.connectors.purchases import DAY
from tests.connectors.tryton_books import HEAD, client_of, copied, key, moves, posted, reversals_of

PEER = TrytonFinancePeer
NEXT_MONTH = date(2026, 12, 1)


@pytest.fixture
async def accountant(peer: TrytonFinancePeer, tmp_path: Path) -> AsyncIterator[TrytonClient]:
    """A person at work in the same books, with every right."""
    (tmp_path / "admin").write_text("admin")
    client = client_of(peer, "admin", tmp_path / "admin")
    yield client
    await client.close()


@pytest.mark.parametrize("trouble", [Trouble.cut_before, Trouble.cut_after])
async def test_a_reversal_left_as_a_draft_is_posted_by_the_look_up_and_is_the_answer_from_then_on(
    peer: TrytonFinancePeer, system: Any, accountant: TrytonClient, trouble: Trouble
) -> None:
    of, reference = await posted(system)
    peer.plan("model.account.move.post", trouble)
    with pytest.raises(Uncertain):
        await system.reverse_cost(reference, posting_date=NEXT_MONTH, wire_key=key())
    [found] = await system.find_journals([of])
    assert not found.live
    again = await system.reverse_cost(reference, posting_date=DAY, wire_key=key())
    assert again.posting_date == NEXT_MONTH
    assert [row["state"] for row in await moves(accountant, [reversals_of(reference)])] == ["posted"]


async def test_those_who_reverse_at_once_reverse_once(system: Any, accountant: TrytonClient) -> None:
    _, reference = await posted(system)
    told = await asyncio.gather(
        *(system.reverse_cost(reference, posting_date=NEXT_MONTH, wire_key=key()) for _ in range(3))
    )
    assert all(isinstance(one, Posted) for one in told)
    made = await moves(accountant, [reversals_of(reference)])
    assert {row["state"] for row in made} == {"posted"}
    standing = [row for row in made if not await moves(accountant, [reversals_of(f"move-{row['id']}")])]
    assert len(standing) == 1


async def test_a_reversal_that_arrives_after_the_first_is_removed_by_the_look_up_and_never_counts(
    peer: TrytonFinancePeer, system: Any, accountant: TrytonClient
) -> None:
    of, reference = await posted(system)
    peer.plan("model.account.move.create", Trouble.late)
    with pytest.raises(Uncertain):
        await system.reverse_cost(reference, posting_date=NEXT_MONTH, wire_key=key())
    assert [one.live for one in await system.find_journals([of])] == [True]
    await system.reverse_cost(reference, posting_date=NEXT_MONTH, wire_key=key())
    assert [one.live for one in await system.find_journals([of])] == [False]
    assert [row["state"] for row in await moves(accountant, [reversals_of(reference)])] == ["posted"]


async def test_of_two_reversals_that_were_posted_in_the_same_moment_the_later_is_reversed_itself(
    peer: TrytonFinancePeer, system: Any, accountant: TrytonClient
) -> None:
    of, reference = await posted(system)
    [row] = await accountant.rows("account.move", [["description", "=", of]], HEAD)
    engine = client_of(peer, "engine", peer.password_file)
    for _ in range(2):
        contra = {**copied(row, debits=(0, 40)), "description": key(), "origin": f"account.move,{row['id']}"}
        made = await engine.create("account.move", contra, audience=Audience.finance)
        await engine.press("account.move", "post", made, audience=Audience.finance)
    await engine.close()
    for _ in range(2):
        assert [one.live for one in await system.find_journals([of])] == [False]
        first, second = await moves(accountant, [reversals_of(reference)])
        assert await moves(accountant, [reversals_of(f"move-{first['id']}")]) == []
        [again] = await moves(accountant, [reversals_of(f"move-{second['id']}")])
        assert (again["state"], again["date"]) == ("posted", second["date"])
