"""Payables: supplier invoices and credits approved for payment, posted; what they bill of orders is linked to its lines."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal

from canonical.documents.order_book import Allocation
from canonical.documents.posting import Payable
from canonical.effect import Found, Posted
from canonical.errors import Audience, BusinessRefusal, Failure, Rejected
from connectors.systems.tryton.bills import SHORT_PAID, VARIANCE, Bills, lines
from connectors.systems.tryton.client import Row, TrytonClient
from connectors.systems.tryton.invoices import MODEL, OWNER, PAYABLE, VOUCHER, Invoices
from connectors.systems.tryton.orders import Line, Order, Orders
from connectors.systems.tryton.refusals import refused
from connectors.systems.tryton.shipments import CANCELLED, REFUSED
from connectors.systems.tryton.values import exact
from connectors.systems.tryton.vouchers import Vouchers


class Payables:
    """The sum of allocations, extras and variance less what is short paid is what Tryton pays."""

    def __init__(self, client: TrytonClient, bills: Bills, orders: Orders, vouchers: Vouchers) -> None:
        self._client = client
        self._bills = bills
        self._orders = orders
        self._vouchers = vouchers
        self._approved = Approved(client, orders)

    async def post(self, document: Payable, *, wire_key: str) -> Posted:
        """Post it; its voucher becomes it."""
        invoice = document.invoice
        head = await self._bills.head(
            supplier=invoice.supplier,
            reference=invoice.number,
            currency=invoice.currency,
            on=invoice.invoiced_on,
            posted_on=document.posted_on or invoice.received_on,
            due_on=document.due_on or invoice.due_on,
        )
        made, variance = await self._goods(document.allocations, party=head["party"])
        for kind, amount in document.extras.items():
            made.append(await self._bills.money(kind, amount, kind))
        if variance + document.variance:
            made.append(await self._bills.money(VARIANCE, variance + document.variance, "price variance"))
        if document.short_paid:
            if await self._bills.account(SHORT_PAID) is None:
                raise self._refused("the configuration names no account for what is short paid", Audience.finance)
            made.append(await self._bills.money(SHORT_PAID, -document.short_paid, invoice.number))
        return await self._approve(document, {**head, **lines(made)}, wire_key)

    async def take_back(self, reference: str, *, on: date, wire_key: str) -> Posted:
        """Cancel it; refused where it was paid, where some of it was credited, or its short payment asked back."""
        row = await self._approved.row(reference)
        if row is None:
            raise self._refused("there is no such payable", Audience.finance)
        if row["state"] != CANCELLED:
            await self._is_free(row)
        return await self._approved.cancel(row)

    async def find(self, wire_keys: Sequence[str]) -> tuple[Found, ...]:
        """All under these keys."""
        return await self._approved.find(wire_keys)

    async def get(self, reference: str) -> Found | None:
        """One by our reference."""
        return await self._approved.get(reference)

    async def _approve(self, document: Payable, values: Row, wire_key: str) -> Posted:
        """Its voucher becomes it; where there is none any more it is made."""
        row = await self._vouchers.approve(document.voucher, values, wire_key=wire_key) if document.voucher else None
        if row is None:
            return await self._approved.post(values, wire_key=wire_key)
        try:
            return self._approved.posted(await self._approved.carried_on(row))
        except Rejected:
            with suppress(Failure):
                await self._vouchers.park_again(row["id"], document.invoice)
            raise

    async def _goods(self, allocations: Sequence[Allocation], *, party: int) -> tuple[list[Row], Decimal]:
        """The lines of what is taken of orders, and what their prices cannot say."""
        orders: dict[str, Order] = {}
        made: list[Row] = []
        variance = Decimal(0)
        for one in allocations:
            if one.order not in orders:
                orders[one.order] = await self._orders.required(one.order, _OPERATION)
            line = self._line(orders[one.order], one, party)
            if one.quantity:
                values, rest = await self._bills.goods(line, one.quantity, one.amount)
                made, variance = [*made, values], variance + rest
            else:
                words = f"order {one.order} line {one.order_line}, by amount"
                made.append(await self._bills.money("service", one.amount, words))
        return made, variance

    def _line(self, order: Order, one: Allocation, party: int) -> Line:
        if order.row["party"] != party:
            raise self._refused("the order is with another supplier", Audience.buyer)
        line = order.line(one.order_line)
        if line is None:
            raise self._refused("the order has no such line", Audience.buyer)
        return line

    async def _is_free(self, row: Row) -> None:
        taken = {line.record: line for line in await self._orders.of_lines(_ordered(row))}
        for line in row["lines."]:
            record = _line_of(line)
            if record in taken and taken[record].billed < exact(line["quantity"]) > 0:
                raise self._refused("some of the payable was credited", Audience.finance)
        account = await self._bills.account(SHORT_PAID)
        withheld = -sum((line["amount"] for line in row["lines."] if line["account"] == account), Decimal(0))
        if withheld > 0 and withheld > await self._bills.in_dispute(row["party"], row["reference"]):
            raise self._refused("a debit memo stands for what was short paid", Audience.finance)

    def _refused(self, why: str, audience: Audience) -> BusinessRefusal:
        return refused(self._client.system, _OPERATION, why, audience)


class Approved(Invoices):
    """Payables, and what becomes of their vouchers and of the orders that they bill."""

    def __init__(self, client: TrytonClient, orders: Orders) -> None:
        super().__init__(client, PAYABLE)
        self._orders = orders

    async def settled(self, row: Row) -> Row | None:
        """Carried on to its end; what one that was cancelled had billed may be billed again."""
        settled = await super().settled(row)
        if settled is not None and settled["state"] == CANCELLED and not settled["purchase_exception_state"]:
            for order in settled["purchases"]:
                await self._orders.bill_again(order, settled["id"])
        return settled

    async def given_up(self, row: Row) -> None:
        """Removed, or a parked voucher as before."""
        if VOUCHER.key(row) is None:
            await super().given_up(row)
        else:
            await self._client.write(MODEL, row["id"], {"description": REFUSED}, audience=OWNER)


def _line_of(line: Row) -> int | None:
    model, _, record = (line["origin"] or "").partition(",")
    return int(record) if model == "purchase.line" else None


def _ordered(row: Row) -> list[int]:
    return [record for line in row["lines."] if (record := _line_of(line)) is not None]


_OPERATION = f"{MODEL}.create"
