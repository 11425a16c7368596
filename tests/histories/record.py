"""Records the kept histories of usage-to-charge, in clear and of synthetic data: `make histories`.

Run it when a change of the workflow is meant to be versioned, never to make a red replay green.
"""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from temporalio.client import Client, WorkflowFailureError, WorkflowHandle

from canonical.documents.usage import CorrectionKind
from canonical.documents.work_item import Decision
from suture.keys import Keyring
from suture.store.migrate import migrate
from suture.store.store import Store
from suture.temporal.plugin import suture_plugin
from suture.temporal.server import temporal_server
from tests.support.histories import readable
from tests.support.house import House
from tests.support.trouble import Trouble, lost, refusal

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


SCENES: tuple[Scene, ...] = (straight, answer_lost, refused, abandoned, cancelled, corrected, continued)


async def record() -> None:
    """Play every scene and keep its history."""
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/suture.db"
        migrate(url)
        async with (
            temporal_server(Path(folder), environ=os.environ) as server,
            Store.open(url, Keyring.make()) as store,
        ):
            client = await Client.connect(server.address, plugins=[suture_plugin(None)])
            for scene in SCENES:
                async with House(client=client, store=store, queue="histories", source="stockroom").open() as house:
                    handle = await scene(house)
                    try:
                        await handle.result()
                    except WorkflowFailureError as ended:
                        print(f"{scene.__name__}: {ended.cause}")
                    history = json.loads((await handle.fetch_history()).to_json())
                    for listed in await store.work_items.open_items():
                        await store.work_items.closed(
                            listed.item.item_id, decision=None, person=None, reason="recorded", at=listed.item.opened
                        )
                file = FOLDER / f"{handle.id.rsplit(':', 1)[-1] if scene is not continued else 'continued'}.json"
                file.write_text(json.dumps({"workflow_id": handle.id, "history": readable(history)}, indent=1) + "\n")
                print(f"kept {file.name}: {len(history['events'])} events")


if __name__ == "__main__":
    asyncio.run(record())
    sys.stdout.flush()
    os._exit(0)
