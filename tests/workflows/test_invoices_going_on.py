"""A held invoice outlives its history, and what was said about it comes along."""

from datetime import timedelta

import pytest
from temporalio.client import Client

from canonical.clock import Clock
from canonical.documents.work_item import Decision
from suture.keys import Keyring
from suture.store.store import Store
from suture.temporal.plugin import suture_plugin
from tests.conftest import StartTemporal
from tests.support.house import SOON, eventually
from tests.support.payables import Payables, billed, paying
from tests.support.trade_house import TradeHouse
from workflows.supplier_invoice import SupplierInvoice

SHORT = {"limit.historyCount.suggestContinueAsNew": 60}


@pytest.mark.parametrize("cached", [1000, 0], ids=["cached", "replayed"])
async def test_a_held_invoice_goes_on_in_a_new_history_with_its_items_and_clocks(
    start_temporal: StartTemporal, store: Store, keyring: Keyring, cached: int
) -> None:
    server = await start_temporal(dynamic_config=SHORT)
    client = await Client.connect(server.address, plugins=[suture_plugin(keyring)])
    options = {"max_cached_workflows": cached}
    house = TradeHouse(client=client, store=store, workflows=[SupplierInvoice], worker_options=options)
    house.purchasing = paying(receipt=Clock(look_again=SOON, overdue=timedelta(hours=1)))
    payables = Payables(house)
    async with house.open():
        order = await payables.order(received="4")
        handle = await payables.present(payables.invoice("INV-1", billed(order, each="12")))
        before = [one.item for one in await house.items(2)]

        first = (await client.get_workflow_handle(handle.id).describe()).run_id

        async def another() -> bool | None:
            return True if (await client.get_workflow_handle(handle.id).describe()).run_id != first else None

        await eventually(another)
        assert [one.item for one in await house.items(2)] == before
        for item in before:
            await house.resolve(item.item_id, Decision.override)
        assert (await handle.result()).approved
