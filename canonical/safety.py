"""Safety: what is wrong with the lot of a use. Findings hold a charge and tell people; they never hide the use (rule 3)."""

from decimal import Decimal

from canonical.documents.item import Item, Tracking
from canonical.documents.lot import Condition, Lot
from canonical.documents.usage import Usage
from canonical.policy import Finding


def findings(usage: Usage, item: Item, lot: Lot | None, *, base_quantity: Decimal) -> tuple[Finding, ...]:
    """What the item's tracking class lets us check, in a fixed order; a lot is expired after the end of its last day."""
    found: list[Finding] = []
    if _identifier_missing(usage, item):
        found.append(Finding.identifier_missing)
    elif item.tracking is not Tracking.none and (lot is None or not lot.known):
        found.append(Finding.unknown_lot)
    if lot is not None and lot.known:
        if _is_expired(usage, item, lot):
            found.append(Finding.expired)
        if lot.condition is Condition.recalled:
            found.append(Finding.recalled)
        if lot.condition is Condition.quarantined:
            found.append(Finding.quarantined)
        if lot.on_hand < base_quantity and usage.already_posted.stock is None:
            found.append(Finding.not_on_hand)
    return tuple(found)


def _is_expired(usage: Usage, item: Item, lot: Lot) -> bool:
    """By the earlier of the dates that the lot's record and its label tell, for goods whose expiry is tracked."""
    if not item.tracking.expires:
        return False
    told = [lot.expires, usage.scan.expires if usage.scan is not None else None]
    return any(date is not None and usage.service_date > date for date in told)


def _identifier_missing(usage: Usage, item: Item) -> bool:
    if item.tracking is Tracking.serial:
        return usage.serial is None
    return item.tracking in (Tracking.lot, Tracking.lot_expiry) and usage.lot is None
