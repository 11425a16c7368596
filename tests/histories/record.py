"""Records histories of every process to keep, in clear and of synthetic data: `make histories`.

Only scenes that are not kept yet are played: what was recorded once stays as it is, for it stands for runs that began
before. A change that it cannot be replayed with is versioned with `versions.goes`, and its new ways get a new scene.
"""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from temporalio.client import Client, WorkflowFailureError, WorkflowHandle

from canonical.documents.usage import CorrectionKind
from canonical.documents.work_item import Decision
from suture.keys import Keyring
from suture.store.migrate import migrate
from suture.store.store import Store
from suture.temporal.plugin import suture_plugin
from suture.temporal.server import temporal_server
from tests.histories.baskets import BASKET_SCENES
from tests.histories.invoices import INVOICE_SCENES
from tests.histories.orders import ORDER_SCENES
from tests.support.histories import readable
from tests.support.house import House
from tests.support.payables import Payables
from tests.support.trade_house import TradeHouse
from tests.support.trouble import Trouble, lost, refusal
from workflows.receipt_to_invoice import ReceiptToInvoice
from workflows.replenishment_approval import ReplenishmentApproval
from workflows.replenishment_request import ReplenishmentRequest
from workflows.supplier_invoice import SupplierInvoice

FOLDER = Path(__file__).parent
Scene = Callable[[House], Awaitable[WorkflowHandle]]


async def straight(house: House) -> WorkflowHandle:
    """Nothing goes wrong."""
    return await house.report(await house.usage("straight"))


async def answer_lost(house: House) -> WorkflowHandle:
    """The answer of the stock write is lost; a closing look follows."""
    Trouble(house.inventory, "move").after(lost())
    return await house.report(await house.usage("answer-lost"))


async def refused(house: House) -> WorkflowHandle:
    """A refused charge waits for a person, who lets it go out again."""
    Trouble(house.billing, "post_charge").before(refusal())
    handle = await house.report(await house.usage("refused"))
    (listed,) = await house.items()
    await house.resolve(listed.item.item_id, Decision.retry)
    return handle


async def abandoned(house: House) -> WorkflowHandle:
    """A person gives up the charge."""
    Trouble(house.billing, "post_charge").before(refusal())
    handle = await house.report(await house.usage("abandoned"))
    (listed,) = await house.items()
    await house.resolve(listed.item.item_id, Decision.abandon)
    return handle


async def cancelled(house: House) -> WorkflowHandle:
    """A run is cancelled while it waits for a person."""
    Trouble(house.finance, "post_cost").before(refusal())
    handle = await house.report(await house.usage("cancelled"))
    await house.items()
    await handle.cancel()
    return handle


async def corrected(house: House) -> WorkflowHandle:
    """A correction interrupts a run that waits, and takes back what it has posted."""
    Trouble(house.billing, "post_charge").before(refusal())
    usage = await house.usage("corrected")
    handle = await house.report(usage)
    await house.items()
    correction = await house.correct(usage, CorrectionKind.not_used)
    await house.send(house.envelope("usage.corrected", usage.number, correction.model_dump(mode="json")))
    return handle


async def continued(house: House) -> WorkflowHandle:
    """A correction comes after the run has closed and starts the next one."""
    usage = await house.usage("continued")
    closed = await (await house.report(usage)).result()
    replacement = usage.model_copy(update={"item": "4706"})
    correction = await house.correct(usage, CorrectionKind.wrong_item, replacement)
    document = house.envelope("usage.corrected", usage.number, correction.model_dump(mode="json"))
    return await house.send(document, closing=closed, ordinal=2)


async def retried(house: House) -> WorkflowHandle:
    """As `refused`; the run reads its policy again before it goes on."""
    return await _decided(house, "retried", Decision.retry)


async def by_hand(house: House) -> WorkflowHandle:
    """A person has entered the charge that was refused."""
    return await _decided(house, "by-hand", Decision.accept, external_reference="PAPER-1")


async def parked(house: House) -> WorkflowHandle:
    """A run that still waits for a person."""
    Trouble(house.billing, "post_charge").before(refusal())
    handle = await house.report(await house.usage("parked"))
    await house.items()
    return handle


async def _decided(house: House, number: str, decision: Decision, **given: str) -> WorkflowHandle:
    Trouble(house.billing, "post_charge").before(refusal())
    handle = await house.report(await house.usage(number))
    (listed,) = await house.items()
    await house.resolve(listed.item.item_id, decision, **given)
    return handle


SCENES: tuple[Scene, ...] = (
    *(straight, answer_lost, refused, abandoned, cancelled, corrected, continued),
    *(retried, by_hand, parked),
)


def kept_as(scene: Callable[..., Any]) -> Path:
    """The file of a scene."""
    return FOLDER / f"{scene.__name__.replace('_', '-')}.json"


async def record() -> None:
    """Play every scene that is not kept yet, and keep its history."""
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/suture.db"
        migrate(url)
        async with (
            temporal_server(Path(folder), environ=os.environ) as server,
            Store.open(url, Keyring.make()) as store,
        ):
            client = await Client.connect(server.address, plugins=[suture_plugin(None)])
            for scene in (scene for scene in SCENES if not kept_as(scene).exists()):
                async with House(client=client, store=store, queue="histories", source="stockroom").open() as house:
                    await keep(scene, await scene(house), store)
            for bill in (scene for scene in INVOICE_SCENES if not kept_as(scene).exists()):
                trade = TradeHouse(client=client, store=store, workflows=[SupplierInvoice], tag="kept")
                async with trade.open():
                    await keep(bill, await bill(Payables(trade)), store)
            for goods in (scene for scene in ORDER_SCENES if not kept_as(scene).exists()):
                async with TradeHouse(
                    client=client, store=store, workflows=[ReceiptToInvoice], tag="kept"
                ).open() as trade:
                    await keep(goods, await goods(trade), store)
            for basket in (scene for scene in BASKET_SCENES if not kept_as(scene).exists()):
                flows = [ReplenishmentRequest, ReplenishmentApproval, ReceiptToInvoice]
                trade = TradeHouse(client=client, store=store, workflows=flows, tag=basket.__name__.replace("_", "-"))
                async with trade.open():
                    await keep(basket, await basket(trade), store)


async def keep(scene: Callable[..., Any], handle: WorkflowHandle, store: Store) -> None:
    """Keep the history of the run that a scene has played to its end."""
    try:
        await handle.result() if scene is not parked else None
    except WorkflowFailureError as ended:
        print(f"{scene.__name__}: {ended.cause}")
    history = json.loads((await handle.fetch_history()).to_json())
    for listed in await store.work_items.open_items():
        await store.work_items.closed(
            listed.item.item_id, decision=None, person=None, reason="recorded", at=listed.item.opened
        )
    file = kept_as(scene)
    file.write_text(json.dumps({"workflow_id": handle.id, "history": readable(history)}, indent=1) + "\n")
    print(f"kept {file.name}: {len(history['events'])} events")


if __name__ == "__main__":
    asyncio.run(record())
    sys.stdout.flush()
    os._exit(0)
