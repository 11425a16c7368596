"""Stock movement: goods leave a location because they were used."""

from datetime import date
from decimal import Decimal

from canonical.model import Frozen


class StockMovement(Frozen):
    """A consumption to post, in base units. `discrepancy` posts it where a plain movement would be refused (rule 3)."""

    facility: str
    location: str
    item: str
    quantity: Decimal
    unit: str
    lot: str | None = None
    serial: str | None = None
    service_date: date
    discrepancy: bool = False
    reason: str = ""
