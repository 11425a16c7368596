"""The connector of the sandbox ERP against the real process: the port, its failures, and the events."""

# long because the whole port of one system is held in one place, verb by verb.
import json
import socket
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
    Failure,
    NotPermitted,
    PeriodClosed,
    Rejected,
    Transient,
    Uncertain,
)
from canonical.identity import wire_key
from canonical.inbound import EventType, InvalidEvent
from canonical.money import Money
from canonical.period import posting_date
from connectors.systems.sandbox_erp.connector import SYSTEM, SandboxErp
from connectors.systems.sandbox_erp.settings import ErpSettings
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


async def test_the_same_key_posts_once(connector: SandboxErp) -> None:
    key = wire_key("same")
    first = await connector.post_cost(posting(), posting_date=DAY, wire_key=key)
    assert await connector.post_cost(posting(), posting_date=DAY, wire_key=key) == first
    assert len(await connector.find_journals([key])) == 1


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


async def test_a_replayed_answer_of_a_journal_reversed_since_is_not_taken_for_a_posting(connector: SandboxErp) -> None:
    key = wire_key("stale")
    posted = await connector.post_cost(posting(), posting_date=DAY, wire_key=key)
    await connector.reverse_cost(posted.reference, posting_date=DAY, wire_key=wire_key("stale undo"))
    with pytest.raises(BusinessRefusal, match="reversed since"):
        await connector.post_cost(posting(), posting_date=DAY, wire_key=key)


async def test_a_key_used_with_other_content_is_uncertain_so_that_it_is_looked_up(connector: SandboxErp) -> None:
    key = wire_key("other content")
    await connector.post_cost(posting(), posting_date=DAY, wire_key=key)
    with pytest.raises(Uncertain):
        await connector.post_cost(posting(), posting_date=date(2026, 12, 1), wire_key=key)
    assert len(await connector.find_journals([key])) == 1


async def test_more_keys_than_one_search_takes_are_all_looked_up(connector: SandboxErp, erp: Erp) -> None:
    keys = [wire_key(f"many {number}") for number in range(120)]
    for key in (keys[0], keys[-1]):
        await connector.post_cost(posting(), posting_date=DAY, wire_key=key)
    assert [found.wire_key for found in await connector.find_journals(keys)] == [keys[0], keys[-1]]
    assert await connector.find_journals([]) == ()


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


@pytest.mark.parametrize(
    ("changes", "audience"),
    [
        ({"cost_centre": "9999"}, Audience.finance),
        ({"unit": "box"}, Audience.item_master),
        ({"item": "9999"}, Audience.item_master),
        ({"rule": CostRule.expense_against_received_not_invoiced}, Audience.finance),
        ({"location": "ED-CART", "rule": CostRule.expensed_at_issue}, Audience.finance),
        ({"quantity": Decimal("0.0001")}, Audience.finance),
        ({"amount": Money(amount=Decimal("0.001"), currency="USD")}, Audience.finance),
        ({"amount": Money(amount=Decimal("1.00"), currency="EUR")}, Audience.finance),
    ],
)
async def test_a_refused_posting_names_who_must_act_and_leaves_nothing(
    connector: SandboxErp, changes: dict[str, Any], audience: Audience
) -> None:
    key = wire_key(f"refused {sorted(changes)}")
    with pytest.raises(Rejected) as caught:
        await connector.post_cost(posting(**changes), posting_date=DAY, wire_key=key)
    assert caught.value.audience is audience
    assert await connector.find_journals([key]) == ()


async def test_a_reference_that_is_no_document_is_never_sent(connector: SandboxErp, erp: Erp) -> None:
    before = len(await erp.requests())
    for reference in ("", "x/../..", "51", "5100000001?"):
        assert await connector.journal(reference) is None
        with pytest.raises(BusinessRefusal):
            await connector.reverse_cost(reference, posting_date=DAY, wire_key=wire_key("odd"))
    assert len(await erp.requests()) == before
    assert await connector.journal("5999999999") is None
    with pytest.raises(BusinessRefusal):
        await connector.reverse_cost("5999999999", posting_date=DAY, wire_key=wire_key("odd"))


