"""Movements of the sandbox inventory: on hand is their sum; what is refused posts as a discrepancy; nothing dedupes."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.sandbox.inventory_process import AT_OR_1, Inventory, client, make_secret, receiving, running


@pytest_asyncio.fixture(scope="module")
async def inventory(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Inventory]:
    folder: Path = tmp_path_factory.mktemp("movements")
    secret = make_secret()
    async with receiving(secret) as receiver, running(folder, hooks_url=receiver.url, secret=secret) as inventory:
        yield inventory


async def test_on_hand_is_the_sum_of_movements(inventory: Inventory) -> None:
    before = await inventory.on_hand("SKU-4707")
    for ref, qty in (("sum-1", 2), ("sum-2", 1.5), ("sum-3", 0.125)):
        assert (await inventory.book(ref, sku="SKU-4707", qty=qty)).status_code == 201
    assert before - await inventory.on_hand("SKU-4707") == 3.625
    stock = (await inventory.caller.get("/v2/stock", params={"sku": "SKU-4707"} | AT_OR_1)).json()["data"]
    movements = (await inventory.caller.get("/v2/movements", params={"sku": "SKU-4707"})).json()["data"]
    here = [each["delta"] for each in movements if each["location"] == "OR-1" and each["facility"] == "northCampus"]
    assert stock[0]["onHand"] == sum(here) == await inventory.on_hand("SKU-4707")


async def test_the_same_request_twice_books_twice(inventory: Inventory) -> None:
    first, second = await inventory.book("twice"), await inventory.book("twice")
    assert first.json()["movementId"] != second.json()["movementId"]
    assert [each["movementId"] for each in await inventory.booked("twice")] == [
        first.json()["movementId"],
        second.json()["movementId"],
    ]


async def test_movements_are_found_by_several_references_by_id_and_by_use(inventory: Inventory) -> None:
    one = (await inventory.book("ref-a", useId="use_x")).json()
    two = (await inventory.book("ref-b")).json()
    await inventory.book("ref-c")
    search: list[dict[str, Any]] = [
        {"externalRef": ["ref-a", "ref-b", "ref-none"]},
        {"movementId": [one["movementId"], two["movementId"]]},
    ]
    for params in search:
        found = (await inventory.caller.get("/v2/movements", params=params)).json()["data"]
        assert found == [one, two]
    assert (await inventory.caller.get("/v2/movements", params={"useId": "use_x"})).json()["data"] == [one]
    assert (await inventory.caller.get(f"/v2/movements/{one['movementId']}")).json() == one


async def test_a_reversal_is_a_contra_that_nobody_checks_and_that_can_be_reversed(inventory: Inventory) -> None:
    before = await inventory.on_hand()
    booked = (await inventory.book("undo-0", qty=3, serviceDate="2026-11-20")).json()
    contras = []
    for ref in ("undo-1", "undo-2"):
        body = {"type": "reversal", "reverses": booked["movementId"], "externalRef": ref}
        contras.append((await inventory.caller.post("/v2/movements", json=body)).json())
    assert [each["delta"] for each in contras] == [3, 3]
    assert await inventory.on_hand() == before + 3
    body = {"type": "reversal", "reverses": contras[1]["movementId"], "externalRef": "undo-3"}
    again = (await inventory.caller.post("/v2/movements", json=body)).json()
    assert (again["delta"], again["serviceDate"]) == (-3, "2026-11-20")
    assert await inventory.on_hand() == before


REFUSALS: list[tuple[str, dict[str, Any]]] = [
    ("insufficientStock", {"sku": "SKU-4703", "qty": 100_000}),
    ("unknownLot", {"sku": "SKU-4701", "lot": "NO-SUCH-LOT"}),
    ("lotExpired", {"sku": "SKU-4701", "lot": "L4701X"}),
    ("lotQuarantined", {"sku": "SKU-4701", "lot": "L4701Q"}),
    ("lotOnRecall", {"sku": "SKU-4701", "lot": "L4701R"}),
    ("lotRequired", {"sku": "SKU-4702"}),
    ("serialRequired", {"sku": "SKU-4700"}),
    ("unknownSerial", {"sku": "SKU-4700", "serial": "SN-NONE"}),
    ("lotExpired", {"sku": "SKU-4700", "serial": "SN4700005"}),
    ("insufficientStock", {"sku": "SKU-4700", "serial": "SN4700007"}),
]


@pytest.mark.parametrize(("code", "fields"), REFUSALS)
async def test_what_a_consumption_is_refused_for_posts_as_a_discrepancy(
    inventory: Inventory, code: str, fields: dict[str, Any]
) -> None:
    refused = await inventory.book("plain", **fields)
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, code)
    before = await inventory.on_hand(fields["sku"])
    posted = await inventory.book("odd", type="discrepancy", reason=code, **fields)
    assert posted.status_code == 201, posted.text
    assert before - await inventory.on_hand(fields["sku"]) == fields.get("qty", 1)


async def test_a_par_cart_never_refuses_for_want_of_stock(inventory: Inventory) -> None:
    assert (await inventory.book("cart", location="ED-CART", qty=5000)).status_code == 201


async def test_a_recall_marks_lots_and_stops_normal_movements(inventory: Inventory) -> None:
    assert (await inventory.book("lot-1", sku="SKU-4706", lot="L4706A")).status_code == 201
    body = {"sku": "SKU-4706", "lots": ["L4706A"], "reason": "Wrong label"}
    recall = (await inventory.caller.post("/v2/recalls", json=body)).json()
    answer = await inventory.caller.get("/v2/lookups/use", params=AT_OR_1 | {"sku": "SKU-4706", "lot": "L4706A"})
    lot = answer.json()["lot"]
    assert (lot["condition"], lot["recallId"]) == ("onRecall", recall["recallId"])
    refused = await inventory.book("lot-2", sku="SKU-4706", lot="L4706A")
    assert refused.json()["error"]["code"] == "lotOnRecall"


async def test_one_look_up_answers_item_lot_and_on_hand(inventory: Inventory) -> None:
    item = (await inventory.caller.get("/v2/items/SKU-4705")).json()
    box = next(each for each in item["packs"] if each["level"] == "box")
    params = AT_OR_1 | {"gtin": box["gtin"], "lot": "L4705A"}
    answer = (await inventory.caller.get("/v2/lookups/use", params=params)).json()
    assert (answer["item"], answer["scannedPack"]) == (item, box)
    assert (answer["lot"]["condition"], answer["lot"]["owner"]) == ("inDate", "supplier")
    assert 0 < answer["onHand"]["lot"] < answer["onHand"]["total"]
    unknown = (await inventory.caller.get("/v2/lookups/use", params=AT_OR_1 | {"sku": "SKU-4739"})).json()
    assert (unknown["item"], unknown["onHand"]) == (None, None)


async def test_gtins_carry_a_right_check_digit_at_every_level(inventory: Inventory) -> None:
    items = (await inventory.caller.get("/v2/items", params={"limit": 500})).json()["data"]
    assert len(items) == 39
    for gtin in (pack["gtin"] for item in items for pack in item["packs"]):
        weighted = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(gtin))
        assert len(gtin) == 14
        assert weighted % 10 == 0
    found = (await inventory.caller.get("/v2/items", params={"alias": "OLD-4711"})).json()["data"]
    assert found[0]["sku"] == "SKU-4711"


async def test_a_shifted_clock_expires_a_lot(inventory: Inventory) -> None:
    params = AT_OR_1 | {"sku": "SKU-4701", "lot": "L4701A"}
    await inventory.control.post("/_control/clock", json={"offset_seconds": 6 * 365 * 86400})
    late = (await inventory.caller.get("/v2/lookups/use", params=params)).json()
    dated = (await inventory.caller.get("/v2/lookups/use", params=params | {"on": "2026-11-20"})).json()
    await inventory.control.post("/_control/clock", json={"offset_seconds": 0})
    assert (late["lot"]["condition"], dated["lot"]["condition"]) == ("expired", "inDate")


@pytest.mark.parametrize(
    "body",
    [
        b"", b"nonsense", b"[]", b"{", b'{"type": "consumption"}', b'{"type": "consumption", "qty": "1"}',
        b'{"type": "\\ud800"}', b'{"\\ud800": 1}', b'{"type": "reversal"}', b"\xff\xfe", b"[" * 50_000,
        b'{"type": "consumption", "qty": NaN}', b'{"type": "consumption", "qty": 0.0001}',
        b'{"type": "consumption", "qty": 1e400}', b'{"type":"reversal","reverses":"a","qty":-1}',
    ],
)  # fmt: skip
async def test_malformed_bodies_are_refused_in_the_vendors_shape(inventory: Inventory, body: bytes) -> None:
    answer = await inventory.caller.post("/v2/movements", content=body, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 422), answer.text
    assert set(answer.json()["error"]) == {"code", "detail", "field"}


async def test_tokens_and_scopes_are_checked(inventory: Inventory) -> None:
    url = str(inventory.caller.base_url)
    for token, status in (("nobody", 401), ("reader", 403)):
        async with client(url, token) as other:
            answer = await other.post("/v2/movements", json={})
            assert answer.status_code == status
            assert (await other.get("/_control/requests")).status_code == (401 if token == "nobody" else 403)
    assert (await inventory.caller.get("/_control/requests")).status_code == 403
    assert (await inventory.caller.get("/v2/nothing")).json()["error"]["code"] == "notFound"
