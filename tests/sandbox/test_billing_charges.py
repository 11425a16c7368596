"""The charges of the sandbox's billing system: accepted at once, posted or rejected in a batch, voided, credited."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from tests.sandbox.billing_process import PRICE_4702, BillingProcess, charge, standing


@pytest.fixture(scope="module")
def billing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BillingProcess]:
    with BillingProcess(tmp_path_factory.mktemp("billing")) as process:
        yield process


@pytest.fixture
async def client(billing: BillingProcess) -> AsyncIterator[httpx.AsyncClient]:
    await billing.reset()
    async with billing.client() as client:
        yield client


async def test_a_charge_is_accepted_at_once_and_posted_by_the_next_batch(
    billing: BillingProcess, client: httpx.AsyncClient
) -> None:
    await billing.control("POST", "/batch/settings", {"held": True})
    answer = await client.post("/charges", json=charge("post-1"))
    assert (answer.status_code, answer.json()["status"]) == (202, "PEND")
    assert (await client.get("/charges/post-1")).json()["status"] == "PEND"
    assert await billing.control("POST", "/batch") == {"posted": 1, "rejected": 0}
    posted = (await client.get("/charges/post-1")).json()
    assert posted["status"] == "POST"
    assert posted["post_dt"] is not None
    assert (posted["units"], posted["amt"], posted["rev_cd"], posted["cdm_ver"]) == (
        2,
        2 * PRICE_4702,
        "0272",
        "2026.1",
    )


async def test_a_second_post_with_the_same_charge_id_answers_409_with_the_first_answer(
    client: httpx.AsyncClient,
) -> None:
    first = await client.post("/charges", json=charge("twice"))
    await standing(client, "twice")
    again = await client.post("/charges", json=charge("twice", units=7))
    assert (again.status_code, again.json()) == (409, first.json())
    assert len((await client.get("/charges", params={"charge_id": "twice"})).json()["charges"]) == 1


@pytest.mark.parametrize(
    ("name", "changed", "code"),
    [
        ("closed account", {"acct_no": "A100037", "case_no": None}, "R01"),
        ("billed account", {"acct_no": "A100013", "case_no": None}, "R02"),
        ("code of next year", {"cdm_code": "27004719"}, "R03"),
        ("code before its first day", {"dos": "12/31/2024"}, "R03"),
        ("too many units", {"units": 201, "amt": 201 * PRICE_4702}, "R04"),
        ("wrong amount", {"amt": 1}, "R05"),
        ("case of another account", {"case_no": "C-2026-0002"}, "R06"),
    ],
)
async def test_the_batch_rejects_and_says_why(
    client: httpx.AsyncClient, name: str, changed: dict[str, object], code: str
) -> None:
    charge_id = "rej-" + name.replace(" ", "-")
    assert (await client.post("/charges", json=charge(charge_id, **changed))).status_code == 202
    rejected = await standing(client, charge_id)
    assert (rejected["status"], rejected["rej_cd"], rejected["post_dt"]) == ("REJ", code, None)
    acct_no = str(changed.get("acct_no", "A100001"))
    patient = (await client.get("/accounts/lookup", params={"acct_no": acct_no})).json()["acct"]
    assert f"{patient['pat_last']}, {patient['pat_first']}" in rejected["rej_rsn"]


async def test_control_rejects_a_charge_by_hand(billing: BillingProcess, client: httpx.AsyncClient) -> None:
    await billing.control("POST", "/batch/rejections", {"key_contains": "by-hand", "text": "Not today"})
    await client.post("/charges", json=charge("by-hand"))
    await client.post("/charges", json=charge("untouched"))
    rejected = await standing(client, "by-hand")
    assert (rejected["status"], rejected["rej_cd"], rejected["rej_rsn"]) == ("REJ", "R99", "Not today")
    assert (await standing(client, "untouched"))["status"] == "POST"


async def test_unknown_account_and_unknown_code_are_refused_at_once(client: httpx.AsyncClient) -> None:
    for changed, code, loc in (
        ({"acct_no": "A999999"}, "B102", "acct_no"),
        ({"acct_no": "A100018"}, "B102", "acct_no"),
        ({"cdm_code": "27004711"}, "B103", "cdm_code"),
    ):
        answer = await client.post("/charges", json=charge("refused", **changed))
        assert answer.status_code == 422
        assert [(each["code"], each["loc"]) for each in answer.json()["errors"]] == [(code, loc)]
    assert (await client.get("/charges/refused")).status_code == 404


async def test_batches_wait_for_their_delay_and_keep_the_order_asked_for(
    billing: BillingProcess, client: httpx.AsyncClient
) -> None:
    await billing.control("POST", "/batch/settings", {"interval_sec": 0.05, "delay_sec": 3600})
    await client.post("/charges", json=charge("delayed"))
    done = [each["seq"] for each in await billing.requests(operation="post_charge", key="delayed")]
    assert len(done) == 1
    assert (await client.get("/charges/delayed")).json()["status"] == "PEND"
    await billing.control("POST", "/clock", {"offset_seconds": 3601})
    assert (await standing(client, "delayed"))["status"] == "POST"

    await billing.control("POST", "/batch/settings", {"held": True, "order": "lifo"})
    for each in ("order-1", "order-2", "order-3"):
        await client.post("/charges", json=charge(each))
    await billing.control("POST", "/batch")
    hooks = (await billing.control("GET", "/hooks"))["hooks"]
    told = [each for hook in hooks for each in ("order-1", "order-2", "order-3") if each in hook["body"]]
    assert told == ["order-3", "order-2", "order-1"]


async def test_a_void_takes_back_an_unbilled_charge_and_a_second_void_answers_the_first(
    client: httpx.AsyncClient,
) -> None:
    await client.post("/charges", json=charge("void-me"))
    await standing(client, "void-me")
    first = await client.post("/charges/void-me/void", json={"void_id": "v-1", "rsn_cd": "WRONGPT"})
    assert first.status_code == 200
    assert (first.json()["amt"], first.json()["status"]) == (-2 * PRICE_4702, "VOID")
    for void_id in ("v-1", "v-2"):
        again = await client.post("/charges/void-me/void", json={"void_id": void_id})
        assert (again.status_code, again.json()) == (409, first.json())
    found = (await client.get("/charges", params={"void_id": "v-1"})).json()["charges"]
    assert [(each["charge_id"], each["status"], each["void"]["void_id"]) for each in found] == [
        ("void-me", "VOID", "v-1")
    ]


async def test_a_pending_charge_that_was_voided_is_not_posted(
    billing: BillingProcess, client: httpx.AsyncClient
) -> None:
    await billing.control("POST", "/batch/settings", {"held": True})
    await client.post("/charges", json=charge("void-pending"))
    assert (await client.post("/charges/void-pending/void", json={"void_id": "vp"})).status_code == 200
    assert await billing.control("POST", "/batch") == {"posted": 0, "rejected": 0}
    assert (await client.get("/charges/void-pending")).json()["status"] == "VOID"


async def test_an_unknown_or_rejected_charge_cannot_be_voided(client: httpx.AsyncClient) -> None:
    unknown = await client.post("/charges/nobody/void", json={"void_id": "vx"})
    assert (unknown.status_code, unknown.json()["errors"][0]["code"]) == (404, "B104")
    await client.post("/charges", json=charge("was-rejected", amt=1))
    await standing(client, "was-rejected")
    refused = await client.post("/charges/was-rejected/void", json={"void_id": "vy"})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "B151")


async def test_after_the_final_bill_a_void_is_refused_and_a_credit_given(
    billing: BillingProcess, client: httpx.AsyncClient
) -> None:
    one = charge("billed-1", acct_no="A100002", case_no="C-2026-0002")
    await client.post("/charges", json=one)
    await standing(client, "billed-1")
    early = await client.post("/charges/billed-1/credits", json={"credit_id": "early"})
    assert (early.status_code, early.json()["errors"][0]["code"]) == (422, "B160")

    billed = await billing.control("POST", "/accounts/A100002/bill")
    assert billed["acct_sts"] == "billed"
    assert (await client.get("/charges/billed-1")).json()["status"] == "BILLED"
    refused = await client.post("/charges/billed-1/void", json={"void_id": "late"})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "B150")

    part = await client.post("/charges/billed-1/credits", json={"credit_id": "c-1", "units": 1, "amt": PRICE_4702})
    assert part.status_code == 201
    again = await client.post("/charges/billed-1/credits", json={"credit_id": "c-1"})
    assert (again.status_code, again.json()) == (409, part.json())
    assert (await client.get("/charges/billed-1")).json()["status"] == "BILLED"
    too_much = await client.post("/charges/billed-1/credits", json={"credit_id": "c-2", "units": 2, "amt": 2})
    assert (too_much.status_code, too_much.json()["errors"][0]["code"]) == (422, "B161")
    rest = await client.post("/charges/billed-1/credits", json={"credit_id": "c-3"})
    assert (rest.json()["units"], rest.json()["amt"]) == (1, -PRICE_4702)
    found = (await client.get("/charges", params={"credit_id": "c-3"})).json()["charges"]
    assert [(each["status"], len(each["credits"])) for each in found] == [("CRED", 2)]


async def test_a_void_or_credit_id_of_another_charge_is_refused_and_half_a_credit_too(
    billing: BillingProcess, client: httpx.AsyncClient
) -> None:
    for charge_id in ("mine", "other"):
        await client.post("/charges", json=charge(charge_id, acct_no="A100004", case_no="C-2026-0004"))
        await standing(client, charge_id)
    for charge_id in ("void-1", "void-2"):
        await client.post("/charges", json=charge(charge_id))
        await standing(client, charge_id)
    assert (await client.post("/charges/void-1/void", json={"void_id": "one-id"})).status_code == 200
    refused = await client.post("/charges/void-2/void", json={"void_id": "one-id"})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "B152")
    assert (await client.get("/charges/void-2")).json()["status"] == "POST"

    await billing.control("POST", "/accounts/A100004/bill")
    for half in ({"units": 1}, {"amt": PRICE_4702}):
        refused = await client.post("/charges/mine/credits", json={"credit_id": "half", **half})
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "B002")
    assert (await client.post("/charges/mine/credits", json={"credit_id": "one-credit"})).status_code == 201
    refused = await client.post("/charges/other/credits", json={"credit_id": "one-credit"})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "B162")
    assert (await client.get("/charges/other")).json()["status"] == "BILLED"


async def test_charges_are_listed_by_id_by_account_and_in_pages(client: httpx.AsyncClient) -> None:
    for number in range(5):
        body = charge(f"page-{number}", acct_no="A100005", case_no="C-2026-0005")
        assert (await client.post("/charges", json=body)).status_code == 202
    named = await client.get("/charges", params={"charge_id": ["page-3", "page-1", "no-such"]})
    assert [each["charge_id"] for each in named.json()["charges"]] == ["page-1", "page-3"]
    seen: list[str] = []
    after: int | None = 0
    while after is not None:
        page = (await client.get("/charges", params={"acct_no": "A100005", "after_seq": after, "limit": 2})).json()
        seen += [each["charge_id"] for each in page["charges"]]
        after = page["next_seq"]
    assert seen == [f"page-{number}" for number in range(5)]


async def test_the_device_is_kept_with_the_charge(client: httpx.AsyncClient) -> None:
    device = {"dev_id": "00950000047027", "lot_no": "L-77", "serial_no": "SN/1"}
    await client.post("/charges", json=charge("device", **device))
    kept = await standing(client, "device")
    assert {name: kept[name] for name in device} == device
