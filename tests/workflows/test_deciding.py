"""A decision is kept before anything is told of it, whatever reaches the run in the same moment."""

from typing import Any

from canonical.documents.work_item import Decision
from canonical.memory import Person
from canonical.run import Standing
from tests.support.house import House
from tests.support.trouble import Trouble, refusal


async def test_a_document_that_comes_while_the_decision_ends_the_run_costs_nobody_the_decision(house: House) -> None:
    """The server sends a run back that closes while it has unread mail: what came with that task would be lost."""
    Trouble(house.finance, "post_cost").before(refusal())
    usage = await house.usage("mail")
    handle = await house.report(usage)
    [listed] = await house.items()
    asked, mail = house.people.person, [house.envelope("account.assigned", usage.number, {}, event="mail")]

    async def asked_as_mail_comes(credential: str) -> Person | None:
        while mail:
            await handle.signal("receive", mail.pop())
        return await asked(credential)

    house.people.person = asked_as_mail_comes
    decided = await house.resolve(listed.item.item_id, Decision.accept, external_reference="JE-77")
    assert (decided.decision, decided.person) == (Decision.accept, "supervisor")
    state = await handle.result()
    assert state.cost.standing is Standing.by_hand and mail == []
    await house.items(0)


async def test_what_was_left_behind_is_off_the_list_only_once_the_run_that_takes_it_up_is_on_it(house: House) -> None:
    """Between the two nothing would seem to wait and nothing to go on."""
    Trouble(house.billing, "post_charge").before(refusal())
    usage = await house.usage("left")
    handle = await house.report(usage)
    [listed] = await house.items()
    await house.resolve(listed.item.item_id, Decision.abandon)
    state = await handle.result()
    close, listed_then = house.store.work_items.closed, []

    async def watched(item_id: str, **news: Any) -> None:
        if item_id == state.left:
            listed_then.extend(await house.store.runs.find(workflow_id=f"{handle.id}:2"))
        await close(item_id, **news)

    house.store.work_items.closed = watched
    again = await house.send(house.envelope("item.approved", usage.number, {}), closing=state, ordinal=2)
    await again.result()
    assert [run.closed for run in listed_then] == [None]
