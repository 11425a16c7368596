"""Accounts payable at work: a house in which orders stand as a test says, and suppliers' invoices come in."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from temporalio.api.enums.v1 import EventType as Happened
from temporalio.client import WorkflowHandle

from canonical.documents.contract import UnitPrice
from canonical.documents.invoice import Invoice, InvoiceLine, InvoiceWithdrawn, normalised
from canonical.documents.invoice_run import InvoiceRun
from canonical.documents.order import Order, OrderLine
from canonical.documents.order_book import LineStanding, OrderStanding, ReceivedPart
from canonical.envelope import Envelope
from canonical.identity import RunName, invoice_run, order_subject
from canonical.inbound import EventType, Inbound
from canonical.memory import InboxState
from canonical.purchasing.paying import PayingPolicy
from canonical.purchasing.policy import PurchasingPolicy
from suture.store.inbox import Accepted
from tests.support.house import eventually
from tests.support.trade_house import NOW, TODAY, TradeHouse

SUPPLIER = "100001"
FACILITY = "NORTH"


@dataclass
class Payables:
    """One house seen by accounts payable; order lines are ten each at 10.00, unless a test says otherwise."""

    house: TradeHouse
    standings: dict[str, OrderStanding] = field(default_factory=dict)

    async def order(
        self,
        plain: str = "PO-7",
        *,
        received: str = "10",
        lines: int = 1,
        facility: str = FACILITY,
        centre: str | None = None,
        **head: Any,
    ) -> str:
        """An order that stands in the book, received as far as is said; answers its number."""
        number = self.house.number(plain)
        placed = Order(
            facility=facility,
            source="erp",
            number=number,
            occurred=NOW,
            supplier=SUPPLIER,
            currency="USD",
            ordered_on=TODAY,
            lines=tuple(order_line(place, cost_centre=centre) for place in range(1, lines + 1)),
            **head,
        )
        self.house.procurement.place(placed)
        standing = OrderStanding(
            facility=facility,
            order=placed,
            procurement=self.house.other_erps.get(facility, "erp"),
            lines=tuple(LineStanding(line=line) for line in placed.lines),
        )
        self.standings[number] = standing
        if Decimal(received):
            await self.receive(number, received)
        else:
            await self.house.store.order_book.tell(standing)
        return number

    async def receive(self, number: str, quantity: str, *, receipt: str = "R1") -> None:
        """So many of every line came; whoever waits for the order is told."""
        known = self.standings[number]
        part = ReceivedPart(receipt=receipt, line=1, quantity=Decimal(quantity), received_on=TODAY)
        lines = tuple(one.model_copy(update={"received": (*one.received, part)}) for one in known.lines)
        await self.change(number, lines=lines)

    async def change(self, number: str, *, lines: Sequence[LineStanding]) -> None:
        """The order stands so from now on."""
        self.standings[number] = self.standings[number].model_copy(update={"lines": tuple(lines)})
        version = await self.house.store.order_book.tell(self.standings[number])
        await self.house.mail.send(
            Inbound(
                id=f"moved-{number}-{version}",
                type=EventType.order_moved,
                facility=self.standings[number].facility,
                number=order_subject(self.standings[number].facility, number),
                time=NOW,
                data={"order": number},
            )
        )

    async def reprice(self, number: str, price: str) -> None:
        """A change order gives every line another price."""
        each = UnitPrice(amount=Decimal(price), currency="USD")
        known = self.standings[number].lines
        lines = [one.model_copy(update={"line": one.line.model_copy(update={"price": each})}) for one in known]
        await self.change(number, lines=lines)

    def invoice(self, plain: str, *lines: InvoiceLine, **changes: Any) -> Invoice:
        """An invoice over these lines, whose total is what they add up to."""
        asked = {
            "facility": FACILITY,
            "source": "suppliers",
            "number": self.house.number(plain),
            "occurred": NOW,
            "supplier": SUPPLIER,
            "currency": "USD",
            "invoiced_on": TODAY,
            "received_on": TODAY,
            "total": sum((line.amount for line in lines), Decimal(0)),
            "lines": lines,
        }
        return Invoice.model_validate(asked | changes)

    async def present(self, invoice: Invoice, **how: Any) -> WorkflowHandle[Any, InvoiceRun]:
        """The invoice comes in; answers its run."""
        accepted = await self.house.tell(EventType.invoice_presented, invoice, **how)
        return await self._run(accepted)

    async def withdraw(self, invoice: Invoice, **changes: Any) -> WorkflowHandle[Any, InvoiceRun]:
        """The supplier withdraws it."""
        withdrawn = InvoiceWithdrawn(
            facility=invoice.facility,
            source="suppliers",
            number=invoice.number,
            occurred=NOW,
            supplier=invoice.supplier,
            **changes,
        )
        return await self._run(await self.house.tell(EventType.invoice_withdrawn, withdrawn))

    async def _run(self, accepted: Accepted) -> WorkflowHandle[Any, InvoiceRun]:
        row = await self.house.store.inbox.get(accepted.id)
        assert row.workflow_id is not None
        return self.house.client.get_workflow_handle(row.workflow_id, result_type=InvoiceRun)

    async def at_rest(self, handle: WorkflowHandle[Any, Any]) -> None:
        """Once the run has told everything, and only a timer of its own is under way."""

        async def waits() -> bool | None:
            events = [event async for event in handle.fetch_history_events()]
            return True if events[-1].event_type == Happened.EVENT_TYPE_TIMER_STARTED else None

        await eventually(waits)

    async def letters(self, kind: EventType) -> list[Envelope]:
        """The events of a kind that came in, once there is one."""

        async def came() -> list[Envelope] | None:
            kept = await self.house.store.inbox.not_done(*InboxState, received_before=datetime.max.replace(tzinfo=UTC))
            return [one.envelope for one in kept if one.envelope.type == kind] or None

        return await eventually(came)

    def name(self, invoice: Invoice) -> RunName:
        """Its run."""
        return invoice_run(invoice.facility, invoice.supplier, normalised(invoice.number))


def order_line(place: int = 1, **changes: Any) -> OrderLine:
    """Ten each at 10.00."""
    price = UnitPrice(amount=Decimal(10), currency="USD")
    asked = {"line": place, "item": f"470{place}", "quantity": Decimal(10), "price": price}
    return OrderLine.model_validate(asked | changes)


def billed(order: str | None, quantity: str = "10", each: str = "10", *, line: int = 1, **changes: Any) -> InvoiceLine:
    """A line that bills an order line."""
    asked = {
        "line": line,
        "order": order,
        "order_line": line,
        "item": f"470{line}",
        "quantity": Decimal(quantity),
        "price": UnitPrice(amount=Decimal(each), currency="USD"),
        "amount": (Decimal(quantity) * Decimal(each)).quantize(Decimal("0.01")),
    }
    return InvoiceLine.model_validate(asked | changes)


def paying(**changes: Any) -> PurchasingPolicy:
    """Purchasing policy that pays so."""
    return PurchasingPolicy(paying=PayingPolicy(**changes))
