"""Shelf life: expired and short-dated goods are refused by their lots, to the day."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from canonical.documents.order_run import TakenLine
from canonical.documents.receipt import ReceiptLine, ReceivedLot, Refused
from canonical.receiving.shelf_life import parted, unfit

CAME = date(2026, 11, 2)
EXPIRED, SHORT = Refused.expired, Refused.short_dated


def lot(quantity: str, expires: date | None, name: str = "L1") -> ReceivedLot:
    return ReceivedLot(lot=name, expires=expires, quantity=Decimal(quantity))


@pytest.mark.parametrize(
    ("days_left", "demanded", "refused"),
    [
        (-1, None, EXPIRED),
        (-1, 90, EXPIRED),
        (-1, 0, EXPIRED),
        (0, None, None),
        (0, 0, None),
        (0, 1, SHORT),
        (1, None, None),
        (89, 90, SHORT),
        (90, 90, None),
        (91, 90, None),
        (None, 90, None),
    ],
)
def test_a_lot_is_good_to_the_end_of_its_last_day_and_keeps_as_long_as_is_demanded(
    days_left: int | None, demanded: int | None, refused: Refused | None
) -> None:
    expires = None if days_left is None else CAME + timedelta(days=days_left)
    shelf_life = None if demanded is None else timedelta(days=demanded)
    assert unfit(lot("1", expires), on=CAME, shelf_life=shelf_life) is refused


GOOD, SOON_OVER, OVER = date(2028, 1, 1), CAME + timedelta(days=30), date(2026, 11, 1)
NINETY = timedelta(days=90)


@pytest.mark.parametrize(
    ("lots", "kept", "left", "refused"),
    [
        ([("20", GOOD)], "2", "20", []),
        ([("15", GOOD), ("5", OVER)], "1.5", "15", [(EXPIRED, "0.5")]),
        ([("5", SOON_OVER), ("10", GOOD), ("5", SOON_OVER)], "1", "10", [(SHORT, "1")]),
        ([("10", OVER), ("4", SOON_OVER), ("6", None)], "0.6", "6", [(EXPIRED, "1"), (SHORT, "0.4")]),
        ([("20", OVER)], "0", "0", [(EXPIRED, "2")]),
    ],
)
def test_a_line_is_parted_by_its_lots_in_each_unit(
    lots: list[tuple[str, date | None]], kept: str, left: str, refused: list[tuple[Refused, str]]
) -> None:
    came = tuple(lot(quantity, expires, f"L{n}") for n, (quantity, expires) in enumerate(lots))
    line = ReceiptLine(line=1, order_line=1, item="4702", accepted=Decimal(2), unit="box", lots=came)
    taken = TakenLine(line=1, order_line=1, item="4702", quantity=Decimal(2), base=Decimal(20), unit="each", lots=came)
    fit, unfit_lines = parted(taken, line, on=CAME, shelf_life=NINETY)
    assert (fit.quantity, fit.base) == (Decimal(kept), Decimal(left))
    assert sum((one.quantity for one in fit.lots), Decimal(0)) == fit.base
    assert [(one.refused_for, one.refused) for one in unfit_lines] == [(why, Decimal(n)) for why, n in refused]
    assert all(one.unit == "box" and not one.accepted for one in unfit_lines)
    assert sorted((*fit.lots, *(one for line in unfit_lines for one in line.lots)), key=str) == sorted(came, key=str)
