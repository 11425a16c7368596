"""Order book: what an order answers for, line by line: ordered, received, returned, and already allocated to invoices."""

from datetime import date
from decimal import Decimal

from pydantic import Field

from canonical.documents.document import Code
from canonical.documents.order import Order, OrderLine
from canonical.model import Frozen


class ReceivedPart(Frozen):
    """What one receipt line added to an order line, in order units; less what went back of it since."""

    receipt: Code
    packing_slip: str = ""
    line: int
    quantity: Decimal = Field(max_digits=12, decimal_places=4)
    returned: Decimal = Field(default=Decimal(0), max_digits=12, decimal_places=4)
    received_on: date

    @property
    def kept(self) -> Decimal:
        """What is still here of it."""
        return self.quantity - self.returned


class Allocation(Frozen):
    """What an approved invoice line took of an order line: fixed, and never given out twice.

    Credits take negative quantity and amount. `receipt` is the receipt that it was held against, where there was one.
    """

    invoice: str
    invoice_line: int
    order: Code
    order_line: int
    receipt: str = ""
    receipt_line: int = 0
    quantity: Decimal = Field(max_digits=12, decimal_places=4)
    amount: Decimal = Field(max_digits=18, decimal_places=2)


class LineStanding(Frozen):
    """One order line as it stands. Quantities in order units."""

    line: OrderLine
    received: tuple[ReceivedPart, ...] = ()
    allocated: tuple[Allocation, ...] = ()

    @property
    def ordered(self) -> Decimal:
        """What is still wanted: ordered less cancelled."""
        return self.line.quantity - self.line.cancelled

    @property
    def kept(self) -> Decimal:
        """Received less returned."""
        return sum((part.kept for part in self.received), Decimal(0))

    @property
    def invoiced(self) -> Decimal:
        """The quantity that approved invoices took, less credits."""
        return sum((one.quantity for one in self.allocated), Decimal(0))

    @property
    def paid_for(self) -> Decimal:
        """The amount that approved invoices took, less credits."""
        return sum((one.amount for one in self.allocated), Decimal(0))

    @property
    def received_not_invoiced(self) -> Decimal:
        """What may still be invoiced against receipts; below zero where goods went back after they were invoiced."""
        return self.kept - self.invoiced


class OrderStanding(Frozen):
    """An order as it stands, at a version that rises with every change of it: allocations are made against one version.

    `procurement` is the system that keeps it: only there what is received of it can be paid. `reversed` are the receipts
    that did not happen as recorded and of which nothing stands any more.
    """

    facility: Code
    order: Order
    procurement: str = ""
    version: int = 0
    lines: tuple[LineStanding, ...] = Field(max_length=500)
    reversed: tuple[Code, ...] = ()

    def line(self, number: int) -> LineStanding | None:
        """The standing of a line."""
        return next((one for one in self.lines if one.line.line == number), None)
