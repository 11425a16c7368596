"""What the Finance port of the sandbox ERP has beside the contract: valuation, rules of cost, periods, keys, and the events."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from canonical.documents.costing import CostPosting, CostRule, cost_rule
from canonical.documents.item import Ownership
from canonical.documents.location import Keeping
from canonical.documents.usage import Disposition
from canonical.errors import (
    Audience,
    BusinessRefusal,
    PeriodClosed,
    Uncertain,
)
from canonical.identity import wire_key
from canonical.inbound import EventType, InvalidEvent
from canonical.money import Money
from canonical.period import posting_date
from connectors.systems.sandbox_erp.connector import SYSTEM, SandboxErp
from connectors.systems.sandbox_erp.settings import ErpSettings
from tests.connectors.hearing import hear
from tests.sandbox.erp_process import Erp, receiver, running

DAY = date(2026, 11, 20)
HEADERS = {"X-Correlation-Id": "cor-7", "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
POSTING = CostPosting(
    facility="NORTH",
    rule=CostRule.expense_against_stock,
    item="4711",
    cost_centre="4110",
    location="OR-1",
    quantity=Decimal(3),
    unit="each",
    unit_cost=Money(amount=Decimal("48.07"), currency="USD"),
    amount=Money(amount=Decimal("144.21"), currency="USD"),
    method="standard",
    source="MBEW-STPRS",
    service_date=DAY,
    lot="L-1",
)


@pytest.fixture(scope="module")
async def erp(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Erp]:
    async with running(tmp_path_factory.mktemp("erp")) as started:
        yield started


@pytest.fixture
async def connector(erp: Erp, tmp_path: Path) -> AsyncIterator[SandboxErp]:
    port = build(erp.url, tmp_path)
    yield port
    await port.close()
    await erp.control("DELETE", "faults")
    await erp.control("POST", "idempotency", life_seconds=86400)


def build(url: str, folder: Path, *, token: str = "erp-second", **more: Any) -> SandboxErp:
    (folder / "token").write_text(f"{token}\n")
    table = {"base_url": url, "token_file": str(folder / "token"), "timeout": "PT2S", **more}
    settings = ErpSettings.model_validate_json(json.dumps(table), strict=True)
    return SYSTEM.build("erp", settings, outgoing=lambda: HEADERS)


def posting(**changes: Any) -> CostPosting:
    return POSTING.model_copy(update=changes)


async def test_it_answers_doctor_and_declares_how_long_a_key_is_known(connector: SandboxErp) -> None:
    assert await connector.ping() == "HOSPERP HMS/3 ECC 6.0 EHP 8"
    assert connector.declares.system == "erp"
    assert connector.declares.idempotent_for == timedelta(hours=23)
    assert connector.declares.in_flight == timedelta(seconds=30)


@pytest.mark.parametrize(
    ("item", "location", "ownership", "keeping", "rule"),
    [
        ("4711", "OR-1", Ownership.owned, Keeping.perpetual, CostRule.expense_against_stock),
        ("4711", "ED-CART", Ownership.owned, Keeping.par, CostRule.expensed_at_issue),
        ("4720", "CATH", Ownership.consigned, Keeping.perpetual, CostRule.expense_against_received_not_invoiced),
        ("4710", "ICU-CART", Ownership.bill_only, Keeping.par, CostRule.expense_against_received_not_invoiced),
        ("4715", "CABINET-9", Ownership.sample, Keeping.perpetual, CostRule.sample_at_zero),
    ],
)
async def test_a_valuation_tells_cost_ownership_and_keeping(
    connector: SandboxErp, item: str, location: str, ownership: Ownership, keeping: Keeping, rule: CostRule
) -> None:
    value = await connector.valuation(facility="SOUTH", item=item, location=location)
    assert value is not None
    assert (value.ownership, value.keeping) == (ownership, keeping)
    assert cost_rule(value.ownership, value.keeping, Disposition.consumed) is rule
    if item == "4711":
        assert value.unit_cost == Money(amount=Decimal("48.07"), currency="USD")
        assert (value.method, value.source) == ("standard", "MBEW-STPRS")


async def test_an_item_without_valuation_is_none_until_it_is_approved(connector: SandboxErp, erp: Erp) -> None:
    assert await connector.valuation(facility="NORTH", item="4739", location="OR-1") is None
    assert await connector.valuation(facility="NORTH", item="W" * 60, location="OR-1") is None
    await erp.control("POST", "materials", number=4739)
    assert await connector.valuation(facility="NORTH", item="4739", location="OR-1") is not None


@pytest.mark.parametrize(("facility", "location"), [("WEST", "OR-1"), ("NORTH", "OR-77")])
async def test_a_place_that_the_configuration_does_not_name_is_for_the_integration_engineer(
    connector: SandboxErp, facility: str, location: str
) -> None:
    with pytest.raises(BusinessRefusal) as caught:
        await connector.valuation(facility=facility, item="4711", location=location)
    assert caught.value.audience is Audience.integration


async def test_a_posting_lands_with_quantity_cost_and_identifiers_and_is_found_by_its_key(
    connector: SandboxErp, erp: Erp
) -> None:
    key = wire_key("posting")
    posted = await connector.post_cost(posting(), posting_date=DAY, wire_key=key)
    assert (posted.standing, posted.posting_date) == ("posted", DAY)
    (found,) = await connector.find_journals([wire_key("none"), key])
    assert (found.reference, found.wire_key, found.live) == (posted.reference, key, True)
    assert (found.quantity, found.amount, found.posting_date) == (Decimal(3), Decimal("144.21"), DAY)
    assert await connector.journal(posted.reference) == found
    lines = erp.rows(
        "SELECT POSTING_KEY, GL_ACCOUNT, AMOUNT_CENTS, QUANTITY_MILLI, COST_CTR, BATCH FROM JOURNAL_ITEM"
        " WHERE DOC_NO = ? ORDER BY ITEM_NO",
        posted.reference,
    )
    assert lines == [
        ("40", "0000520000", 14421, 3000, "1000411000", "L-1"),
        ("50", "0000131000", 14421, 3000, "1000411000", "L-1"),
    ]
    (logged,) = await erp.requests(operation="post_journal", key=key)
    assert (logged["correlation_id"], logged["traceparent"]) == ("cor-7", HEADERS["traceparent"])


async def test_consigned_goods_are_expensed_against_received_not_invoiced(connector: SandboxErp, erp: Erp) -> None:
    consigned = posting(item="4720", rule=CostRule.expense_against_received_not_invoiced, serial="S-1", lot=None)
    posted = await connector.post_cost(consigned, posting_date=DAY, wire_key=wire_key("consigned"))
    lines = erp.rows("SELECT GL_ACCOUNT, SERIAL_NO FROM JOURNAL_ITEM WHERE DOC_NO = ?", posted.reference)
    assert lines == [("0000521000", "S-1"), ("0000191100", "S-1")]


async def test_a_sample_is_posted_at_zero(connector: SandboxErp) -> None:
    zero = Money(amount=Decimal(0), currency="USD")
    sample = posting(item="4715", rule=CostRule.sample_at_zero, unit_cost=zero, amount=zero)
    posted = await connector.post_cost(sample, posting_date=DAY, wire_key=wire_key("sample"))
    found = await connector.journal(posted.reference)
    assert found is not None
    assert (found.quantity, found.amount) == (Decimal(3), Decimal(0))


async def test_a_reversal_takes_the_journal_back_and_a_second_one_answers_the_first(connector: SandboxErp) -> None:
    key = wire_key("reversed")
    posted = await connector.post_cost(posting(), posting_date=DAY, wire_key=key)
    december = date(2026, 12, 1)
    reversal = await connector.reverse_cost(posted.reference, posting_date=december, wire_key=wire_key("undo"))
    assert reversal.posting_date == december
    again = await connector.reverse_cost(posted.reference, posting_date=DAY, wire_key=wire_key("undo again"))
    assert again == reversal
    (found,) = await connector.find_journals([key, wire_key("undo")])
    assert (found.reference, found.live) == (posted.reference, False)
    assert await connector.journal(reversal.reference) is None
    with pytest.raises(BusinessRefusal, match="itself a reversal"):
        await connector.reverse_cost(reversal.reference, posting_date=DAY, wire_key=wire_key("undo of undo"))


async def test_a_key_used_with_other_content_is_uncertain_so_that_it_is_looked_up(connector: SandboxErp) -> None:
    key = wire_key("other content")
    await connector.post_cost(posting(), posting_date=DAY, wire_key=key)
    with pytest.raises(Uncertain):
        await connector.post_cost(posting(), posting_date=date(2026, 12, 1), wire_key=key)
    assert len(await connector.find_journals([key])) == 1


async def test_a_closed_period_is_told_apart_and_the_next_open_day_is_known(connector: SandboxErp, erp: Erp) -> None:
    october = {"COMP_CODE": "US02", "FISC_YEAR": "2026", "FIS_PERIOD": "010"}
    await erp.control("POST", "periods", **october, STAT="CLSD")
    day = date(2026, 10, 15)
    south = posting(facility="SOUTH", service_date=day)
    with pytest.raises(PeriodClosed) as caught:
        await connector.post_cost(south, posting_date=day, wire_key=wire_key("closed"))
    assert caught.value.audience is Audience.finance
    first_open = posting_date(day, await connector.periods(facility="SOUTH"))
    assert first_open == date(2026, 11, 1)
    posted = await connector.post_cost(south, posting_date=first_open, wire_key=wire_key("closed"))
    assert posted.posting_date == first_open
    assert posting_date(day, await connector.periods(facility="NORTH")) == day
    await erp.control("POST", "periods", **october, STAT="OPEN")


async def test_a_key_still_at_work_is_uncertain_and_says_when_to_come_back(connector: SandboxErp, erp: Erp) -> None:
    key = wire_key("at work")
    await erp.control("POST", "faults", operation="post_journal", kind="stall_after", seconds=2.5)
    with pytest.raises(Uncertain) as timed_out:
        await connector.post_cost(posting(), posting_date=DAY, wire_key=key)
    assert timed_out.value.retry_after is None
    with pytest.raises(Uncertain) as busy:
        await connector.post_cost(posting(), posting_date=DAY, wire_key=key)
    assert (busy.value.status, busy.value.retry_after) == (409, 1.0)
    assert len(await connector.find_journals([key])) == 1


async def test_an_expired_key_posts_again_and_both_journals_are_found(connector: SandboxErp, erp: Erp) -> None:
    key = wire_key("expired")
    await connector.post_cost(posting(), posting_date=DAY, wire_key=key)
    await erp.control("POST", "idempotency", life_seconds=0)
    await connector.post_cost(posting(), posting_date=DAY, wire_key=key)
    assert [found.live for found in await connector.find_journals([key])] == [True, True]


async def test_the_vendors_text_is_evidence_and_never_the_summary(connector: SandboxErp) -> None:
    with pytest.raises(BusinessRefusal) as caught:
        await connector.post_cost(posting(cost_centre="PATIENT9"), posting_date=DAY, wire_key=wire_key("echo"))
    assert "PATIENT9" in caught.value.evidence
    assert "PATIENT9" not in str(caught.value)


async def test_an_approved_material_arrives_as_an_item_and_nothing_else_is_taken(tmp_path: Path) -> None:
    async with receiver() as box, running(tmp_path, hooks_url=box.url) as erp:
        await erp.control("POST", "materials", number=4739)
        await erp.control("POST", "periods", COMP_CODE="US01", FISC_YEAR="2026", FIS_PERIOD="001", STAT="CLSD")
        approved, closed = await box.wait_for(2)
    inbound = hear(SYSTEM, approved.event)
    assert (inbound.type, inbound.facility, inbound.number) == (EventType.item_approved, "ALL", "4739")
    assert (inbound.id, inbound.data) == (approved.event["EVENT_ID"], {"item": "4739"})
    assert abs(inbound.time - datetime.now(UTC)) < timedelta(minutes=1)
    with pytest.raises(InvalidEvent) as caught:
        hear(SYSTEM, closed.event)
    assert caught.value.field == "EVENT_TYPE"
