"""usage-to-charge, told by what people and systems see of it."""

from decimal import Decimal

from canonical.run import Standing
from tests.support.house import House


async def test_a_use_is_posted_in_all_three_ledgers(house: House) -> None:
    usage = await house.usage("U1")
    state = await (await house.report(usage)).result()
    assert state.policy == house.policy.version
    assert [ledger.standing for ledger in state.ledgers] == [Standing.posted] * 3
    (movement,) = house.inventory.documents.posted.values()
    (charge,) = house.billing.documents.posted.values()
    (journal,) = house.finance.documents.posted.values()
    assert movement.quantity == charge.quantity == journal.quantity == Decimal(2)
    assert (charge.amount, journal.amount) == (Decimal("500.00"), Decimal("200.00"))
