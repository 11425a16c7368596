"""Mailing: how a run tells another one, and how orders and invoices keep the order book; short, run as local activities."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError

from canonical.asking.mail import Letter, Sent
from canonical.asking.memory import Registered
from canonical.asking.order_book import Allocate, Allocated, AskOrders, OrdersAnswer, Presented, Told, Withdrawn
from canonical.documents.order_book import OrderStanding
from canonical.inbound import Inbound, InvalidEvent
from canonical.memory import Mail, OrderBook
from canonical.receiving.refills import AskRefills, RefillsAnswer


@dataclass(frozen=True)
class Mailing:
    """The run's calls to the inbox and to the order book."""

    mail: Mail
    book: OrderBook

    def all(self) -> tuple[Callable[..., Any], ...]:
        """What a worker registers."""
        return (
            self.send,
            self.register,
            self.refills,
            self.tell,
            self.read,
            self.present,
            self.allocate,
            self.withdraw,
        )

    @activity.defn(name="mail.send")
    async def send(self, letter: Letter) -> Sent:
        """Send a letter, once; answers the business key that it went to."""
        try:
            return Sent(business_key=await self.mail.send(Inbound.model_validate(letter.model_dump())))
        except InvalidEvent as wrong:
            raise ApplicationError(str(wrong), type="invalid-event", non_retryable=True) from None

    @activity.defn(name="mail.register")
    async def register(self, order: Registered) -> None:
        """What the run is about to create belongs to the run's own transaction."""
        await self.mail.register(order.business_key, order.correlation_id)

    @activity.defn(name="mail.refills")
    async def refills(self, ask: AskRefills) -> RefillsAnswer:
        """Of each item the refill that was asked for first and has not come."""
        found = [await self.mail.refills(facility=ask.facility, location=ask.location, item=item) for item in ask.items]
        return RefillsAnswer(refills=tuple(open_ones[0] for open_ones in found if open_ones))

    @activity.defn(name="book.tell")
    async def tell(self, standing: OrderStanding) -> Told:
        """Tell how an order stands."""
        version = await self.book.tell(standing)
        known = await self.book.read(facility=standing.facility, orders=(standing.order.number,))
        return Told(version=version, standing=next(iter(known), None))

    @activity.defn(name="book.read")
    async def read(self, ask: AskOrders) -> OrdersAnswer:
        """The orders with what invoices took of them; for an invoice also others that ask for them, and those seen before."""
        if not ask.business_key:
            return OrdersAnswer(orders=await self.book.read(facility=ask.facility, orders=ask.orders))
        orders = await self.book.read(facility=ask.facility, orders=ask.orders, supplier=ask.supplier)
        others = await self.book.presented(facility=ask.facility, supplier=ask.supplier, orders=ask.orders)
        beside = (ask.business_key, *others)
        seen = await self.book.seen(facility=ask.facility, supplier=ask.supplier, beside=beside, orders=ask.orders)
        return OrdersAnswer(
            orders=orders,
            others=tuple(invoice for key, invoice in sorted(others.items()) if key != ask.business_key),
            seen=tuple(one for one in seen if one.business_key != ask.business_key),
        )

    @activity.defn(name="book.present")
    async def present(self, presented: Presented) -> OrdersAnswer | None:
        """An invoice asks to be paid; answers what the book knows of its orders, which some histories do not hold."""
        key, invoice = presented.business_key, presented.invoice
        await self.book.present(key, invoice)
        asked = AskOrders(facility=invoice.facility, supplier=invoice.supplier, orders=invoice.orders, business_key=key)
        return await self.read(asked)

    @activity.defn(name="book.allocate")
    async def allocate(self, order: Allocate) -> Allocated:
        """Take what an invoice is paid for of its orders, unless one has changed since it was matched."""
        taken = await self.book.allocate(
            order.business_key,
            facility=order.facility,
            allocations=order.allocations,
            at_versions=order.at_versions,
            elsewhere=order.elsewhere,
            approval=order.approval,
        )
        return Allocated(taken=taken)

    @activity.defn(name="book.withdraw")
    async def withdraw(self, order: Withdrawn) -> None:
        """The invoice asks no longer."""
        await self.book.withdraw(order.business_key)
