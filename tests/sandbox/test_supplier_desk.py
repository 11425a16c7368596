"""The order desk takes messages once under their key, keeps them findable, and gives back what nothing was built on."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.sandbox.inventory_process import until
from tests.sandbox.supplier_process import ORDER, Desk, desk
from tests.support.sandbox import SandboxSystem


@pytest_asyncio.fixture(scope="module")
async def supplier(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with desk(tmp_path_factory.mktemp("desk")) as started:
        yield started


@pytest.fixture(autouse=True)
async def calm(supplier: Desk) -> AsyncIterator[None]:
    yield
    await supplier.system.control("DELETE", "faults")


async def test_the_same_key_answers_the_message_as_it_now_stands(supplier: Desk) -> None:
    first = await supplier.send(number="ONCE", key="once")
    again = await supplier.send(number="ONCE", key="once")
    assert (first.status_code, again.status_code) == (201, 200)
    assert (first.json(), "idempotent-replay" in first.headers) == (again.json(), False)
    assert again.headers["idempotent-replay"] == "true"
    ref = first.json()["ref"]
    await supplier.caller.post(f"/x1/orders/{ref}/withdrawal")
    assert (await supplier.send(number="ONCE", key="once")).json()["state"] == "withdrawn"
    other = await supplier.send(number="ONCE", key="once", currency="EUR")
    assert (other.status_code, other.json()["type"]) == (409, "key-reused")


async def test_a_key_expires_after_a_day_and_is_found_for_good(supplier: Desk) -> None:
    first = (await supplier.send(number="DAY", key="day")).json()
    await supplier.system.control("POST", "clock", {"offset_seconds": 86399})
    assert (await supplier.send(number="DAY", key="day")).json()["ref"] == first["ref"]
    await supplier.system.control("POST", "clock", {"offset_seconds": 86402})
    second = await supplier.send(number="DAY", key="day")
    await supplier.system.control("POST", "clock", {"offset_seconds": 0})
    assert second.status_code == 201
    for query in ({"key": "day"}, {"number": "DAY"}):
        found = (await supplier.caller.get("/x1/orders", params=query)).json()["messages"]
        assert [one["ref"] for one in found] == [first["ref"], second.json()["ref"]]


async def test_a_message_without_a_key_comes_as_often_as_it_is_sent(supplier: Desk) -> None:
    refs = {(await supplier.send(number="KEYLESS")).json()["ref"] for _ in range(2)}
    assert len(refs) == 2


@pytest.mark.parametrize(
    ("changed", "code", "pointer"),
    [
        ({"partner": "nobody"}, "unknown-partner", "partner"),
        ({"account": "1"}, "unknown-account", "account"),
        ({"lines": []}, "not-valid", "lines"),
        ({"lines": [ORDER["lines"][0]] * 2}, "not-valid", "lines"),
        ({"lines": [{"line": 1, "quantity": "1"}]}, "part-missing", "lines"),
        ({"lines": [ORDER["lines"][0] | {"quantity": "-1"}]}, "not-valid", "lines/0/quantity"),
        ({"surgical-case": "SC-1"}, "not-valid", "surgical-case"),
        ({"patient": "P-1"}, "not-valid", "patient"),
    ],
)
async def test_what_the_desk_cannot_take_is_a_problem_that_names_the_field(
    supplier: Desk, changed: dict[str, object], code: str, pointer: str
) -> None:
    refused = await supplier.send(number="BAD", key="bad", **changed)
    problem = refused.json()
    assert (refused.status_code, problem["type"], problem["pointer"]) == (422, code, pointer)
    assert refused.headers["content-type"] == "application/problem+json"
    assert (await supplier.caller.get("/x1/orders", params={"key": "bad"})).json()["messages"] == []


async def test_an_order_is_cancelled_until_goods_are_on_their_way(supplier: Desk) -> None:
    one, two = [(await supplier.send(number=number)).json()["ref"] for number in ("CANCEL", "SENT")]
    first = await supplier.caller.post(f"/x1/orders/{one}/withdrawal")
    second = await supplier.caller.post(f"/x1/orders/{one}/withdrawal")
    assert first.json()["state"] == "withdrawn"
    assert second.json() == first.json()
    await supplier.step({"do": "ship", "terms": [{"line": 1, "quantity": "1"}]}, number="SENT")
    refused = await supplier.caller.post(f"/x1/orders/{two}/withdrawal")
    assert (refused.status_code, refused.json()["type"]) == (409, "already-shipped")


async def test_a_cancelled_order_is_neither_answered_nor_shipped(supplier: Desk) -> None:
    ref = (await supplier.send(number="QUIET")).json()["ref"]
    await supplier.caller.post(f"/x1/orders/{ref}/withdrawal")
    states = [one["state"] for one in (await supplier.system.control("GET", "plans"))["steps"] if one["ref"] == ref]
    assert states == ["dropped"] * 3


async def test_what_a_change_leaves_is_what_is_shipped_until_the_change_is_withdrawn(supplier: Desk) -> None:
    await supplier.send(number="LESS")
    line = ORDER["lines"][0]
    change = await supplier.send("order-changes", number="LESS", revision=2, lines=[line | {"quantity": "1"}])
    [said] = await supplier.advance("LESS", message="order-changes")
    assert (said["revision"], [each["quantity"] for each in said["lines"]]) == (2, ["1"])
    await supplier.caller.post(f"/x1/order-changes/{change.json()['ref']}/withdrawal")
    _, shipped, _ = await supplier.advance("LESS")
    assert [each["quantity"] for each in shipped["lines"]] == ["4", "2"]
    late = await supplier.send("order-changes", number="LESS", revision=2, lines=[line | {"quantity": "3"}])
    assert (late.status_code, late.json()["type"]) == (409, "already-shipped")


async def test_a_replacement_is_shipped_to_its_account_without_an_order(supplier: Desk) -> None:
    parties = {"partner": "alpen", "account": "70020"}
    lines = [{"line": 1, "buyer-part": "4720", "quantity": "1"}]
    body = parties | {"number": "RP-1", "deliver-to": "CATH", "lines": lines}
    assert (await supplier.caller.post("/x1/replacements", json=body)).status_code == 201
    [shipped] = await supplier.advance("RP-1", message="replacements")
    assert (shipped["buyer-order"], shipped["buyer-request"], shipped["buyer-site"]) == (None, "RP-1", "SOUTH")
    assert shipped["lines"][0]["batches"][0]["serial"].startswith("S4720-")


async def test_a_late_message_is_applied_once_however_often_it_is_sent(supplier: Desk) -> None:
    await supplier.system.fault("place_order", "apply_late", key_contains="late")
    with pytest.raises(Exception, match="disconnected"):
        await supplier.send(number="LATE", key="late")
    assert (await supplier.caller.get("/x1/orders", params={"key": "late"})).json()["messages"] == []
    assert (await supplier.send(number="LATE", key="late")).headers["idempotent-replay"] == "true"
    assert len((await supplier.caller.get("/x1/orders", params={"key": "late"})).json()["messages"]) == 1


async def test_a_message_held_at_a_barrier_is_applied_when_it_is_let_go(supplier: Desk) -> None:
    order = {"operation": "place_order", "at": "received", "key_contains": "held"}
    barrier = (await supplier.system.control("POST", "barriers", order))["barrier"]
    sending = asyncio.create_task(supplier.send(number="HELD", key="held"))
    assert (await supplier.system.control("GET", f"barriers/{barrier}", wait="10"))["reached"]
    assert (await supplier.caller.get("/x1/orders", params={"key": "held"})).json()["messages"] == []
    await supplier.system.control("POST", f"barriers/{barrier}/release")
    assert (await sending).status_code == 201


async def test_messages_steps_and_papers_outlive_the_process(tmp_path: Path) -> None:
    async with desk(tmp_path) as started:
        ref = (await started.send(number="KEPT", key="kept")).json()["ref"]
        await started.advance("KEPT", steps=1)
        await started.system.stop()
        await started.system.start()
        assert (await started.send(number="KEPT", key="kept")).json()["ref"] == ref
        assert [paper["paper"][:7] for paper in await started.advance("KEPT")] == ["DEL-ASN", "IV-0000"]
        assert len((await started.system.control("GET", "papers", number="KEPT"))["papers"]) == 3


async def test_partners_go_on_by_themselves_at_the_usual_pace(tmp_path: Path) -> None:
    async with desk(tmp_path) as started:
        system: SandboxSystem = started.system
        await system.control("POST", "pace", {"seconds": 0.01})
        await started.send(number="ALONE")
        bodies = await started.receiver.wait_for(3)
        assert [body["event"] for body in bodies] == ["order.acknowledged", "shipment.sent", "invoice.issued"]

        async def is_done() -> bool:
            return {step["state"] for step in (await system.control("GET", "plans"))["steps"]} == {"done"}

        await until(is_done)
