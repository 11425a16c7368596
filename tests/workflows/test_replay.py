"""The replay gate: histories that were kept must still be told the same way, in clear and sealed, before and after keys
rotate."""

import json
from pathlib import Path

import pytest
from temporalio.client import Client, WorkflowHistory
from temporalio.worker import Replayer

from suture.keys import Keyring
from suture.store.store import Store
from suture.temporal.plugin import suture_plugin
from suture.temporal.server import Server
from tests.histories.baskets import BASKET_SCENES
from tests.histories.invoices import INVOICE_SCENES
from tests.histories.orders import ORDER_SCENES
from tests.histories.record import SCENES, kept_as
from tests.support.histories import payloads
from tests.support.house import House
from workflows.receipt_to_invoice import ReceiptToInvoice
from workflows.replenishment_approval import ReplenishmentApproval
from workflows.replenishment_request import ReplenishmentRequest
from workflows.supplier_invoice import SupplierInvoice
from workflows.usage_to_charge import UsageToCharge

FLOWS = [UsageToCharge, ReceiptToInvoice, SupplierInvoice, ReplenishmentRequest, ReplenishmentApproval]
KEPT = sorted((Path(__file__).parents[1] / "histories").glob("*.json"))


def test_a_history_is_kept_of_every_scene() -> None:
    scenes = (*SCENES, *INVOICE_SCENES, *ORDER_SCENES, *BASKET_SCENES)
    assert sorted(kept_as(scene) for scene in scenes) == KEPT


@pytest.mark.parametrize("file", KEPT, ids=lambda file: file.stem)
async def test_a_kept_history_is_told_the_same_way(file: Path) -> None:
    kept = json.loads(file.read_text())
    history = WorkflowHistory.from_json(kept["workflow_id"], payloads(kept["history"]))
    plugins = [suture_plugin(Keyring.make(), permissive=True)]
    replayer = Replayer(workflows=FLOWS, plugins=plugins)
    await replayer.replay_workflow(history)


async def test_a_sealed_history_is_read_after_the_keys_were_rotated(temporal: Server, store: Store) -> None:
    keyring = Keyring.make()
    client = await Client.connect(temporal.address, plugins=[suture_plugin(keyring)])
    async with House(client=client, store=store).open() as house:
        handle = await house.report(await house.usage("rotated"))
        await handle.result()
    history = await handle.fetch_history()
    assert "service_date" not in history.to_json()
    rotated = keyring.rotated()
    assert rotated.current != keyring.current
    await Replayer(workflows=[UsageToCharge], plugins=[suture_plugin(rotated)]).replay_workflow(history)


async def test_a_changed_story_is_noticed() -> None:
    kept = json.loads(next(file for file in KEPT if file.stem == "straight").read_text())
    kept["history"] = payloads(kept["history"])
    events = kept["history"]["events"]
    (moved,) = [
        event
        for event in events
        if event.get("activityTaskScheduledEventAttributes", {}).get("activityType", {}).get("name") == "stock.move"
    ]
    moved["activityTaskScheduledEventAttributes"]["activityType"]["name"] = "stock.other"
    history = WorkflowHistory.from_json(kept["workflow_id"], kept["history"])
    replayer = Replayer(workflows=[UsageToCharge], plugins=[suture_plugin(None)])
    with pytest.raises(Exception, match=r"TMPRL1100|[Nn]ondeterminism"):
        await replayer.replay_workflow(history)
