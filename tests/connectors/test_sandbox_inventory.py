"""What the Inventory port of the sandbox has beside the contract: look-ups, contra movements, safety, and the events."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from canonical.documents.item import Ownership, Tracking
from canonical.documents.lot import Condition
from canonical.documents.usage import Usage, UsageCorrection
from canonical.errors import Audience, BusinessRefusal
from canonical.inbound import EventType, Inbound
from canonical.quantity import factor_between
from connectors.systems.sandbox_inventory.connector import SYSTEM, SandboxInventory
from connectors.systems.sandbox_inventory.settings import InventorySettings
from tests.connectors.hearing import hear
from tests.connectors.stock import ON, movement
from tests.sandbox.inventory_process import USE, Inventory, Receiver, make_secret, receiving, running


@pytest_asyncio.fixture(scope="module")
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving(make_secret()) as receiver:
        yield receiver


@pytest_asyncio.fixture(scope="module")
async def inventory(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> AsyncIterator[Inventory]:
    folder: Path = tmp_path_factory.mktemp("connector")
    async with running(folder, hooks_url=receiver.url, secret=receiver.secret) as inventory:
        yield inventory


@pytest_asyncio.fixture
async def connector(inventory: Inventory, tmp_path: Path) -> AsyncIterator[SandboxInventory]:
    connector = build(inventory, tmp_path, token="caller")
    yield connector
    await inventory.control.delete("/_control/faults")
    await connector.close()


def build(inventory: Inventory, folder: Path, *, token: str, timeout: str = "PT5S") -> SandboxInventory:
    (folder / "token").write_text(f"{token}\n")
    table = {"base_url": str(inventory.caller.base_url), "token_file": str(folder / "token"), "timeout": timeout}
    settings = InventorySettings.model_validate_json(json.dumps(table), strict=True)
    return SYSTEM.build("inventory", settings, outgoing=lambda: {"X-Correlation-Id": "cor-7"})


async def look_up(connector: SandboxInventory, **asked: Any) -> Any:
    nothing = {"item": None, "device_identifier": None, "lot": None, "serial": None}
    return await connector.look_up(**{"facility": "NORTH", "location": "OR-1"} | nothing | asked)


async def test_it_answers_doctor_and_declares_no_idempotency(connector: SandboxInventory) -> None:
    assert await connector.ping() == "Shelfwise inventory 2"
    assert (connector.declares.system, connector.declares.idempotent_for) == ("inventory", None)
    assert connector.declares.in_flight == timedelta(seconds=30)


async def test_a_look_up_by_number_or_by_scan_gives_item_lot_and_on_hand_in_one_request(
    inventory: Inventory, connector: SandboxInventory
) -> None:
    before = len((await inventory.control.get("/_control/requests")).json()["requests"])
    found = await look_up(connector, item="4705", lot="L4705A")
    requests = (await inventory.control.get("/_control/requests")).json()["requests"]
    assert [each["operation"] for each in requests[before:]] == ["lookup_use"]
    assert requests[-1]["correlationId"] == "cor-7"
    item = found.item
    assert (item.item, item.tracking, item.ownership) == ("4705", Tracking.lot_expiry, Ownership.sample)
    assert factor_between("box", "each", item.factors, on=date(2020, 1, 1)) == 5
    assert found.lot.known
    assert found.lot.on_hand > 0
    assert found.lot.expires >= date(2028, 1, 1)
    box = next(pack for pack in item.packs if pack.unit == "box")
    assert await look_up(connector, device_identifier=box.device_identifier, lot="L4705A") == found


@pytest.mark.parametrize(
    ("asked", "known", "condition"),
    [
        ({"item": "4701", "lot": "L4701X"}, True, Condition.available),
        ({"item": "4701", "lot": "L4701Q"}, True, Condition.quarantined),
        ({"item": "4701", "lot": "L4701R"}, True, Condition.recalled),
        ({"item": "4701", "lot": "NONE"}, False, Condition.available),
        ({"item": "4700", "serial": "SN4700001"}, True, Condition.available),
        ({"item": "4700", "serial": "SN4700006"}, True, Condition.quarantined),
        ({"item": "4700", "serial": "NONE"}, False, Condition.available),
        ({"item": "4703", "lot": "ANY"}, True, Condition.available),
        ({"item": "4701"}, True, Condition.available),
    ],
)
async def test_a_lot_or_serial_is_known_with_its_condition(
    connector: SandboxInventory, asked: dict[str, str], known: bool, condition: Condition
) -> None:
    lot = (await look_up(connector, **asked)).lot
    assert (lot.known, lot.condition) == (known, condition)
    assert (lot.on_hand > 0) == known
    if asked.get("lot") == "L4701X":
        assert lot.expires == date(2025, 6, 30)


async def test_units_of_charge_are_a_factor_of_the_item(connector: SandboxInventory) -> None:
    item = (await look_up(connector, item="4703")).item
    assert factor_between("each", item.charge_unit, item.factors, on=ON) == 2
    assert (await look_up(connector, item="4702")).item.charge_unit == "each"


async def test_what_is_not_known_is_none_and_an_unknown_location_is_refused(connector: SandboxInventory) -> None:
    unknown = [{"item": "4739"}, {"item": "NO SUCH"}, {"device_identifier": "+H123"}, {"device_identifier": "0" * 14}]
    for asked in [*unknown, {}]:
        found = await look_up(connector, **asked)
        assert (found.item, found.lot) == (None, None)
    assert (await look_up(connector, device_identifier="OLD-4711")).item.item == "4711"
    with pytest.raises(BusinessRefusal) as refused:
        await look_up(connector, item="4703", location="NOWHERE")
    assert refused.value.audience is Audience.supply_chain


async def test_a_contra_takes_back_and_can_be_taken_back(connector: SandboxInventory) -> None:
    before = (await look_up(connector, item="4703")).lot.on_hand
    posted = await connector.move(movement(), wire_key="KEYBACK")
    contra = await connector.take_back(posted.reference, wire_key="KEYBACK1")
    assert (await look_up(connector, item="4703")).lot.on_hand == before
    twice = await connector.take_back(posted.reference, wire_key="KEYBACK2")
    assert (await look_up(connector, item="4703")).lot.on_hand == before + 2
    await connector.take_back(twice.reference, wire_key="KEYBACK3")
    assert (await look_up(connector, item="4703")).lot.on_hand == before
    found = await connector.find_movements(["KEYBACK", "KEYBACK1", "KEYBACK2", "KEYBACK3"])
    assert [each.wire_key for each in found] == ["KEYBACK", "KEYBACK1", "KEYBACK2", "KEYBACK3"]
    assert [each.reference for each in found][:2] == [posted.reference, contra.reference]
    assert all(each.live for each in found)
    with pytest.raises(BusinessRefusal):
        await connector.take_back("mov_none", wire_key="KEYBACK4")


async def test_a_plain_movement_is_refused_where_a_discrepancy_posts(connector: SandboxInventory) -> None:
    recalled = movement(Decimal("0.5"), item="4701", lot="L4701R")
    with pytest.raises(BusinessRefusal) as refused:
        await connector.move(recalled, wire_key="KEYODD")
    assert (refused.value.summary, refused.value.audience) == ("the lot is on recall", Audience.supply_chain)
    assert "L4701R" in refused.value.evidence
    assert await connector.find_movements(["KEYODD"]) == ()
    odd = recalled.model_copy(update={"discrepancy": True, "reason": "recalled"})
    await connector.move(odd, wire_key="KEYODD")
    [found] = await connector.find_movements(["KEYODD"])
    assert found.quantity == Decimal("0.5")


async def test_a_captured_use_becomes_a_usage_without_the_patient(
    inventory: Inventory, receiver: Receiver, connector: SandboxInventory
) -> None:
    patient = {"mrn": "MRN-99123", "name": "Grace Planted", "birthDate": "1961-05-04"}
    box = next(
        pack.device_identifier for pack in (await look_up(connector, item="4705")).item.packs if pack.unit == "box"
    )
    barcode = f"]d201{box}1729010110L4705A"
    inbound = await sent(
        inventory, receiver, sku=None, barcode=barcode, unit=None, patient=patient, disposition="openedUnused"
    )
    assert (inbound.type, inbound.facility) == (EventType.usage_reported, "NORTH")
    assert (inbound.data["surgical_case"], inbound.data["account"]) == ("SC-1", "ENC-1")
    for planted in ("MRN-99123", "Planted", "1961", barcode):
        assert planted not in inbound.model_dump_json()
    usage = Usage.model_validate(tokenised(inbound.data))
    assert usage.scan is not None
    assert (usage.scan.device_identifier, usage.lot, usage.unit) == (box, "L4705A", None)
    assert (usage.number, usage.quantity, usage.item) == (inbound.number, Decimal(1), None)
    assert (usage.occurred.isoformat(), usage.disposition) == ("2026-11-20T14:15:00+00:00", "opened-unused")
    assert usage.already_posted.stock is None


async def test_a_cabinets_own_movement_is_declared_and_can_be_verified(
    inventory: Inventory, receiver: Receiver, connector: SandboxInventory
) -> None:
    inbound = await sent(inventory, receiver, location="CABINET-9", facility="southCampus", encounterNumber=None)
    usage = Usage.model_validate(tokenised(inbound.data))
    assert (usage.facility, usage.item, usage.account) == ("SOUTH", "4703", None)
    assert usage.already_posted.stock is not None
    found = await connector.movement(usage.already_posted.stock)
    assert found is not None
    assert (found.quantity, found.wire_key) == (Decimal(1), "")
    await connector.take_back(found.reference, wire_key="KEYCABINET")
    assert len(await connector.find_movements(["KEYCABINET"])) == 1


async def test_corrections_carry_the_whole_use_as_it_should_have_been(inventory: Inventory, receiver: Receiver) -> None:
    number = (await sent(inventory, receiver)).number
    bodies: list[dict[str, Any]] = [
        {"kind": "wrongItem", "replacement": {"sku": "SKU-4701", "lot": "L4701A", "qty": 2}},
        {"kind": "wrongPatient", "replacement": {"encounterNumber": "ENC-2", "surgicalCaseNumber": "SC-2"}},
        {"kind": "notUsed"},
    ]
    for n, body in enumerate(bodies):
        inbound = await delivered(inventory, receiver, f"/v2/uses/{number}/corrections", body)
        assert (inbound.type, inbound.number) == (EventType.usage_corrected, number)
        data = dict(inbound.data) | {"source": "inventory"}
        if data["replacement"]:
            data["replacement"] = tokenised(data["replacement"])
        correction = UsageCorrection.model_validate(data)
        assert correction.version == n + 1
        if n == 1:
            assert inbound.data["replacement"]["account"] == "ENC-2"
            assert correction.replacement is not None
            assert (correction.replacement.item, correction.replacement.quantity) == ("4701", Decimal(2))


async def test_an_approved_item_is_announced_for_every_facility(
    inventory: Inventory, receiver: Receiver, connector: SandboxInventory
) -> None:
    inbound = await delivered(inventory, receiver, "/v2/items/SKU-4739/approve", {})
    assert (inbound.type, inbound.number, inbound.facility) == (EventType.item_approved, "4739", "ALL")
    item = (await look_up(connector, item="4739")).item
    assert item.item == "4739"


def tokenised(data: dict[str, Any]) -> dict[str, Any]:
    """What the intake adds: tokens, the source, the facility's business date."""
    account = None if data["account"] is None else "acct_" + "A" * 26
    added = {
        "surgical_case": "case_" + "B" * 26,
        "account": account,
        "source": "inventory",
        "service_date": "2026-11-20",
    }
    return data | added


async def sent(inventory: Inventory, receiver: Receiver, **fields: Any) -> Inbound:
    return await delivered(inventory, receiver, "/v2/uses", USE | fields)


async def delivered(inventory: Inventory, receiver: Receiver, path: str, body: dict[str, Any]) -> Inbound:
    count = len(receiver.deliveries)
    answer = await inventory.caller.post(path, json=body)
    assert answer.status_code == 201, answer.text
    bodies = await asyncio.wait_for(receiver.wait_for(count + 1), 10)
    return hear(SYSTEM, bodies[count])
