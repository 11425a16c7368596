"""The laws of compensation on the plan alone: whatever arrived in whatever order, following the plan ends as expected."""

from hypothesis import given
from hypothesis import strategies as st

from canonical.effect import Found
from canonical.identity import undo_key, wire_key
from canonical.standing import next_to_take_back, stands, trace

OLD, KEY = "run:stock:1", "run:stock:2"


class Contra:
    """A system that takes back by a document of its own, and checks nothing."""

    def __init__(self) -> None:
        self.documents: list[Found] = []
        self.keys = {wire_key(OLD), wire_key(KEY)}

    def post(self, key: str) -> str:
        reference = f"M{len(self.documents)}"
        self.documents.append(Found(reference=reference, wire_key=wire_key(key)))
        return reference


@given(st.lists(st.sampled_from(["do", "do-old", "undo", "undo-undo"]), max_size=8), st.sampled_from([0, 1]))
def test_following_the_plan_ends_with_what_is_expected(events: list[str], expected: int) -> None:
    system, taken = Contra(), []
    for event in events:
        if event in ("do", "do-old"):
            key = KEY if event == "do" else OLD
            taken.append((key, system.post(key)))
        elif taken and event == "undo":
            key, reference = taken[0]
            undo = undo_key(key, reference)
            taken.append((undo, system.post(undo)))
        elif taken:
            key, reference = taken[-1]
            undo = undo_key(key, reference)
            taken.append((undo, system.post(undo)))
    for _ in range(40):
        documents = trace((OLD, KEY), system.documents)
        surplus = next_to_take_back(documents, key=KEY, expected=expected)
        if surplus is None:
            break
        system.post(surplus.undo)
    standing = stands(trace((OLD, KEY), system.documents))
    assert len(standing) <= expected
    assert all(document.key == KEY for document in standing)
    assert all(document.counts in (0, 1) for document in trace((OLD, KEY), system.documents))
    before = len(system.documents)
    assert next_to_take_back(trace((OLD, KEY), system.documents), key=KEY, expected=expected) is None
    assert len(system.documents) == before


def test_of_two_the_first_under_the_key_in_force_is_kept() -> None:
    system = Contra()
    old, first, second = system.post(OLD), system.post(KEY), system.post(KEY)
    surplus = [next_to_take_back(trace((OLD, KEY), system.documents), key=KEY, expected=1)]
    assert surplus[0] is not None and surplus[0].found.reference == second
    system.post(surplus[0].undo)
    last = next_to_take_back(trace((OLD, KEY), system.documents), key=KEY, expected=1)
    assert last is not None and last.found.reference == old
    system.post(last.undo)
    (kept,) = stands(trace((OLD, KEY), system.documents))
    assert kept.found.reference == first


def test_what_was_voided_in_place_counts_nothing() -> None:
    voided = Found(reference="C1", wire_key=wire_key(KEY), live=False)
    rejected = Found(reference="C2", wire_key=wire_key(KEY), standing="rejected")
    assert stands(trace((KEY,), (voided, rejected))) == ()
