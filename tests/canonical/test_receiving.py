"""What goods come to in the order's units, and what an order still waits for."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonical.documents.contract import UnitPrice
from canonical.documents.order import OrderLine
from canonical.documents.order_run import TakenLine
from canonical.documents.receipt import ReceiptLine
from canonical.receiving.awaited import awaited
from canonical.receiving.counting import adding_to, taken_line
from tests.canonical.matching.situations import orders


def box_of(each: int) -> OrderLine:
    price = UnitPrice(amount=Decimal(9), currency="USD", unit="box")
    return OrderLine(line=1, item="GAUZE", quantity=Decimal(4), unit="box", base_factor=Decimal(each), price=price)


@given(each=st.integers(2, 60), parts=st.lists(st.integers(1, 200), min_size=1, max_size=12))
def test_parts_of_boxes_add_up_to_what_came_however_they_came(each: int, parts: list[int]) -> None:
    ordered = box_of(each)
    taken: list[TakenLine] = []
    for part in parts:
        line = ReceiptLine(line=1, item="GAUZE", accepted=Decimal(part), unit="each")
        taken.append(adding_to(taken, taken_line(line, ordered, factor=Decimal(1)), ordered))
    came = sum((one.quantity for one in taken), Decimal(0))
    assert came == (Decimal(sum(parts)) / each).quantize(Decimal("0.0001"))
    assert all(abs(one.quantity * each - one.base) < Decimal("0.02") for one in taken)


def test_what_was_counted_by_another_factor_stays_as_it_was_counted() -> None:
    ordered = box_of(3)
    before = TakenLine(line=1, order_line=1, item="GAUZE", quantity=Decimal(2), base=Decimal(20), unit="each")
    line = ReceiptLine(line=1, item="GAUZE", accepted=Decimal(1), unit="each")
    counted = taken_line(line, ordered, factor=Decimal(1))
    assert adding_to([before], counted, ordered) == counted


SERVICE = {"item": "", "kind": "service", "match": "amount", "quantity": 12, "price": Decimal(500)}
BY_AMOUNT = {"receipt": "", "receipt_line": 0, "quantity": 0}


@pytest.mark.parametrize(
    ("row", "missing"),
    [
        ({"ordered": [{"quantity": 10, "price": Decimal(12)}]}, [("goods", Decimal(120))]),
        (
            {"ordered": [{"quantity": 10, "price": Decimal(12)}], "received": [{"quantity": 6}]},
            [("goods", Decimal(48)), ("invoice", Decimal(72))],
        ),
        (
            {
                "ordered": [{"quantity": 10, "price": Decimal(12)}],
                "received": [{"quantity": 10, "returned": 4}],
                "approved": [{"quantity": 10, "amount": Decimal(120)}],
            },
            [("goods", Decimal(48)), ("credit", Decimal(48))],
        ),
        ({"ordered": [SERVICE], "approved": [{**BY_AMOUNT, "amount": Decimal(5800)}]}, [("goods", Decimal(200))]),
        ({"ordered": [SERVICE], "approved": [{**BY_AMOUNT, "amount": Decimal(6000)}]}, []),
    ],
    ids=[
        "nothing came",
        "some came",
        "some went back after it was paid",
        "a service that is paid in part",
        "paid whole",
    ],
)
def test_what_an_order_waits_for_and_the_money_that_depends_on_it(
    row: dict[str, Any], missing: list[tuple[str, Decimal]]
) -> None:
    (standing,) = orders(row)
    assert [(one.what, one.at_risk.amount) for one in awaited(standing)] == missing
