"""Posted invoice: what is written for an invoice into the ERP and the order book, and how all of it is taken back."""

from decimal import Decimal

from activities.mailing import Mailing
from canonical.asking.order_book import Allocate, Withdrawn
from canonical.asking.writing import CameFrom
from canonical.documents.invoice import Approval, InvoiceType, normalised
from canonical.errors import Audience
from canonical.identity import order_subject
from canonical.inbound import EventType
from canonical.kinds import Kind
from canonical.matching.result import Match
from canonical.model import Frozen
from canonical.money import Money
from canonical.run import Standing
from workflows.kit import invoice_questions as ask
from workflows.kit.calls import ask_store
from workflows.kit.held_invoice import HeldInvoice
from workflows.kit.origins import order_known, receipt_known

UNDONE = ("debit-memo", "payable", "voucher")
"""The order in which documents are taken back."""


class PostedInvoice(HeldInvoice):
    """The invoice with the documents that stand for it elsewhere, and the letters to those whom they concern."""

    async def put(self, kind: Kind, document: Frozen, *, amount: Decimal, summary: str) -> None:
        """Write a document into the ERP once, and wait until it says that it stands."""
        invoice = self.invoice
        self.opened(kind, kind)
        erp = self.context.leg("procurement").system
        await self.saga.write(
            kind,
            document,
            on=invoice.received_on,
            summary=summary,
            owner=Audience.payables,
            amount=Money(amount=amount, currency=invoice.currency),
            came_from=self._came_from(kind, erp),
        )

    def _came_from(self, kind: Kind, erp: str) -> tuple[CameFrom, ...]:
        """The invoice, as its run is named however the number was printed; what it bills, line by line once approved."""
        name, matched = self.context.name, self.state.match
        own = CameFrom(system=name.source, kind="invoice", reference=name.number)
        if kind is Kind.debit_memo:
            payable = self.ledger(Kind.payable).reference
            return (own, CameFrom(system=erp, kind=Kind.payable, reference=payable, relation="asked back"))
        if kind is not Kind.payable or matched is None:
            return (own, *(order_known(one, "billed") for one in self.invoice.orders))
        billed = [
            order_known(one.order, f"line {one.order_line} billed as line {one.invoice_line}")
            for one in matched.allocations
        ]
        received = [
            receipt_known(one.receipt, f"line {one.receipt_line} billed as line {one.invoice_line}")
            for one in matched.allocations
            if one.receipt
        ]
        return (own, *dict.fromkeys([*billed, *received]))

    async def taken(self, matched: Match) -> bool:
        """Whether the order book has given what the invoice takes; not where an order has changed since."""
        name = self.context.name
        order = Allocate(
            business_key=name.business_key,
            facility=name.facility,
            allocations=matched.allocations,
            at_versions={standing.order.number: standing.version for standing in self.payable_here},
            elsewhere={
                standing.order.number: standing.facility
                for standing in self.payable_here
                if standing.facility != name.facility
            },
            approval=Approval(paid=matched.paid, extras=matched.extras, short_paid=matched.short_pay),
        )
        taken = (await ask_store(Mailing.allocate, order, summary="takes what it is paid for")).taken
        if taken:
            orders = (*self.invoice.orders, *(one.order for one in matched.allocations))
            reopens = self.invoice.type is not InvoiceType.invoice or bool(self.state.agreements)
            self.know(approved=True, to_tell=tuple(dict.fromkeys(orders)), reopens=reopens)
        else:
            self.outdated = True
        return taken

    async def take_back_everything(self) -> None:
        """Debit memo, payable and voucher; what a person did by hand only a person can take back."""
        in_the_erp = ""
        for step in UNDONE:
            ledger = self.state.ledger(step)
            if ledger is None or (self.gone and ledger.standing is Standing.exempt):
                continue
            if step == "voucher" and in_the_erp:
                continue
            self.enter("taking back")
            if ledger.standing is Standing.by_hand:
                self.aside(ask.by_hand_stands(step, ledger.reference))
            balanced = await self.saga.take_back(step, service_date=self.invoice.received_on)
            if step == "payable":
                # One that stays, because a person has settled it otherwise, keeps its voucher.
                in_the_erp = balanced.reference or ""
        await self.ask_no_longer()
        for ledger in self.state.ledgers if self.gone else ():
            self.saga.exempt(ledger.step, self.gone)

    async def ask_no_longer(self) -> None:
        """What it took of its orders is free again, and it asks no longer."""
        if not (self.state.presented or self.state.approved):
            return
        withdrawn = Withdrawn(business_key=self.context.name.business_key)
        await ask_store(Mailing.withdraw, withdrawn, summary="withdraws the invoice")
        orders = tuple(dict.fromkeys((*self.state.to_tell, *self.invoice.orders)))
        self.know(presented=False, approved=False, match=None, to_tell=orders, reopens=self.state.approved)

    async def withdraw_the_one_that_it_corrects(self, number: str) -> None:
        invoice = self.invoice
        if normalised(number) == invoice.normalised:
            return
        data = {"supplier": invoice.supplier, "corrected_by": invoice.number, "occurred": invoice.occurred.isoformat()}
        await self.write_to(EventType.invoice_withdrawn, number, data)

    async def tell_of_news(self, orders: tuple[str, ...]) -> None:
        for order in orders:
            facility = self.facility_of(order)
            subject = order_subject(facility, order)
            await self.write_to(EventType.order_moved, subject, {"order": order}, facility=facility)

    async def name_to_its_run(self, order: str) -> None:
        invoice = self.invoice
        told = f"invoice {invoice.number} of {invoice.supplier}"
        data = {"named_by": told, "occurred": invoice.occurred.isoformat()}
        await self.write_to(EventType.order_named, order, data, facility=self.facility_of(order))
