"""Every string that two sides agree on has its inverse."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonical.identity import RunName, run_of_work_item, undo_key, wire_key, work_item_id, write_key

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
