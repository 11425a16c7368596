"""The look-ups of the sandbox's billing system: accounts, cases, the charge description master; tokens and scopes."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from tests.sandbox.billing_process import BillingProcess, Subscriber, charge, standing, until


@pytest.fixture(scope="module")
def subscriber() -> Iterator[Subscriber]:
    with Subscriber() as subscriber:
        yield subscriber


@pytest.fixture(scope="module")
def billing(tmp_path_factory: pytest.TempPathFactory, subscriber: Subscriber) -> Iterator[BillingProcess]:
    with BillingProcess(tmp_path_factory.mktemp("billing"), hooks_url=subscriber.url) as process:
        yield process


@pytest.fixture
async def client(billing: BillingProcess) -> AsyncIterator[httpx.AsyncClient]:
    await billing.reset()
    async with billing.client() as client:
        yield client


async def test_one_request_answers_case_and_account_by_either_number(client: httpx.AsyncClient) -> None:
    by_case = (await client.get("/accounts/lookup", params={"case_no": "C-2026-0004"})).json()
    by_account = (await client.get("/accounts/lookup", params={"acct_no": "A100004"})).json()
    assert by_case == by_account
    assert by_case["case"]["case_sts"] in ("scheduled", "open", "verified", "closed")
    assert by_case["acct"]["acct_no"] == "A100004"
    assert by_case["acct"]["mrn"].startswith("MRN")
    both = await client.get("/accounts/lookup", params={"acct_no": "A100004", "case_no": "C-2026-0001"})
    assert (both.json()["acct"]["acct_no"], both.json()["case"]["case_no"]) == ("A100004", "C-2026-0001")


async def test_unknown_numbers_are_not_found(client: httpx.AsyncClient) -> None:
    case = await client.get("/accounts/lookup", params={"case_no": "C-2026-9999"})
    assert (case.status_code, case.json()["errors"][0]["code"]) == (404, "B105")
    account = await client.get("/accounts/lookup", params={"acct_no": "A999999"})
    assert (account.status_code, account.json()["errors"][0]["code"]) == (404, "B102")
    neither = await client.get("/accounts/lookup")
    assert (neither.status_code, neither.json()["errors"][0]["code"]) == (422, "B002")


async def test_the_account_of_a_case_is_opened_later_and_told(
    billing: BillingProcess, client: httpx.AsyncClient, subscriber: Subscriber
) -> None:
    before = (await client.get("/accounts/lookup", params={"case_no": "C-2026-0009"})).json()
    assert (before["case"]["case_no"], before["acct"]) == ("C-2026-0009", None)
    opened = await billing.control("POST", "/accounts", {"case_no": "C-2026-0009", "pat_last": "PLANTED"})
    after = (await client.get("/accounts/lookup", params={"case_no": "C-2026-0009"})).json()
    assert after["acct"] == opened
    assert opened["pat_last"] == "PLANTED"
    await until(lambda: any(each["data"]["case_no"] == "C-2026-0009" for each in subscriber.bodies("acct.opened")))
    told = next(each for each in subscriber.bodies("acct.opened") if each["data"]["case_no"] == "C-2026-0009")
    assert told["data"]["acct_no"] == opened["acct_no"]
    body = charge("later", acct_no=opened["acct_no"], case_no="C-2026-0009")
    await client.post("/charges", json=body)
    assert (await standing(client, "later"))["status"] == "POST"


async def test_some_accounts_become_available_by_the_clock(
    billing: BillingProcess, client: httpx.AsyncClient, subscriber: Subscriber
) -> None:
    assert (await client.get("/accounts/lookup", params={"case_no": "C-2026-0018"})).json()["acct"] is None
    await billing.control("POST", "/clock", {"offset_seconds": 4 * 3600 + 60})
    found = (await client.get("/accounts/lookup", params={"case_no": "C-2026-0018"})).json()
    assert found["acct"]["acct_no"] == "A100018"
    await until(lambda: any(each["data"]["acct_no"] == "A100018" for each in subscriber.bodies("acct.opened")))


async def test_a_case_that_is_verified_or_closed_is_told(
    billing: BillingProcess, client: httpx.AsyncClient, subscriber: Subscriber
) -> None:
    for status in ("open", "verified", "closed"):
        await billing.control("POST", "/cases/C-2026-0003", {"status": status})
    found = (await client.get("/accounts/lookup", params={"case_no": "C-2026-0003"})).json()["case"]
    assert found["case_sts"] == "closed"
    assert found["verf_tm"] and found["close_tm"]
    await until(lambda: bool(subscriber.bodies("case.closed")))
    assert [each["data"]["case_sts"] for each in subscriber.bodies("case.verified")] == ["verified"]
    assert subscriber.bodies("case.closed")[0]["data"]["case_no"] == "C-2026-0003"


async def test_every_ninth_case_has_no_account_and_some_are_billed(client: httpx.AsyncClient) -> None:
    statuses = {}
    for number in range(10, 61):
        found = (await client.get("/accounts/lookup", params={"case_no": f"C-2026-{number:04d}"})).json()
        statuses[number] = found["acct"] and found["acct"]["acct_sts"]
    assert [number for number, status in statuses.items() if status is None] == [18, 27, 36, 45, 54]
    assert [number for number, status in statuses.items() if status == "billed"] == [13, 26, 39, 52]
    assert [number for number, status in statuses.items() if status == "closed"] == [37]


async def test_the_master_answers_the_row_in_force_on_the_service_date(client: httpx.AsyncClient) -> None:
    async def version(supply_ref: str, dos: str) -> tuple[str | None, str | None]:
        found = (await client.get("/cdm/lookup", params={"supply_ref": supply_ref, "dos": dos})).json()
        return found["row"] and found["row"]["ver"], found["rsn"]

    assert 4704 % 7 == 0
    assert await version("S4704", "12/31/2025") == ("2025.1", None)
    assert await version("S4704", "01/01/2026") == ("2026.1", None)
    assert await version("S4704", "06/30/2026") == ("2026.1", None)
    assert await version("S4704", "07/01/2026") == ("2026.2", None)
    assert await version("S4704", "12/31/2024") == (None, "NOT_EFFECTIVE")
    assert await version("S4711", "11/20/2026") == (None, "NOT_ON_FILE")
    assert await version("S4719", "12/31/2026") == (None, "NOT_EFFECTIVE")
    assert await version("S4719", "01/01/2027") == ("2027.1", None)


async def test_the_master_is_found_by_each_and_box_gtin(client: httpx.AsyncClient) -> None:
    found = [
        (await client.get("/cdm/lookup", params={"gtin": gtin, "dos": "11/20/2026"})).json()["row"]["supply_ref"]
        for gtin in (_gtin("0", 4702), _gtin("1", 4702))
    ]
    assert found == ["S4702", "S4702"]


async def test_a_markup_row_has_tiers_instead_of_a_price(client: httpx.AsyncClient) -> None:
    row = (await client.get("/cdm/lookup", params={"supply_ref": "S4701", "dos": "11/20/2026"})).json()["row"]
    assert 4701 % 12 == 9
    assert (row["price_basis"], row["price"]) == ("MARKUP", None)
    assert [tier["cost_to"] for tier in row["tiers"]] == [50_000, 200_000, None]


async def test_control_adds_a_row_to_the_master(billing: BillingProcess, client: httpx.AsyncClient) -> None:
    asked = {"supply_ref": "S4739", "dos": "11/20/2026"}
    assert (await client.get("/cdm/lookup", params=asked)).json()["row"] is None
    await billing.control("POST", "/cdm", {"supply_ref": "S4739", "cdm_code": "27004739", "price": 1234})
    row = (await client.get("/cdm/lookup", params=asked)).json()["row"]
    assert (row["cdm_code"], row["price"]) == ("27004739", 1234)


async def test_tokens_and_scopes_are_checked(billing: BillingProcess, client: httpx.AsyncClient) -> None:
    async with billing.client("no-such-token") as stranger:
        unknown = await stranger.get("/charges")
    async with billing.client(billing.reader_token) as reader:
        allowed = await reader.get("/charges")
        missing = await reader.post("/charges", json=charge("no-right"))
        control = await reader.get("/_control/faults")
    assert (unknown.status_code, unknown.json()["errors"][0]["code"]) == (401, "B401")
    assert allowed.status_code == 200
    assert (missing.status_code, missing.json()["errors"][0]["code"]) == (403, "B403")
    assert control.status_code == 403
    assert (await client.get("/charges/no-right")).status_code == 404


def _gtin(level: str, number: int) -> str:
    digits = f"{level}0950000{number:05d}"
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(digits))
    return digits + str((10 - total % 10) % 10)
