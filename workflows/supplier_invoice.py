"""supplier-invoice: an invoice is matched with what was ordered and received, and paid, held, or paid short."""

from temporalio import workflow

from activities.mailing import Mailing
from canonical.asking.order_book import Presented
from canonical.documents.invoice import InvoiceType
from canonical.documents.invoice_run import InvoiceRun
from canonical.documents.posting import DebitMemo, Payable, Voucher
from canonical.kinds import Kind
from canonical.matching.result import Match
from canonical.start import Start
from workflows.kit.calls import ask_store
from workflows.kit.posted_invoice import PostedInvoice
from workflows.kit.run import Run
from workflows.kit.turns import to_the_end


@workflow.defn(name="supplier-invoice")
class SupplierInvoice(Run):
    """One run of one invoice."""

    @workflow.init
    def __init__(self, start: Start[InvoiceRun]) -> None:
        self.process: Story = Story(start)

    @workflow.run
    async def run(self, start: Start[InvoiceRun]) -> InvoiceRun:
        """Tell the story to its end; the closing state is what a later run of the same invoice starts from."""
        await self.process.carry_through(self.process.supplier_invoice)
        return self.process.state


class Story(PostedInvoice):
    """One invoice: parked, matched with its orders, then approved for payment as a whole, or taken back as a whole."""

    async def supplier_invoice(self) -> None:
        """The process as the business tells it."""
        await self.take_back_what_no_longer_counts()
        if not self.gone:
            await self.present_it()
            await self.name_its_orders()
            await self.park_it()
            await self.match_it()
            await self.pay_it()
            await self.ask_back_what_was_billed_too_high()
        await self.tell_its_orders()
        await self.look_once_more()

    async def take_back_what_no_longer_counts(self) -> None:
        """An invoice that was withdrawn, refused, or replaced under its own number leaves nothing behind."""
        if self.gone or self.state.newer is not None:
            await self.desk.take_off_all(reason=self.gone or "a newer version came")
            if self.state.invoice is not None:
                await to_the_end(self.take_back_everything())
        if not self.gone and (newer := self.state.newer) is not None:
            self.know(invoice=newer, newer=None, corrections={}, agreements=(), short_pay=False)
        self.heed()

    async def present_it(self) -> None:
        """Tell the order book that it asks to be paid, and those whom it concerns."""
        if self.state.presented or self.state.approved:
            return
        invoice = self.invoice
        presented = Presented(business_key=self.context.name.business_key, invoice=invoice)
        self.heard_of_its_orders(await ask_store(Mailing.present, presented, summary="presents the invoice"))
        self.know(presented=True)
        if invoice.type is InvoiceType.corrected and invoice.corrects is not None:
            await self.withdraw_the_one_that_it_corrects(invoice.corrects)
        if invoice.type is not InvoiceType.invoice:
            # An invoice that is held may pass together with its credit.
            await self.tell_of_news(invoice.orders)

    async def name_its_orders(self) -> None:
        """Orders that the book does not know are looked up: an invoice may come before order and receipt."""
        if self.state.approved:
            return
        before = self.state.elsewhere
        await self.read_the_order_book()
        if self.invoice.type is not InvoiceType.invoice:
            await self.tell_of_news(tuple(order for order in self.state.elsewhere if order not in before))
        known = [standing.order.number for standing in self.known.orders]
        for order in self.invoice.orders:
            if order not in known and order not in self.state.named:
                self.know(named=(*self.state.named, order))
                await self.name_to_its_run(order)

    async def park_it(self) -> None:
        """Accounts payable sees it in the ERP, held and without effect in the ledger."""
        invoice = self.invoice
        voucher = Voucher(invoice=invoice, held_for="being matched")
        parks = f"parks invoice {invoice.number} of {invoice.supplier}"
        await self.put(Kind.voucher, voucher, amount=invoice.total, summary=parks)

    async def match_it(self) -> None:
        """Match it until nothing holds it, and take what it is paid for of its orders before another invoice does."""
        if self.state.approved:
            return
        self.enter("matching")
        while not await self.taken(await self.match_until_nothing_holds_it()):
            pass
        await self.carry_out_what_was_decided()
        await self.desk.take_off_all(reason="nothing holds the invoice any more")
        self.heed()

    async def pay_it(self) -> None:
        """Approve it for payment: what it takes of its orders, its charges and the difference, less what is not paid."""
        invoice, matched = self.invoice, self._approved()
        self.enter("payment")
        payable = Payable(
            invoice=invoice,
            voucher=self.ledger(Kind.voucher).reference,
            relief=self.purchasing.receiving.relief,
            allocations=matched.allocations,
            extras=matched.extras,
            variance=matched.variance,
            short_paid=matched.short_pay,
            due_on=invoice.due_on,
        )
        approves = f"approves {matched.paid} {invoice.currency} of invoice {invoice.number} for payment"
        await self.put(Kind.payable, payable, amount=matched.paid, summary=approves)

    async def ask_back_what_was_billed_too_high(self) -> None:
        """A debit memo for what was short-paid, but from suppliers who credit and rebill by themselves."""
        invoice, matched = self.invoice, self._approved()
        if not matched.short_pay or invoice.supplier in self.purchasing.paying.rebilled_by:
            return
        memo = DebitMemo(
            facility=invoice.facility,
            supplier=invoice.supplier,
            number=f"DM-{invoice.normalised[:60]}",
            invoice=invoice.number,
            order=next(iter(invoice.orders), ""),
            amount=matched.short_pay,
            currency=invoice.currency,
            on=invoice.received_on,
            reason=matched.short_pay_why[:200],
        )
        asks = f"asks {matched.short_pay} {invoice.currency} of invoice {invoice.number} back"
        await self.put(Kind.debit_memo, memo, amount=matched.short_pay, summary=asks)

    async def tell_its_orders(self) -> None:
        """The orders close their lines, or open them again where something was given back."""
        if self.state.to_tell and not self.one_look:
            await self.listen_no_more()
        while self.state.to_tell:
            order, *rest = self.state.to_tell
            self.know(to_tell=tuple(rest))
            await self.tell_of_news((order,))
            if self.state.reopens:
                # Its run may have closed: nothing was awaited any more.
                await self.name_to_its_run(order)

    async def look_once_more(self) -> None:
        """Where an outcome was ever uncertain, nothing may arrive after the run is closed."""
        doubted = [ledger.step for ledger in self.state.ledgers if ledger.uncertain]
        if doubted:
            self.enter("last look")
        for step in doubted:
            await self.saga.look_once_more(step, service_date=self.invoice.received_on)

    async def _leave(self, why: str) -> None:
        """A run that ends before it has paid gives back what it took, and still asks to be paid."""
        payable = self.state.ledger("payable")
        unsent = payable is None or not payable.keys or (payable.refused and not payable.uncertain)
        if self.state.approved and unsent and not self.settled("payable"):
            await self.ask_no_longer()
            await self.present_it()
            await self.tell_its_orders()
        await super()._leave(why)

    def _approved(self) -> Match:
        if self.state.match is None or not self.state.approved:
            raise RuntimeError("the payment is asked for before the invoice was approved")
        return self.state.match
