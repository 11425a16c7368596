"""`suture show` of what is ordered, received and paid: every name of the chain leads to all of it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from temporalio.client import Client

from canonical.documents.invoice import Invoice, InvoiceLine
from canonical.documents.order import Acknowledged, Order
from canonical.documents.receipt import Receipt, ReceiptLine
from canonical.identity import RunName, basket_of_order, basket_run, order_run
from canonical.inbound import EventType
from suture.cli.chain import KINDS
from suture.temporal.plugin import suture_plugin
from tests.conftest import StartTemporal
from tests.support.command_line import CommandLine, Ended, command_line
from tests.support.payables import Payables
from tests.support.replenishing import acknowledged, below_par, contract, crossed, of_line, order_sent, policy, says
from tests.support.trade_house import NOW, TODAY, TradeHouse
from workflows.receipt_to_invoice import ReceiptToInvoice
from workflows.replenishment_approval import ReplenishmentApproval
from workflows.replenishment_request import ReplenishmentRequest
from workflows.supplier_invoice import SupplierInvoice

CHAIN = ["replenishment-request", "replenishment-approval", "receipt-to-invoice", "supplier-invoice"]
DOCUMENTS = set(
    "par-level request basket order sent-order expected goods-received lots-in receipt invoice voucher payable".split()
)
FLOWS = (ReplenishmentRequest, ReplenishmentApproval, ReceiptToInvoice, SupplierInvoice)


@dataclass
class Trade:
    """One hospital that orders, receives and pays, and its command line."""

    line: CommandLine
    house: TradeHouse

    async def suture(self, *words: str) -> Ended:
        """Run a command, while the workers go on."""
        return await asyncio.to_thread(self.line.invoke, *words)

    async def show(self, key: str, *words: str) -> Ended:
        """`suture show` of something."""
        return await self.suture("show", key, *words)

    async def ordered(self) -> tuple[RunName, Order]:
        """A need that became an order."""
        location = self.house.number("OR-1")
        self.house.inventory.pars = [below_par(location=location)]
        need = await crossed(self.house, location)
        return need, await order_sent(self.house)

    async def received(self, order: Order) -> Receipt:
        """All of it came."""
        (ordered,) = order.lines
        assert ordered.item is not None and ordered.location is not None
        line = ReceiptLine(
            line=1, order_line=1, item=ordered.item, accepted=ordered.quantity, unit="box", unit_factor=Decimal(10)
        )
        receipt = Receipt(
            facility="NORTH",
            source="inventory",
            number=self.house.number("GR"),
            occurred=NOW,
            order=order.number,
            location=ordered.location,
            received_on=TODAY,
            lines=(line,),
        )
        await self.house.tell(EventType.goods_received, receipt)
        return receipt

    async def billed(self, order: Order, *, amount: str = "100.00") -> Invoice:
        """Its supplier asks to be paid."""
        (ordered,) = order.lines
        line = InvoiceLine(
            line=1,
            order=order.number,
            order_line=1,
            item=ordered.item,
            quantity=ordered.quantity,
            unit="box",
            price=ordered.price,
            amount=Decimal(amount),
        )
        invoice = Payables(self.house).invoice("INV-7", line, supplier=order.supplier)
        await self.house.tell(EventType.invoice_presented, invoice)
        return invoice


@pytest.fixture
async def trade(tmp_path: Path, start_temporal: StartTemporal) -> AsyncIterator[Trade]:
    """A hospital at work, on a Temporal server of its own."""
    server = await start_temporal()
    line = command_line(tmp_path, temporal=server.address)
    async with line.store() as store:
        client = await Client.connect(server.address, plugins=[suture_plugin(store.keyring)])
        house = TradeHouse(client=client, store=store, workflows=FLOWS, purchasing=policy())
        house.procurement.agreed = [contract(house)]
        async with house.open():
            yield Trade(line, house)


async def test_every_name_of_the_chain_shows_it_from_the_par_level_to_the_payment(trade: Trade) -> None:
    house = trade.house
    need, order = await trade.ordered()
    await acknowledged(house, says(order.number, of_line(1, Acknowledged.accepted, on=date(2026, 12, 1))))
    receipt = await trade.received(order)
    invoice = await trade.billed(order)
    for run in (Payables(house).name(invoice), order_run("NORTH", order.number)):
        await house.closed(run)
    (payable,) = [reference for reference, _ in house.procurement.payables.by_reference]
    (in_books,) = [reference for reference, _ in house.procurement.orders.by_reference]
    basket = basket_run("NORTH", basket_of_order("NORTH", order.number) or "")
    names = (
        need.business_key,
        basket.business_key,
        order.number,
        in_books,
        receipt.number,
        invoice.number,
        Payables(house).name(invoice).business_key,
        payable,
    )
    for name in names:
        shown = await trade.show(name, "--json")
        assert shown.code == 0, (name, shown.err)
        assert [run["run"]["process"] for run in shown.json["runs"]] == CHAIN, name
        kinds = {edge[f"{end}_kind"] for edge in shown.json["lineage"] for end in ("from", "to")}
        assert kinds == DOCUMENTS, name
    told = (await trade.show(order.number)).out
    assert told.startswith("closed: paid (supplier-invoice:")
    documents = [line.split()[0] for line in told.split("DOCUMENT ")[1].split("\n\n")[0].splitlines()[1:]]
    assert documents == sorted(documents, key=KINDS.index) and set(documents) == DOCUMENTS
    assert f"order {order.number} (line 1 billed as line 1); goods-received {receipt.number}" in told


async def test_what_waits_for_a_person_anywhere_in_the_chain_is_told_first(trade: Trade) -> None:
    house = trade.house
    _, order = await trade.ordered()
    await acknowledged(house, says(order.number, of_line(1, Acknowledged.accepted, on=date(2026, 12, 1))))
    await trade.received(order)
    invoice = await trade.billed(order, amount="250.00")
    (held,) = await house.items()
    for name in (order.number, invoice.number):
        told = await trade.show(name)
        assert told.out.startswith(f"waits for a person (buyer): {held.item.question}\n  next: suture work "), told.out
    work, nobody = [await trade.suture("work", "list", f"--owner={owner}") for owner in ("buyer", "payables")]
    assert f"{held.item.cause}; buyer; NORTH; due " in work.out and " USD at risk" in work.out
    assert nobody.out == "nothing waits for a person\n"
    listed = await trade.suture("list", "--process", "supplier-invoice", "--json")
    assert [run["workflow_id"] for run in listed.json] == [held.item.workflow_id]


async def test_a_need_leads_to_the_basket_that_nobody_has_approved_yet(trade: Trade) -> None:
    house = trade.house
    house.purchasing = policy(basket_limit=Decimal(1))
    location = house.number("OR-1")
    house.inventory.pars = [below_par(location=location)]
    need = await crossed(house, location)
    (held,) = await house.items()
    told = await trade.show(need.business_key)
    assert told.out.startswith("waits for a person"), told.out
    assert held.item.item_id in told.out and "collected-in" in told.out


async def test_a_number_of_several_transactions_is_not_guessed_at(trade: Trade) -> None:
    for facility in ("NORTH", "SOUTH"):
        await trade.house.store.correlations.register(order_run(facility, "PO-9").business_key, "c-9", at=NOW)
    shown, unknown = await trade.show("PO-9"), await trade.show("PO-10")
    wanted = (
        "name one: suture show receipt-to-invoice:NORTH:order:PO-9; suture show receipt-to-invoice:SOUTH:order:PO-9"
    )
    assert shown.code == 2 and wanted in shown.err
    assert unknown.code == 3 and "no transaction PO-10" in unknown.err
    wrong = await trade.suture("list", "--process", "receipts")
    assert wrong.code == 2 and "--process: expected one of" in wrong.err


async def test_an_invoice_is_withdrawn_and_a_basket_cancelled_by_their_business_keys(trade: Trade) -> None:
    house = trade.house
    _, order = await trade.ordered()
    invoice = await trade.billed(order)
    run = Payables(house).name(invoice)
    gone = {"facility": "NORTH", "number": invoice.number, "occurred": NOW.isoformat(), "supplier": invoice.supplier}
    file = trade.line.document("withdrawn.json", gone)
    words = (f"--file={file}", "--type=invoice.withdrawn", "--source=inventory", trade.line.token("olga"))
    told = await trade.suture("signal", run.business_key, *words)
    assert told.code == 0, told.err
    assert (await house.closed(run)).outcome == "withdrawn"
    basket = basket_run("NORTH", basket_of_order("NORTH", order.number) or "")
    cancelled = await trade.suture("cancel", basket.business_key, trade.line.token("olga"))
    assert cancelled.code == 0, cancelled.err
    assert (await house.closed(basket)).outcome == "cancelled"
