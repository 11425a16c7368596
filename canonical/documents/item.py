"""Item: what can be bought, stocked, used and charged, as the inventory system's master knows it."""

from datetime import date
from enum import StrEnum

from canonical.model import Frozen
from canonical.quantity import Unit, UnitFactor


class Tracking(StrEnum):
    """Which identifiers a use of the item must carry, and so which safety checks apply."""

    none = "none"
    lot = "lot"
    lot_expiry = "lot-expiry"
    serial = "serial"

    @property
    def expires(self) -> bool:
        """Whether an expiry counts for goods that are tracked so."""
        return self in (Tracking.lot_expiry, Tracking.serial)


class Ownership(StrEnum):
    """Whose goods they are until used (domain rule 21)."""

    owned = "owned"
    consigned = "consigned"
    bill_only = "bill-only"
    sample = "sample"


class PackLevel(Frozen):
    """A pack of the item with its own device identifier: its unit and the GTIN-14 that a scan of it yields."""

    unit: Unit
    device_identifier: str


class Item(Frozen):
    """The item as of the date it was asked for; `factors` hold the dated conversions to base and charge units."""

    item: str
    description: str = ""
    kind: str = "supply"
    base_unit: Unit = "each"
    charge_unit: Unit = "each"
    tracking: Tracking = Tracking.none
    ownership: Ownership = Ownership.owned
    packs: tuple[PackLevel, ...] = ()
    aliases: tuple[str, ...] = ()
    factors: tuple[UnitFactor, ...] = ()
    active_from: date | None = None
