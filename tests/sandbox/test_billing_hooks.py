"""The webhooks of the sandbox's billing system: signed, in order, repeated until taken, never lost."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from standardwebhooks import Webhook, WebhookVerificationError

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
async def client(billing: BillingProcess, subscriber: Subscriber) -> AsyncIterator[httpx.AsyncClient]:
    await billing.reset()
    subscriber.deliveries.clear()
    subscriber.answers.clear()
    async with billing.client() as client:
        yield client


async def post(client: httpx.AsyncClient, *charge_ids: str) -> None:
    for charge_id in charge_ids:
        assert (await client.post("/charges", json=charge(charge_id))).status_code == 202


def told(subscriber: Subscriber) -> list[str]:
    return [each["data"]["charge_id"] for each in subscriber.bodies()]


async def test_a_posted_and_a_rejected_charge_are_told_with_signature_and_trace(
    billing: BillingProcess, client: httpx.AsyncClient, subscriber: Subscriber
) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    headers = {"X-Correlation-Id": "corr-1", "traceparent": trace}
    await client.post("/charges", json=charge("hook-good"), headers=headers)
    await client.post("/charges", json=charge("hook-bad", amt=1))
    await until(lambda: len(subscriber.deliveries) == 2)
    good, bad = subscriber.deliveries
    assert Webhook(billing.secret).verify(good.raw, good.headers) == good.body
    with pytest.raises(WebhookVerificationError):
        Webhook(billing.secret).verify(good.raw + b" ", good.headers)
    assert good.body["evt_id"] == good.headers["webhook-id"]
    assert (good.headers["traceparent"], good.headers["x-correlation-id"]) == (trace, "corr-1")
    assert "traceparent" not in bad.headers
    assert (good.body["evt_typ"], good.body["data"]["charge_id"]) == ("charge.posted", "hook-good")
    assert good.body["data"]["post_dt"] is not None
    assert (bad.body["evt_typ"], bad.body["data"]["rej_cd"]) == ("charge.rejected", "R05")


async def test_a_webhook_is_repeated_with_the_same_id(
    billing: BillingProcess, client: httpx.AsyncClient, subscriber: Subscriber
) -> None:
    await billing.control("POST", "/hooks", {"kind": "repeat", "count": 1})
    await post(client, "repeat-1", "repeat-2")
    await until(lambda: len(subscriber.deliveries) == 3)
    ids = [each.headers["webhook-id"] for each in subscriber.deliveries]
    assert told(subscriber) == ["repeat-1", "repeat-1", "repeat-2"]
    assert ids[0] == ids[1] != ids[2]


async def test_a_webhook_is_swapped_with_the_following_one(
    billing: BillingProcess, client: httpx.AsyncClient, subscriber: Subscriber
) -> None:
    await billing.control("POST", "/hooks", {"kind": "reorder", "count": 1})
    await post(client, "swap-1", "swap-2", "swap-3")
    await until(lambda: len(subscriber.deliveries) == 3)
    assert told(subscriber) == ["swap-2", "swap-1", "swap-3"]


async def test_a_webhook_with_none_to_be_swapped_with_goes_after_its_time(
    billing: BillingProcess, client: httpx.AsyncClient, subscriber: Subscriber
) -> None:
    await billing.control("POST", "/hooks", {"kind": "reorder", "count": 1, "seconds": 0.5})
    await post(client, "alone")
    assert (await standing(client, "alone"))["status"] == "POST"
    assert told(subscriber) == []
    await until(lambda: told(subscriber) == ["alone"])


async def test_a_webhook_is_delayed_and_overtaken(
    billing: BillingProcess, client: httpx.AsyncClient, subscriber: Subscriber
) -> None:
    await billing.control("POST", "/hooks", {"kind": "delay", "count": 1, "seconds": 1})
    await post(client, "delay-1", "delay-2")
    await until(lambda: len(subscriber.deliveries) == 2)
    assert told(subscriber) == ["delay-2", "delay-1"]


async def test_a_webhook_is_held_until_released(
    billing: BillingProcess, client: httpx.AsyncClient, subscriber: Subscriber
) -> None:
    await billing.control("POST", "/hooks", {"kind": "hold", "count": 1})
    await post(client, "hold-1", "hold-2")
    await until(lambda: told(subscriber) == ["hold-2"])
    assert (await billing.control("POST", "/hooks/release")) == {"released": 1}
    await until(lambda: told(subscriber) == ["hold-2", "hold-1"])


async def test_an_overloaded_subscriber_gets_it_again_in_order(
    client: httpx.AsyncClient, subscriber: Subscriber
) -> None:
    subscriber.answers += [(503, {}), (429, {"retry-after": "1"}), (500, {})]
    await post(client, "again-1", "again-2")
    await until(lambda: len(subscriber.deliveries) == 5)
    assert told(subscriber) == ["again-1"] * 4 + ["again-2"]


async def test_a_webhook_refused_for_good_is_kept_and_blocks_nothing(
    billing: BillingProcess, client: httpx.AsyncClient, subscriber: Subscriber
) -> None:
    subscriber.answers += [(409, {})]
    await post(client, "parked-1", "parked-2")
    await until(lambda: told(subscriber) == ["parked-1", "parked-2"])
    hooks = (await billing.control("GET", "/hooks"))["hooks"]
    (parked,) = [each for each in hooks if "parked-1" in each["body"]]
    assert (parked["state"], parked["last_status"]) == ("failed", 409)


async def test_no_webhook_is_lost_while_the_subscriber_is_away_and_billing_is_killed(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with Subscriber() as away:
        url = away.url
    process = BillingProcess(tmp_path_factory.mktemp("billing"), hooks_url=url).start()
    try:
        await process.reset()
        async with process.client() as client:
            await post(client, "lost-1", "lost-2")
            for charge_id in ("lost-1", "lost-2"):
                await standing(client, charge_id)
        process.kill()
        with Subscriber(port=int(url.split(":")[2].split("/")[0])) as back:
            process.start()
            await until(lambda: len(back.deliveries) >= 2)
            assert told(back) == ["lost-1", "lost-2"]
    finally:
        process.stop()
