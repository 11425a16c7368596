"""Every billing system: a charge is taken back once, whether the use did not happen or is not charged for a reason."""

from itertools import permutations

import pytest

from canonical.errors import Rejected
from canonical.identity import undo_key, wire_key
from canonical.ports import Billing, System
from suture.connector.ledgers import CHARGE
from tests.connectors.contract.kept import Kept
from tests.connectors.contract.peer import Peer


@pytest.fixture
def charges(peer: Peer, system: System, charge: str, request: pytest.FixtureRequest) -> Kept:
    return Kept(peer, system, charge, test=request.node.name)


@pytest.mark.parametrize("reasons", [*permutations(("", "wasted goods")), ("wasted goods",) * 2])
async def test_a_charge_is_taken_back_once_whichever_word_comes_first(
    charges: Kept, system: Billing, reasons: tuple[str, str]
) -> None:
    sample, posted = await charges.written()
    key = wire_key(undo_key(charges.key("x"), posted.reference))
    first, second = [
        await system.void_charge(posted.reference, wire_key=of, no_charge_reason=reason)
        for of, reason in zip((key, wire_key("another")), reasons, strict=True)
    ]
    assert first == second
    [found] = await charges.find()
    assert (found.reference, found.live, await charges.counts()) == (posted.reference, False, 0)
    if system.declares.idempotent_for:
        with pytest.raises(Rejected):
            await charges.write(sample)


async def test_a_charge_that_is_not_billed_has_no_bill(charges: Kept, system: Billing) -> None:
    _, posted = await charges.written()
    assert await system.bill(posted.reference) is None
    assert await system.bill(charges.peer.unknown[CHARGE]) is None
    assert await system.bill("Ünknown ?&#") is None
