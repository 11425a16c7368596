"""Every string that two sides agree on has its inverse."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonical.identity import (
    LONGEST_ID,
    RunName,
    basket_code,
    basket_of_order,
    basket_run,
    case_basket,
    order_number,
    run_of_work_item,
    undo_key,
    wire_key,
    work_item_id,
    write_key,
)

PART = st.text(min_size=1, max_size=30).filter(lambda part: not any(0xD800 <= ord(c) <= 0xDFFF for c in part))
NAMES = st.builds(
    RunName, process=PART, facility=PART, source=PART, number=PART, ordinal=st.integers(min_value=1, max_value=99)
)


@given(NAMES)
def test_a_workflow_id_can_be_read_back(name: RunName) -> None:
    assert RunName.parse(name.workflow_id) == name
    assert RunName.parse(name.business_key) == name.model_copy(update={"ordinal": 1})


@given(NAMES, NAMES)
def test_two_runs_never_share_a_workflow_id(one: RunName, other: RunName) -> None:
    assert (one.workflow_id == other.workflow_id) == (one == other)


@given(NAMES, st.sampled_from(["stock", "charge", "left"]), st.integers(min_value=1, max_value=9))
def test_a_work_item_tells_its_run(name: RunName, step: str, number: int) -> None:
    assert run_of_work_item(work_item_id(name.workflow_id, step, number)) == name.workflow_id


@pytest.mark.parametrize("text", ["", "a:b:c", "a:b:c:d:e:f", "a:b::d", "a:b:c:d:x"])
def test_what_is_no_workflow_id_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        RunName.parse(text)


def test_a_wire_key_is_26_characters_and_its_own_for_each_write() -> None:
    key = write_key("usage-to-charge:N:s:1", "stock", 1)
    keys = {key, write_key("usage-to-charge:N:s:1", "stock", 2), undo_key(key, "M1"), undo_key(key, "M2")}
    wires = {wire_key(one) for one in keys}
    assert len(wires) == 4
    assert all(len(wire) == 26 and wire.isalnum() and wire.isupper() for wire in wires)


def test_an_order_tells_the_basket_that_it_came_of_and_no_other_facilitys() -> None:
    basket = basket_run("NORTH", "100003-20261124")
    order = order_number(basket, 2)
    assert order == "PO-NORTH-100003-20261124-2"
    assert basket_of_order("NORTH", order) == basket.number
    assert basket_of_order("SOUTH", order) is None
    assert [basket_of_order("NORTH", other) for other in ("4500000001", "PO-NORTH-1", "PO-NORTH-a-b", "PO-")] == [
        None
    ] * 4


@given(st.text("AB/-", min_size=1, max_size=LONGEST_ID), st.text("ab.-", min_size=1, max_size=LONGEST_ID))
def test_an_order_of_the_longest_names_has_room_for_its_receipts_and_tells_its_basket(
    facility: str, supplier: str
) -> None:
    for code in (basket_code(supplier, date(2026, 11, 24)), case_basket(supplier, f"case_{'A' * 26}")):
        order = order_number(basket_run(facility, code), 999)
        assert len(f"{order}-R9999") <= LONGEST_ID
        assert basket_of_order(facility, order) == code


def test_two_long_names_that_begin_alike_have_baskets_and_orders_of_their_own() -> None:
    names = [f"{'N' * 60}{last}" for last in "AB"]
    baskets = [basket_code(name, date(2026, 11, 24)) for name in names]
    orders = [order_number(basket_run(name, basket), 1) for name in names for basket in baskets]
    assert len({*baskets, *orders}) == 6
    assert [basket_of_order(names[0], order) for order in orders] == [*baskets, None, None]