@pytest.mark.parametrize(
    ("kind", "leaf", "applied"),
    [
        ("refuse", BusinessRefusal, 0),
        ("refuse_unauthorized", NotPermitted, 0),
        ("429", Transient, 0),
        ("503", Transient, 0),
        ("500_before", Uncertain, 0),
        ("500", Uncertain, 1),
        ("malformed", Uncertain, 1),
        ("cut_before", Uncertain, 0),
        ("cut", Uncertain, 1),
        ("apply_late", Uncertain, 0),
        ("stall_before", Uncertain, 0),
        ("stall_after", Uncertain, 1),
    ],
)
@pytest.mark.parametrize("operation", ["post_journal", "reverse_journal"])
async def test_each_fault_of_a_write_is_told_by_what_may_have_been_applied(
    connector: SandboxErp, erp: Erp, tmp_path: Path, operation: str, kind: str, leaf: type[Failure], applied: int
) -> None:
    hasty = build(erp.url, tmp_path, timeout="PT0.3S")
    key = wire_key(f"{operation} {kind}")
    reference = ""
    if operation == "reverse_journal":
        posted = await connector.post_cost(posting(), posting_date=DAY, wire_key=wire_key(f"to take back {kind}"))
        reference = posted.reference
    await erp.control("POST", "faults", operation=operation, kind=kind, retry_after=4, seconds=0.8)
    with pytest.raises(leaf) as caught:
        if reference:
            await hasty.reverse_cost(reference, posting_date=DAY, wire_key=key)
        else:
            await hasty.post_cost(posting(), posting_date=DAY, wire_key=key)
    await hasty.close()
    failure = caught.value
    assert type(failure) is leaf
    assert (failure.system, failure.operation) == ("erp", operation)
    assert failure.retry_after == (4 if kind in ("429", "503") else None)
    assert "substitution" not in failure.summary
    assert erp.rows("SELECT count(*) FROM JOURNAL WHERE REF_DOC_NO = ?", key) == [(applied,)]
    if kind.startswith("stall"):
        await erp.until(operation=operation, key=key, column="status")


@pytest.mark.parametrize(
    ("kind", "leaf"),
    [("429", Transient), ("503", Transient), ("500", Transient), ("cut", Transient), ("malformed", Transient)],
)
async def test_a_failed_read_may_be_repeated(connector: SandboxErp, erp: Erp, kind: str, leaf: type[Failure]) -> None:
    await erp.control("POST", "faults", operation="find_journals", kind=kind)
    with pytest.raises(leaf):
        await connector.find_journals([wire_key("read")])
    assert await connector.find_journals([wire_key("read")]) == ()


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


async def test_a_refused_connection_is_transient_after_quick_tries(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    connector = build(f"http://127.0.0.1:{port}", tmp_path)
    with pytest.raises(Transient):
        await connector.periods(facility="NORTH")
    await connector.close()


async def test_an_unknown_token_is_for_the_integration_engineer(erp: Erp, tmp_path: Path) -> None:
    connector = build(erp.url, tmp_path, token="nobody")
    with pytest.raises(NotPermitted) as caught:
        await connector.ping()
    assert caught.value.audience is Audience.integration
    await connector.close()


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
    inbound = SYSTEM.translate(approved.event)
    assert (inbound.type, inbound.facility, inbound.number) == (EventType.item_approved, "ALL", "4739")
    assert (inbound.id, inbound.data) == (approved.event["EVENT_ID"], {"item": "4739"})
    assert abs(inbound.time - datetime.now(UTC)) < timedelta(minutes=1)
    with pytest.raises(InvalidEvent) as caught:
        SYSTEM.translate(closed.event)
    assert caught.value.field == "EVENT_TYPE"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"EVENT_ID": ""}, "EVENT_ID"),
        ({"EVENT_STAMP": "20269999000000"}, "EVENT_STAMP"),
        ({"CONTENT": []}, "CONTENT"),
        ({"CONTENT": {}}, "CONTENT.MATERIAL"),
        ({"CONTENT": {"MATERIAL": "Jane Doe"}}, "CONTENT.MATERIAL"),
    ],
)
def test_a_bad_event_names_the_field_and_never_the_value(changes: dict[str, Any], field: str) -> None:
    good = {
        "EVENT_ID": "EVT1",
        "EVENT_TYPE": "material.approved",
        "EVENT_STAMP": "20261122103000",
        "CONTENT": {"MATERIAL": f"{4739:018d}"},
    }
    assert SYSTEM.translate(good).number == "4739"
    with pytest.raises(InvalidEvent) as caught:
        SYSTEM.translate({**good, **changes})
    assert caught.value.field == field
    assert "Jane" not in str(caught.value)
