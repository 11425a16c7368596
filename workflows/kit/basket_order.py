"""Ordering a basket: the order in procurement, at the supplier, and told to everybody who waits for it."""

from temporalio import workflow

from activities.mailing import Mailing
from canonical.asking.memory import Registered
from canonical.asking.writing import CameFrom
from canonical.documents.basket_run import PlacedOrder
from canonical.documents.order import Order
from canonical.documents.posting import ExpectedDelivery
from canonical.errors import Audience
from canonical.identity import order_number, order_run
from canonical.inbound import EventType
from canonical.kinds import Kind
from canonical.money import Money
from canonical.replenishing.expecting import expected
from canonical.replenishing.pricing import order_lines, order_type
from workflows.kit.basket_approval import Approving
from workflows.kit.calls import ask_store
from workflows.kit.letters import as_data
from workflows.kit.origins import order_known, request_known


class Ordering(Approving):
    """The basket's approved content becomes an order."""

    def take_the_order(self) -> PlacedOrder:
        """From here on the content is this order's, whatever is asked for meanwhile."""
        lines, ordinal = self.state.lines, self.state.ordinal
        supplier = lines[0].request.supplier
        references = tuple(self.ledger(held.step).reference for held in self.state.held)
        rushes = [line.request.rush_reference for line in lines if line.request.rush_reference]
        order = Order(
            facility=self.context.name.facility,
            source=self.context.name.source,
            number=order_number(self.context.name, ordinal),
            occurred=workflow.now(),
            type=order_type([line.request for line in lines]),
            supplier=supplier,
            currency=self.context.currency,
            ordered_on=workflow.now().date(),
            lines=order_lines(lines),
            rush_reference=rushes[0] if rushes else "",
            reservations=references,
            surgical_case=lines[0].request.surgical_case,
        )
        placed = PlacedOrder(
            ordinal=ordinal, supplier=supplier, order=order, approved=order, taken=lines, held=self.state.held
        )
        numbers = [line.request.number for line in lines]
        self.let_the_next_cut_off_count()
        self.know(
            orders=(*self.state.orders, placed),
            requests=tuple(one for one in self.state.requests if one.number not in numbers),
            lines=(),
            held=(),
            approval=None,
        )
        return placed

    async def carry_out(self, ordinal: int) -> None:
        """The order in procurement, then at the supplier; then whoever waits for it is told."""
        self.enter("ordering")
        placed = self.state.placed(ordinal)
        order = placed.order
        if not placed.sent:
            run = order_run(order.facility, order.number)
            belongs = Registered(business_key=run.business_key, correlation_id=self.context.correlation_id)
            await ask_store(Mailing.register, belongs, summary=f"{order.number} belongs to this transaction")
            await self._write_order(placed)
            await self._send_order(placed)
            self.keep_order(self.state.placed(ordinal).model_copy(update={"sent": True}))
        await self.write_to(EventType.order_placed, order.number, as_data(order))
        requests = [line.request for line in placed.taken]
        await self.answer(requests, "ordered", order=order.number)
        await self.tell_what_is_expected(ordinal)
        self.keep_order(self.state.placed(ordinal).model_copy(update={"told": True}))

    async def _write_order(self, placed: PlacedOrder) -> None:
        order, step = placed.order, f"order-{placed.ordinal}"
        self.anew(step, Kind.order)
        await self.saga.write(
            step,
            order.outside,
            on=order.ordered_on,
            summary=f"orders {len(order.lines)} line{'s' * (len(order.lines) > 1)} from {placed.supplier}",
            owner=Audience.buyer,
            amount=_worth(order),
            came_from=self._origins(placed),
        )

    async def _send_order(self, placed: PlacedOrder) -> None:
        order, step = placed.order, f"sent-order-{placed.ordinal}"
        self.anew(step, Kind.sent_order)
        told = f"confirms the rush order {order.rush_reference}" if order.rush_reference else f"sends {order.number}"
        await self.saga.write(
            step,
            order.outside,
            on=order.ordered_on,
            summary=f"{told} to {placed.supplier}",
            owner=Audience.buyer,
            amount=_worth(order),
            came_from=(self.from_order(placed),),
        )

    def from_order(self, placed: PlacedOrder) -> CameFrom:
        """The order as its own run knows it, which came from the one in procurement."""
        procurement = self.context.leg("procurement").system
        ledger = self.ledger(f"order-{placed.ordinal}")
        in_books = CameFrom(system=procurement, kind=Kind.order, reference=ledger.reference, relation="known-as")
        return order_known(placed.order.number, before=in_books)

    def _origins(self, placed: PlacedOrder) -> tuple[CameFrom, ...]:
        """The requests line by line, the basket, and the money that was set aside."""
        name, erp = self.context.name, self.context.leg("procurement").system
        lines = enumerate(placed.taken, start=1)
        basket = CameFrom(system=name.source, kind="basket", reference=name.number, relation="ordered in")
        held = (self.ledger(one.step).reference for one in placed.held)
        return (
            *(request_known(line.request, f"ordered as line {number}") for number, line in lines),
            basket,
            *(CameFrom(system=erp, kind=Kind.reservation, reference=one, relation="paid from") for one in held),
        )

    async def tell_what_is_expected(self, ordinal: int) -> bool:
        """What the order will bring, each change under a new revision; answers whether anything has changed."""
        await self._write_expected(ordinal)
        placed = self.state.placed(ordinal)
        coming = expected(placed)
        if coming == placed.expected:
            return False
        changed = {"expected": coming, "expected_revision": placed.expected_revision + 1}
        self.keep_order(placed.model_copy(update=changed))
        await self._write_expected(ordinal)
        return True

    async def _write_expected(self, ordinal: int) -> None:
        placed = self.state.placed(ordinal)
        step = f"expected-{ordinal}-{placed.expected_revision}"
        if not placed.expected_revision or self.settled(step):
            return
        self.opened(step, Kind.expected)
        await self.saga.write(
            step,
            ExpectedDelivery(
                facility=placed.order.facility,
                order=placed.order.number,
                revision=placed.expected_revision,
                lines=placed.expected,
            ),
            on=placed.order.ordered_on,
            summary=f"tells what {placed.order.number} will bring",
            owner=Audience.supply_chain,
            came_from=(self.from_order(placed),),
        )


def _worth(order: Order) -> Money:
    return Money(amount=order.worth, currency=order.currency).posted()
