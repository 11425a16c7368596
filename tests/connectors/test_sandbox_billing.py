"""What the Billing port of the sandbox has beside the contract: accounts, codes, batch, credits, and the events."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from standardwebhooks import Webhook

from canonical.documents.charge import CaseStatus, Charge, PriceBasis
from canonical.documents.claim import Bill, Invoiced
from canonical.errors import Audience, BusinessRefusal, Rejected, Uncertain
from canonical.identity import wire_key
from canonical.inbound import EventType
from canonical.money import Money
from canonical.ports import Billing
from connectors.systems.sandbox_billing.connector import SYSTEM
from tests.connectors.hearing import hear
from tests.sandbox.billing_process import BillingProcess, Subscriber, until

DAY = date(2026, 11, 20)
ACCOUNT, CASE = "A100001", "C-2026-0001"
HEADERS = {"X-Correlation-Id": "corr-77", "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}


@pytest.fixture(scope="module")
def subscriber() -> Iterator[Subscriber]:
    with Subscriber() as subscriber:
        yield subscriber


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory, subscriber: Subscriber) -> Iterator[BillingProcess]:
    with BillingProcess(tmp_path_factory.mktemp("billing"), hooks_url=subscriber.url) as process:
        yield process


def connector(process: BillingProcess, *, token: str | None = None, **changed: Any) -> Billing:
    file = process.folder / "connector-token"
    file.write_text((token or process.token) + "\n")
    table = {"base_url": process.url, "token_file": str(file), **changed}
    settings = SYSTEM.settings.model_validate_json(json.dumps(table), strict=True)
    return SYSTEM.build("billing", settings, outgoing=lambda: HEADERS)


@pytest.fixture
async def billing(process: BillingProcess) -> AsyncIterator[Billing]:
    await process.reset()
    port = connector(process)
    yield port
    await port.close()


def a_charge(**changed: Any) -> Charge:
    good = Charge(
        facility="NORTH",
        account="acct_" + "A" * 26,
        surgical_case="case_" + "A" * 26,
        item="4702",
        code="27004702",
        master_version="2026.1",
        service_date=DAY,
        posting_date=DAY,
        units=Decimal(2),
        amount=Money(amount=Decimal("268.44"), currency="USD"),
        revenue_code="0272",
        lot="L-1",
    )
    return good.model_copy(update=changed)


async def post(billing: Billing, key: str, **changed: Any) -> str:
    posted = await billing.post_charge(a_charge(**changed), account_number=ACCOUNT, case_number=CASE, wire_key=key)
    return posted.reference


async def settled(process: BillingProcess, billing: Billing, key: str) -> str:
    """Post a charge and have the batch run over it."""
    reference = await post(billing, key)
    await process.control("POST", "/batch")
    return reference


async def test_it_says_who_it_is_and_what_it_declares(billing: Billing) -> None:
    assert await billing.ping() == "RevTrack Patient Accounting 11.4.2"
    declared = billing.declares
    assert (declared.system, declared.posts_later, declared.in_flight) == ("billing", True, timedelta(seconds=30))
    assert declared.idempotent_for is not None and declared.idempotent_for > timedelta(days=3650)


async def test_the_account_of_a_case_with_its_standing(process: BillingProcess, billing: Billing) -> None:
    await process.control("POST", f"/cases/{CASE}", {"status": "verified"})
    found = await billing.account(facility="NORTH", case_number=CASE, account_number=None)
    assert found.account_number == ACCOUNT
    assert found.standing.account is None
    assert (found.standing.case_status, found.standing.billed) == (CaseStatus.verified, False)
    assert (found.standing.patient_class, found.standing.payer) == ("outpatient", "bluecross")
    billed = await billing.account(facility="NORTH", case_number="C-2026-0013", account_number="A100013")
    assert billed.standing.billed


async def test_an_account_that_is_not_there_yet_is_none(process: BillingProcess, billing: Billing) -> None:
    early = await billing.account(facility="NORTH", case_number="C-2026-0027", account_number=None)
    assert early.account_number is None
    assert early.standing.case_status is not None
    unknown_number = await billing.account(facility="NORTH", case_number=CASE, account_number="A999999")
    assert unknown_number.account_number is None
    assert unknown_number.standing.case_status is not None
    unknown_case = await billing.account(facility="NORTH", case_number="C-2026-9999", account_number=None)
    assert (unknown_case.account_number, unknown_case.standing.case_status) == (None, None)
    only_number = await billing.account(facility="NORTH", case_number="C-2026-9999", account_number=ACCOUNT)
    assert (only_number.account_number, only_number.standing.case_status) == (ACCOUNT, None)
    nothing = await billing.account(facility="NORTH", case_number="C-2026-9999", account_number="A999999")
    assert (nothing.account_number, nothing.standing.case_status) == (None, None)
    opened = await process.control("POST", "/accounts", {"case_no": "C-2026-0027"})
    later = await billing.account(facility="NORTH", case_number="C-2026-0027", account_number=None)
    assert later.account_number == opened["acct_no"]


async def test_the_charge_code_in_force_on_the_service_date(billing: Billing) -> None:
    async def version(item: str, on: date) -> str | None:
        code = await billing.charge_code(facility="NORTH", item=item, on=on)
        return None if code is None else code.version

    assert await version("4704", date(2026, 6, 30)) == "2026.1"
    assert await version("4704", date(2026, 7, 1)) == "2026.2"
    assert await version("4711", DAY) is None
    assert await version("4719", DAY) is None
    assert await version("4719", date(2027, 1, 1)) == "2027.1"
    assert await version("no/such.item", DAY) is None
    fixed = await billing.charge_code(facility="NORTH", item="4702", on=DAY)
    assert fixed is not None
    assert fixed.price == Money(amount=Decimal("134.22"), currency="USD")
    assert (fixed.code, fixed.basis, fixed.revenue_code) == ("27004702", PriceBasis.master, "0272")
    markup = await billing.charge_code(facility="NORTH", item="4701", on=DAY)
    assert markup is not None and (markup.price, markup.basis) == (None, PriceBasis.markup)
    halves = await billing.charge_code(facility="NORTH", item="4703", on=DAY)
    assert halves is not None and halves.units_per_base == 2


async def test_a_charge_is_accepted_and_then_found_posted(process: BillingProcess, billing: Billing) -> None:
    await process.control("POST", "/batch/settings", {"held": True})
    key = wire_key("post")
    posted = await billing.post_charge(a_charge(), account_number=ACCOUNT, case_number=CASE, wire_key=key)
    assert (posted.reference, posted.standing, posted.posting_date) == (key, "accepted", None)
    (found,) = await billing.find_charges([wire_key("nobody"), key])
    assert (found.standing, found.stands) == ("accepted", True)
    assert (found.quantity, found.amount) == (Decimal(2), Decimal("268.44"))
    await process.control("POST", "/batch")
    after = await billing.charge(posted.reference)
    assert after is not None
    assert (after.standing, after.billed, after.wire_key) == ("posted", False, key)
    assert after.posting_date is not None
    (logged,) = await process.requests(operation="post_charge", key=key)
    assert (logged["correlation_id"], logged["traceparent"]) == tuple(HEADERS.values())


async def test_a_repeat_answers_the_charge_as_it_stands_now(process: BillingProcess, billing: Billing) -> None:
    key = wire_key("repeat")
    await settled(process, billing, key)
    again = await billing.post_charge(a_charge(), account_number=ACCOUNT, case_number=CASE, wire_key=key)
    assert (again.reference, again.standing) == (key, "posted")
    assert len(await billing.find_charges([key])) == 1


async def test_a_key_that_belongs_to_another_charge_is_refused(process: BillingProcess, billing: Billing) -> None:
    key = wire_key("taken")
    await settled(process, billing, key)
    with pytest.raises(Rejected) as refused:
        await post(billing, key, units=Decimal(4), amount=Money(amount=Decimal("536.88"), currency="USD"))
    assert refused.value.audience is Audience.integration


async def test_a_rejection_by_the_batch_is_found_without_the_vendors_words(
    process: BillingProcess, billing: Billing
) -> None:
    key = wire_key("rejected")
    await post(billing, key, amount=Money(amount=Decimal(1), currency="USD"))
    await process.control("POST", "/batch")
    found = await billing.charge(key)
    assert found is not None
    assert (found.standing, found.stands) == ("rejected", False)
    assert found.reason == "R05: the amount disagrees with the master"
    with pytest.raises(BusinessRefusal):
        await post(billing, key, amount=Money(amount=Decimal(1), currency="USD"))


async def test_a_billed_charge_is_refused_a_void_and_given_a_credit(process: BillingProcess, billing: Billing) -> None:
    key, account, case = wire_key("billed"), "A100003", "C-2026-0003"
    await billing.post_charge(a_charge(), account_number=account, case_number=case, wire_key=key)
    await process.control("POST", "/batch")
    with pytest.raises(BusinessRefusal, match="needs a void"):
        await billing.request_credit(key, wire_key=wire_key("credit-early"))
    await process.control("POST", f"/accounts/{account}/bill")
    with pytest.raises(BusinessRefusal, match="final bill") as refused:
        await billing.void_charge(key, wire_key=wire_key("void-late"))
    assert refused.value.audience is Audience.revenue_integrity
    billed = await billing.charge(key)
    assert billed is not None and billed.billed and billed.stands
    assert await billing.bill(key) == Bill(invoices=(Invoiced(number=account, status="final"),))
    credit = await billing.request_credit(key, wire_key=wire_key("credit"))
    assert credit.reference == wire_key("credit")
    assert await billing.request_credit(key, wire_key=wire_key("credit")) == credit
    credited = await billing.charge(key)
    assert credited is not None and not credited.live


@pytest.mark.parametrize(
    ("account", "code", "summary"),
    [
        ("A999999", "27004702", "the account is not on file"),
        (ACCOUNT, "27004711", "the charge code is not on the master"),
    ],
)
async def test_a_refusal_keeps_the_vendors_words_out_of_the_summary(
    billing: Billing, account: str, code: str, summary: str
) -> None:
    with pytest.raises(BusinessRefusal) as refused:
        await billing.post_charge(
            a_charge(code=code), account_number=account, case_number=CASE, wire_key=wire_key("refused" + code)
        )
    assert (str(refused.value), refused.value.status) == (summary, 422)
    assert refused.value.audience is Audience.revenue_integrity
    assert "errors" in refused.value.evidence


WRITES: dict[str, Callable[[Billing, str], Any]] = {
    "post_charge": lambda billing, key: post(billing, key),
    "void_charge": lambda billing, key: billing.void_charge(key, wire_key=wire_key(key)),
    "credit_charge": lambda billing, key: billing.request_credit(key, wire_key=wire_key(key)),
}


@pytest.mark.parametrize("operation", WRITES)
async def test_the_patient_whom_a_refusal_names_is_evidence_and_never_the_summary(
    process: BillingProcess, billing: Billing, operation: str
) -> None:
    key = wire_key(f"names/{operation}")
    if operation != "post_charge":
        await settled(process, billing, key)
    await process.control("POST", "/faults", {"operation": operation, "kind": "refuse"})
    with pytest.raises(BusinessRefusal) as refused:
        await WRITES[operation](billing, key)
    patient = (await billing_patient(process, ACCOUNT))["pat_last"]
    assert patient in refused.value.evidence and patient not in str(refused.value)


async def test_a_credit_whose_answer_was_lost_is_given_once(process: BillingProcess, billing: Billing) -> None:
    key, account, case = wire_key("credit lost"), "A100004", "C-2026-0004"
    await billing.post_charge(a_charge(), account_number=account, case_number=case, wire_key=key)
    await process.control("POST", "/batch")
    await process.control("POST", f"/accounts/{account}/bill")
    await process.control("POST", "/faults", {"operation": "credit_charge", "kind": "cut"})
    with pytest.raises(Uncertain):
        await billing.request_credit(key, wire_key=wire_key("credit once"))
    credited = await billing.charge(key)
    assert credited is not None and not credited.live
    again = await billing.request_credit(key, wire_key=wire_key("credit once"))
    assert again.reference == wire_key("credit once")


async def billing_patient(process: BillingProcess, acct_no: str) -> dict[str, Any]:
    async with process.client() as client:
        found: dict[str, Any] = (await client.get("/accounts/lookup", params={"acct_no": acct_no})).json()["acct"]
    return found


async def test_the_vendors_webhooks_are_translated(
    process: BillingProcess, billing: Billing, subscriber: Subscriber
) -> None:
    subscriber.deliveries.clear()
    good, bad = wire_key("told-good"), wire_key("told-bad")
    await post(billing, good)
    await post(billing, bad, amount=Money(amount=Decimal(1), currency="USD"))
    await process.control("POST", "/batch")
    await process.control("POST", "/accounts", {"case_no": "C-2026-0036", "pat_last": "PLANTED"})
    await process.control("POST", "/cases/C-2026-0036", {"status": "closed"})
    await until(lambda: len(subscriber.deliveries) == 4)
    told = [hear(SYSTEM, Webhook(process.secret).verify(each.raw, each.headers)) for each in subscriber.deliveries]
    assert len({each.id for each in told}) == 4
    assert {each.time.tzinfo for each in told} == {UTC}
    assert all(abs(datetime.now(UTC) - each.time) < timedelta(minutes=5) for each in told)
    posted, rejected, opened, closed = told
    assert (posted.type, posted.number, posted.facility) == (EventType.charge_posted, good, "NORTH")
    found = await billing.charge(good)
    assert found is not None and found.model_dump(mode="json") == posted.data
    assert (rejected.type, rejected.number) == (EventType.charge_rejected, bad)
    assert rejected.data["reason"] == "R05: the amount disagrees with the master"
    assert (opened.type, opened.number, opened.facility) == (EventType.account_opened, "C-2026-0036", "SOUTH")
    assert set(opened.data) == {"surgical_case", "account"}
    assert (closed.type, closed.data) == (
        EventType.case_changed,
        {"surgical_case": "C-2026-0036", "case_status": "closed"},
    )
    assert "PLANTED" not in str(told)
