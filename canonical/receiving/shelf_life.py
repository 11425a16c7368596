"""Shelf life: lots that came expired, or too near their expiry, are refused as if the dock had done so (domain rule 16)."""

from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from canonical.documents.order_run import TakenLine
from canonical.documents.receipt import ReceiptLine, ReceivedLot, Refused
from canonical.receiving.counting import FINEST


def unfit(lot: ReceivedLot, *, on: date, shelf_life: timedelta | None) -> Refused | None:
    """Why a lot is not taken on this day: its last day is over, or it keeps for less than the facility demands.

    `on` is the facility's date of the receipt; a lot is good to the end of the day of its expiry.
    """
    if lot.expires is None:
        return None
    if lot.expires < on:
        return Refused.expired
    return Refused.short_dated if shelf_life is not None and lot.expires - on < shelf_life else None


def parted(
    taken: TakenLine, line: ReceiptLine, *, on: date, shelf_life: timedelta | None
) -> tuple[TakenLine, tuple[ReceiptLine, ...]]:
    """What is taken of a line, and what is refused of it in counted units, one line a reason.

    `line` is the line of the receipt as it was counted. Nothing may be left of what is taken.
    """
    why = {lot: unfit(lot, on=on, shelf_life=shelf_life) for lot in taken.lots}
    refused = tuple(
        _refused(taken, line, reason, tuple(lot for lot in taken.lots if why[lot] is reason))
        for reason in (Refused.expired, Refused.short_dated)
        if reason in why.values()
    )
    if not refused:
        return taken, ()
    fit = tuple(lot for lot in taken.lots if why[lot] is None)
    base = sum((lot.quantity for lot in fit), Decimal(0))
    quantity = (taken.quantity * base / taken.base).quantize(FINEST, ROUND_HALF_EVEN)
    return taken.model_copy(update={"quantity": quantity, "base": base, "lots": fit}), refused


def _refused(taken: TakenLine, line: ReceiptLine, why: Refused, lots: tuple[ReceivedLot, ...]) -> ReceiptLine:
    base = sum((lot.quantity for lot in lots), Decimal(0))
    counted = (line.accepted * base / taken.base).quantize(FINEST, ROUND_HALF_EVEN)
    changes = {"accepted": Decimal(0), "refused": counted, "refused_for": why, "lots": lots}
    return line.model_copy(update=changes)
