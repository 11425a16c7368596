"""Question: one invoice with everything that its match depends on."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from canonical.documents.invoice import Invoice, InvoiceType, SeenInvoice
from canonical.documents.order_book import Allocation
from canonical.matching.book import Book
from canonical.matching.contracts import Contracts
from canonical.matching.policy import Terms


@dataclass(frozen=True, slots=True)
class Question:
    """An invoice with everything that its match depends on.

    `before` are those of `others` that come before it, `ahead` those of them that pass, or will in their turn, and go
    back to another invoice; `presumed` is what the credits among them take back. `counted_on` are credits that wait for
    this very invoice. With `presume` it is only asked whether this comes before another one: orders that are not at hand
    match. `elsewhere` says in words who keeps an order that cannot be paid here.
    """

    invoice: Invoice
    book: Book
    contracts: Contracts
    terms: Terms
    others: Sequence[Invoice]
    seen: Sequence[SeenInvoice]
    before: Sequence[SeenInvoice]
    ahead: Sequence[Invoice] = ()
    presumed: Sequence[Allocation] = ()
    counted_on: Sequence[Invoice] = ()
    overridden: Collection[str] = ()
    presume: bool = False
    elsewhere: Mapping[str, str] = field(default_factory=dict)

    @property
    def in_detail(self) -> bool:
        """Whether more is asked than if it passes: of one that comes before another, only where it gives something back."""
        return not self.presume or self.invoice.type is not InvoiceType.invoice or bool(self.counted_on)
