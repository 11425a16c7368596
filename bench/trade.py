"""Ordering and paying as they are measured: a need that becomes an acknowledged order, and an order that is paid."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from temporalio.client import Client, WorkflowHandle

from bench.hospital import numbers
from bench.instant import PRICE
from bench.subjects import NotDone
from canonical.documents.invoice import normalised
from canonical.identity import RunName, basket_of_order, basket_run, invoice_run, order_run, request_run
from canonical.inbound import EventType, Inbound
from canonical.memory import InboxState
from suture.dispatch import Dispatcher
from suture.intake import Intake
from suture.store.inbox import Accepted
from suture.store.store import Store

FACILITY, SOURCE, PLACE, WHEN, DAY = "TRADE", "inventory", "STORES", "2026-11-02T15:00:00Z", "2026-11-02"
QUANTITY = 12


@dataclass
class TradeSubject:
    """As in life: documents in the inbox, handed over by the dispatcher, everything recorded."""

    client: Client
    store: Store
    intake: Intake
    dispatcher: Dispatcher
    _rows: dict[str, tuple[int, ...]] = field(default_factory=dict)

    async def take(self, run: str, *events: tuple[EventType, str, Mapping[str, Any]]) -> None:
        """Take the documents of one run in, outside of the measurement."""
        rows = []
        for kind, number, data in events:
            inbound = Inbound.model_validate(
                {
                    "id": f"{kind}-{number}",
                    "type": kind,
                    "facility": FACILITY,
                    "number": number,
                    "time": WHEN,
                    "data": {"occurred": WHEN, **data},
                }
            )
            answer = await self.intake.take(inbound, source=SOURCE, raw=json.dumps(data).encode())
            if not isinstance(answer, Accepted):
                raise NotDone("an event was not accepted")
            rows.append(answer.id)
        self._rows[run] = tuple(rows)

    async def hand_over(self, run: str) -> None:
        """Dispatch the documents, one after another."""
        for row in self._rows[run]:
            if not await self.dispatcher.dispatch_now(row):
                raise NotDone("an event was not handed over")

    async def close(self, name: RunName, outcome: str) -> None:
        """Wait for a run to close, and check what it says of itself."""
        await self.client.get_workflow_handle(name.workflow_id).result()
        (run,) = await self.store.runs.find(workflow_id=name.workflow_id)
        if run.outcome != outcome:
            raise NotDone(f"a run of {name.process} closed as {run.outcome}, expected {outcome}")

    async def check_recorded(self, run: str, names: Sequence[RunName], *, effects: int) -> None:
        """Every document is recorded by its run, and every write has its effect."""
        for row in self._rows[run]:
            if (await self.store.inbox.get(row)).state is not InboxState.recorded:
                raise NotDone("an event was not recorded by its run")
        found = len(await self.store.effects.of(workflow_ids=[name.workflow_id for name in names]))
        if found != effects:
            raise NotDone(f"a run has {found} effects, expected {effects}")


@dataclass
class NeedSubject(TradeSubject):
    """A par level is crossed; it is met by an order that its supplier has acknowledged, and whose run awaits the goods."""

    async def ready(self, count: int) -> Sequence[str]:
        """Take the crossings in, each of an item of its own."""
        items = numbers(count)
        for item in items:
            await self.take(item, (EventType.par_crossed, item, {"location": PLACE, "item": item}))
        return items

    async def carry_out(self, run: str) -> None:
        """Until the need knows its order, and the basket what its supplier said."""
        await self.hand_over(run)
        need = request_run(FACILITY, PLACE, run)
        await self.close(need, "ordered")
        order = (await self._asked(need))["order"]
        await self.close(basket_run(FACILITY, _basket(order)), "ordered")

    async def check(self, runs: Sequence[str]) -> None:
        """Order, sent order, and what is expected of it, before and after the supplier has answered."""
        for run in runs:
            await self.check_recorded(run, await self._runs(run), effects=4)

    async def handles(self, run: str) -> Sequence[WorkflowHandle[object, object]]:
        """Need, basket and order."""
        return [self.client.get_workflow_handle(name.workflow_id) for name in await self._runs(run)]

    async def _runs(self, run: str) -> tuple[RunName, ...]:
        need = request_run(FACILITY, PLACE, run)
        order = (await self._asked(need))["order"]
        return need, basket_run(FACILITY, _basket(order)), order_run(FACILITY, order)

    async def _asked(self, need: RunName) -> Mapping[str, Any]:
        closing = json.loads(await self.store.runs.closing(need.workflow_id) or "{}")
        asked: Mapping[str, Any] = closing["asked"][0]
        return asked


@dataclass
class OrderSubject(TradeSubject):
    """An order, its receipt and its invoice come in together; the invoice is paid and the order closed."""

    async def ready(self, count: int) -> Sequence[str]:
        """Take the papers in."""
        orders = numbers(count)
        for order in orders:
            await self.take(order, *_papers(order))
        return orders

    async def carry_out(self, run: str) -> None:
        """Until the invoice is paid, and the order closed."""
        await self.hand_over(run)
        order, invoice = _order_and_invoice(run)
        await self.close(invoice, "paid")
        await self.close(order, "closed")

    async def check(self, runs: Sequence[str]) -> None:
        """Lots, receipt, voucher and payable."""
        for run in runs:
            await self.check_recorded(run, _order_and_invoice(run), effects=4)

    async def handles(self, run: str) -> Sequence[WorkflowHandle[object, object]]:
        """Order and invoice."""
        return [self.client.get_workflow_handle(name.workflow_id) for name in _order_and_invoice(run)]


def _basket(order: str) -> str:
    basket = basket_of_order(FACILITY, order)
    if basket is None:
        raise ValueError("the order is not one of a basket")
    return basket


def _order_and_invoice(run: str) -> tuple[RunName, RunName]:
    return order_run(FACILITY, run), invoice_run(FACILITY, f"S-{run}", normalised(f"INV-{run}"))


def _papers(order: str) -> Sequence[tuple[EventType, str, Mapping[str, Any]]]:
    item, price = "4702", PRICE.model_dump(mode="json")
    amount = str(PRICE.amount * Decimal(QUANTITY))
    line = {"line": 1, "item": item, "quantity": QUANTITY, "price": price, "location": PLACE}
    placed = {"supplier": f"S-{order}", "currency": "USD", "ordered_on": DAY, "lines": [line]}
    lot = {"lot": f"L-{order}", "expires": "2028-01-01", "quantity": QUANTITY}
    came = {"line": 1, "order_line": 1, "item": item, "accepted": QUANTITY, "lots": [lot]}
    received = {"order": order, "location": PLACE, "received_on": DAY, "lines": [came]}
    billed = {
        "line": 1,
        "order": order,
        "order_line": 1,
        "item": item,
        "quantity": QUANTITY,
        "price": price,
        "amount": amount,
    }
    invoiced = {
        "supplier": f"S-{order}",
        "currency": "USD",
        "invoiced_on": DAY,
        "received_on": DAY,
        "total": amount,
        "lines": [billed],
    }
    return (
        (EventType.order_placed, order, placed),
        (EventType.goods_received, f"GR-{order}", received),
        (EventType.invoice_presented, f"INV-{order}", invoiced),
    )
