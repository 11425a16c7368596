"""Between the vendor's words and the canonical ones: items, lots, movements; ways back beside ways in."""

import re
from datetime import UTC, date
from decimal import Decimal

from canonical.documents.item import Item, Ownership, PackLevel, Tracking
from canonical.documents.lot import Condition, Lot
from canonical.documents.stock import StockMovement
from canonical.effect import Found, Posted
from canonical.quantity import UnitFactor
from connectors.systems.sandbox_inventory.shapes import Batch, LookUp, Movement, VendorItem

CHARGE_UNIT = "charge"
# The vendor keeps no history of its factors: what it says holds for every service date.
ALWAYS = date(1970, 1, 1)

_TRACKING = {
    "none": Tracking.none,
    "lot": Tracking.lot,
    "lotExpiry": Tracking.lot_expiry,
    "serial": Tracking.serial,
}
_OWNERSHIP = {
    "owned": Ownership.owned,
    "consigned": Ownership.consigned,
    "billOnly": Ownership.bill_only,
    "sample": Ownership.sample,
}
# Past its date is not a condition here: the engine judges the date by the facility's clock.
_CONDITION = {
    "inDate": Condition.available,
    "expired": Condition.available,
    "quarantined": Condition.quarantined,
    "onRecall": Condition.recalled,
}


def item_of(sku: str) -> str:
    """`SKU-4711` is item 4711."""
    match = re.fullmatch(r"SKU-(\d+)", sku)
    return match[1] if match else sku


def sku_of(item: str) -> str:
    """The vendor's number of an item."""
    return f"SKU-{item}" if re.fullmatch(r"\d+", item) else item


def to_item(vendor: VendorItem) -> Item:
    """The item with its packs; boxes and charge units as factors of the base unit."""
    factors = [
        UnitFactor(unit=pack.level, per=vendor.base_unit, factor=pack.eaches, since=ALWAYS)
        for pack in vendor.packs
        if pack.level != vendor.base_unit
    ]
    charged_apart = vendor.charge_unit_factor != 1
    if charged_apart:
        factors.append(
            UnitFactor(unit=vendor.base_unit, per=CHARGE_UNIT, factor=vendor.charge_unit_factor, since=ALWAYS)
        )
    return Item(
        item=item_of(vendor.sku),
        description=vendor.description,
        kind=vendor.kind,
        base_unit=vendor.base_unit,
        charge_unit=CHARGE_UNIT if charged_apart else vendor.base_unit,
        tracking=_TRACKING[vendor.tracking],
        ownership=_OWNERSHIP[vendor.ownership],
        packs=tuple(PackLevel(unit=pack.level, device_identifier=pack.gtin) for pack in vendor.packs),
        aliases=vendor.aliases,
        factors=tuple(factors),
        active_from=vendor.approved_at.date(),
    )


def to_lot(found: LookUp, *, lot: str | None, serial: str | None) -> Lot | None:
    """What is known of the lot or serial by which the item is tracked, and how many are on hand at the location."""
    if found.item is None or found.on_hand is None:
        return None
    batch: Batch | None = None
    on_hand: Decimal | None = found.on_hand.total
    tracked_by = None
    match found.item.tracking:
        case "serial":
            tracked_by, batch = serial, found.serial
            on_hand = found.on_hand.serial if serial else found.on_hand.total
        case "lot" | "lotExpiry":
            tracked_by, batch = lot, found.lot
            on_hand = found.on_hand.lot if lot else found.on_hand.total
    return Lot(
        lot=lot,
        serial=serial,
        known=tracked_by is None or batch is not None,
        expires=batch.expires_on if batch else None,
        condition=_CONDITION[batch.condition] if batch else Condition.available,
        on_hand=on_hand or Decimal(0),
    )


def to_booking(movement: StockMovement, *, campus: str, wire_key: str) -> dict[str, object]:
    """A consumption, or a discrepancy where a plain movement would be refused."""
    fields: dict[str, object | None] = {
        "type": "discrepancy" if movement.discrepancy else "consumption",
        "externalRef": wire_key,
        "facility": campus,
        "location": movement.location,
        "sku": sku_of(movement.item),
        "lot": movement.lot,
        "serial": movement.serial,
        "qty": number(movement.quantity),
        "serviceDate": movement.service_date.isoformat(),
        "reason": movement.reason[:200] or None,
    }
    return {name: value for name, value in fields.items() if value is not None}


def to_contra(reference: str, *, wire_key: str) -> dict[str, object]:
    """The reversal of a movement, or of a contra movement: the vendor takes all else from the original."""
    return {"type": "reversal", "reverses": reference, "externalRef": wire_key}


def to_posted(movement: Movement) -> Posted:
    """A movement is booked at once."""
    return Posted(reference=movement.movement_id, posting_date=_booked_on(movement))


def to_found(movement: Movement) -> Found:
    """Always live: a contra stands beside what it takes back. A cabinet's own movement carries no key of ours."""
    return Found(
        reference=movement.movement_id,
        wire_key=movement.external_ref or "",
        quantity=movement.qty,
        posting_date=_booked_on(movement),
    )


def number(quantity: Decimal) -> int | float:
    """The vendor's quantities are JSON numbers."""
    return int(quantity) if quantity == quantity.to_integral_value() else float(quantity)


def _booked_on(movement: Movement) -> date:
    return movement.booked_at.astimezone(UTC).date()
