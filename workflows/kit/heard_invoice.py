"""Heard invoice: what a run has heard of one invoice by whichever way it came, and what people corrected of it."""

from pydantic import ValidationError

from canonical.documents.invoice import Invoice, InvoiceType, InvoiceWithdrawn
from canonical.documents.invoice_run import (
    LINE_FIELDS,
    InvoiceAmendment,
    InvoiceRun,
    as_corrected,
    line_of,
    same_content,
)
from canonical.documents.work_item import Resolution
from canonical.envelope import Envelope
from canonical.identity import order_subject
from canonical.inbound import EventType
from canonical.start import Start
from canonical.unfit import said_of
from workflows.kit import invoice_questions as ask
from workflows.kit.purchasing import Purchasing

SHOWN = 25
"""How many lines of an invoice the details show, those that did not match first."""


class HeardInvoice(Purchasing[InvoiceRun]):
    """The invoice behind a run, as it now counts."""

    starts = Start[InvoiceRun]

    def __init__(self, start: Start[InvoiceRun]) -> None:
        super().__init__(start, InvoiceRun())

    @property
    def invoice(self) -> Invoice:
        """The invoice as it came, with its lines as people corrected them."""
        if self.state.invoice is None:
            raise RuntimeError("the invoice is asked for before it was heard")
        return as_corrected(self.state.invoice, self.state.corrections)

    @property
    def gone(self) -> str:
        """Why it asks no longer to be paid; empty where it does."""
        withdrawn = self.state.withdrawn
        if withdrawn is not None:
            why = f"corrected by {withdrawn.corrected_by}" if withdrawn.corrected_by else withdrawn.reason
            return f"withdrawn: {why or 'by the supplier'}"
        return "" if self.state.refused is None else f"refused: {self.state.refused}"

    @property
    def subjects(self) -> tuple[str, ...]:
        """The news for which it is matched again."""
        return tuple(f"order:{order_subject(self.facility_of(order), order)}" for order in self.invoice.orders)

    def facility_of(self, order: str) -> str:
        """The facility that has placed an order: the one that was billed, unless another is known to have."""
        return self.state.elsewhere.get(order, self.context.name.facility)

    def hear(self, document: Envelope) -> None:
        """An invoice or its withdrawal changes what is to be done; news of its orders say to match it again."""
        match document.type:
            case EventType.invoice_presented:
                self._hear_invoice(Invoice.model_validate(document.data))
            case EventType.invoice_withdrawn:
                self._hear_withdrawal(InvoiceWithdrawn.model_validate(document.data))
            case EventType.order_moved if facility := document.data.get("placed_by"):
                self.know(elsewhere=self.state.elsewhere | {document.data["order"]: facility})
        self.nudge()

    def _hear_invoice(self, heard: Invoice) -> None:
        known = self.state.newer or self.state.invoice
        if known is None:
            self.know(invoice=heard)
            self.turn()
        elif same_content(heard, known):
            self.know(copies=(*self.state.copies, heard.channel))
        elif heard.version > known.version or heard.type is InvoiceType.corrected is not known.type:
            self.know(newer=heard, withdrawn=None, refused=None)
            self.turn()
        else:
            self.aside(ask.conflicting(known, heard))

    def _hear_withdrawal(self, heard: InvoiceWithdrawn) -> None:
        """What is approved already stays where a corrected invoice comes: that one is paid the difference."""
        if not (heard.corrected_by and self.state.approved):
            self.know(withdrawn=heard)
            self.turn()

    def check_amendment(self, resolution: Resolution) -> None:
        """Each corrected field has its type."""
        try:
            InvoiceAmendment.model_validate(resolution.correction)
        except ValidationError as wrong:
            raise ValueError(said_of(wrong)) from None

    def amend(self, resolution: Resolution) -> None:
        """Take in what a person corrected of the line that the question was about; what was let pass is asked anew."""
        amended = InvoiceAmendment.model_validate(resolution.correction)
        if amended.short_pay:
            self.know(short_pay=True)
        step = resolution.item_id.removeprefix(f"{self.context.workflow_id}:").rpartition(":")[0]
        line = line_of(step)
        changes = amended.model_dump(include=set(LINE_FIELDS), exclude_none=True)
        if line is not None and changes:
            before = self.state.corrections.get(line, InvoiceAmendment())
            corrections = self.state.corrections | {line: before.model_copy(update=changes)}
            self.know(corrections=corrections, agreements=(), presented=False)

    def outcome(self) -> str:
        """How the run ends, in a word."""
        if self.gone:
            return self.gone.partition(":")[0]
        if self.state.invoice is not None and self.invoice.type is InvoiceType.credit:
            return "credited"
        return "short-paid" if self.state.match is not None and self.state.match.short_pay else "paid"

    def unsettled(self) -> tuple[str, ...]:
        """The documents in which something is left to do, and the payment where it was not even begun."""
        steps = super().unsettled()
        owed = self.state.invoice is not None and not self.gone and not self.settled("payable")
        return (*steps, "payable") if owed and "payable" not in steps else steps

    def lines(self) -> list[str]:
        """How each document stands, by which ways the invoice came again, and why each line did or did not match."""
        told = super().lines()
        if self.state.copies:
            told.append(f"- the same invoice came again by {', '.join(self.state.copies)}; it is paid once")
        if self.state.match is None:
            return told
        lines = sorted(self.state.match.lines, key=lambda one: one.matched)
        words = [f"- {one.words}" for one in lines[:SHOWN]]
        more = [f"- and {len(lines) - SHOWN} lines more"] if len(lines) > SHOWN else []
        return [*told, *words, *more]
