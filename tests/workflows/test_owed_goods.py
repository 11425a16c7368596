"""Goods that are the supplier's own until used: each use is asked to be ordered, and a corrected one no longer."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from canonical.documents.contract import Contract, UnitPrice
from canonical.documents.costing import Valuation
from canonical.documents.item import Ownership
from canonical.documents.replenishment import Request
from canonical.documents.usage import CorrectionKind, Disposition, Usage, UsageCorrection
from canonical.documents.work_item import Cause, Decision
from canonical.envelope import Envelope
from canonical.identity import RunName, case_basket
from canonical.inbound import EventType
from canonical.memory import InboxState
from canonical.money import Money
from suture.intake import OWN
from tests.support.answers import answers
from tests.support.trade_house import NOW, TODAY, TradeHouse
from tests.workflows.conftest import OpenTradeHouse
from workflows.usage_to_charge import UsageToCharge


@pytest.fixture
async def house(trade_house: OpenTradeHouse) -> TradeHouse:
    """A house of uses."""
    return await trade_house(UsageToCharge)


def contract(**changes: object) -> Contract:
    agreed = Contract(
        contract="K-1",
        supplier="100002",
        item="4702",
        price=UnitPrice(amount=Decimal(900), currency="USD"),
        first=date(2026, 1, 1),
        last=date(2026, 12, 31),
        ownership=Ownership.consigned,
    )
    return agreed.model_copy(update=changes)


def owned_by(house: TradeHouse, ownership: Ownership) -> None:
    cost = Money(amount=Decimal("900.00"), currency="USD")
    answers(house.finance, "valuation", Valuation(unit_cost=cost, method="contract", source="K-1", ownership=ownership))


async def letters(house: TradeHouse, kind: EventType) -> list[Envelope]:
    """What runs have told others, whether or not it was handed over."""
    known = await house.store.inbox.not_done(*InboxState, received_before=datetime.max.replace(tzinfo=UTC))
    return [one.envelope for one in known if one.envelope.source == OWN and one.envelope.type == kind]


async def used(house: TradeHouse) -> tuple[Usage, RunName]:
    """A use comes in."""
    case = await house.store.vault.tokenise("case", f"case of {house.tag}")
    use = Usage(
        facility="NORTH",
        source="wards",
        number=house.number("U1"),
        occurred=NOW,
        act="act-1",
        surgical_case=case,
        service_date=TODAY,
        location="OR-1",
        performing_cost_centre="4100",
        charged_cost_centre="4100",
        item="4702",
        lot="L1",
        quantity=Decimal(2),
        unit="each",
        disposition=Disposition.implanted,
    )
    await house.tell(EventType.usage_reported, use)
    return use, RunName(process="usage-to-charge", facility="NORTH", source="wards", number=use.number)


@pytest.mark.parametrize("ownership", [Ownership.consigned, Ownership.bill_only])
async def test_what_was_the_suppliers_is_asked_for_exactly_as_it_was_used(
    house: TradeHouse, ownership: Ownership
) -> None:
    owned_by(house, ownership)
    house.procurement.agreed = [contract(rank=2, supplier="100009", ownership=Ownership.owned), contract()]
    use, name = await used(house)
    assert (await house.closed(name)).outcome == "posted"
    (asked,) = await letters(house, EventType.item_requested)
    request = Request.model_validate(asked.data)
    assert (request.supplier, request.basket) == ("100002", case_basket("100002", use.surgical_case))
    assert [(lot.lot, lot.quantity) for lot in request.lots] == [(use.lot, request.quantity)]
    assert (request.surgical_case, request.use, request.number) == (use.surgical_case, name.business_key, use.number)


async def test_owned_goods_are_not_ordered_for_a_use(house: TradeHouse) -> None:
    house.procurement.agreed = [contract()]
    _, name = await used(house)
    await house.closed(name)
    assert await letters(house, EventType.item_requested) == []


async def test_without_a_contract_everything_is_posted_and_the_buyer_is_asked(house: TradeHouse) -> None:
    owned_by(house, Ownership.bill_only)
    _, name = await used(house)
    (item,) = await house.items()
    assert item.item.cause is Cause.no_contract
    assert [len(system.documents.posted) for system in (house.inventory, house.billing, house.finance)] == [1, 1, 1]
    house.procurement.agreed = [contract()]
    await house.resolve(item.item.item_id, Decision.retry)
    assert (await house.closed(name)).outcome == "posted"
    assert len(await letters(house, EventType.item_requested)) == 1


async def test_a_use_that_did_not_happen_is_no_longer_asked_for(house: TradeHouse) -> None:
    owned_by(house, Ownership.consigned)
    house.procurement.agreed = [contract()]
    use, name = await used(house)
    await house.closed(name)
    wrong = UsageCorrection(
        facility="NORTH",
        source="wards",
        number=use.number,
        occurred=use.occurred,
        correction="K1",
        kind=CorrectionKind.not_used,
    )
    await house.tell(EventType.usage_corrected, wrong)
    assert (await house.closed(name.next())).outcome == "not used"

    (withdrawn,) = await letters(house, EventType.request_withdrawn)
    assert (withdrawn.subject, withdrawn.data["basket"]) == (use.number, case_basket("100002", use.surgical_case))
