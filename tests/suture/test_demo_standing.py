"""The demo waits until nothing moves without a person: a run that only looks again now and then does not move."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

import pytest

from canonical.documents.work_item import Cause, Decision
from canonical.errors import Audience
from canonical.identity import order_run
from canonical.memory import RunProjection
from suture.demo.day import BY_NUMBER
from suture.demo.purchasing import standing
from suture.demo.purchasing.moves import Sheet
from suture.demo.purchasing.orders import PURCHASES
from suture.demo.purchasing.standing import PurchaseWatch, names_of
from suture.demo.standing import Watch
from suture.store.work_items import Listed
from tests.suture.test_demo_report import question, run

FIRST, SECOND = PURCHASES[:2]
ORDERS = {one.number: order_run(one.facility, one.number) for one in (FIRST, SECOND)}


def asked(number: str, cause: Cause = Cause.price_hold) -> Listed:
    about = question(BY_NUMBER["U-101"], cause, Decision.override, owner=Audience.buyer).item
    item_id = f"{ORDERS[number].workflow_id}:{cause}:1"
    return Listed(item=about.model_copy(update={"workflow_id": ORDERS[number].workflow_id, "item_id": item_id}))


@dataclass
class Seen:
    """What one look finds: the open questions, and the orders whose runs are at work."""

    items: Sequence[Listed]
    busy: tuple[str, ...] = ()


@dataclass
class Hospital:
    """A watch over two orders; each look finds the next of these, the last one again and again."""

    looks: list[Seen]
    asked_whether_busy: list[str] = field(default_factory=list)

    @property
    def store(self) -> "Hospital":
        return self

    runs = work_items = store

    async def find(self, *, limit: int) -> tuple[RunProjection, ...]:
        opened = run(BY_NUMBER["U-101"], outcome="")
        names: Mapping[str, str] = {one.business_key: one.workflow_id for one in ORDERS.values()}
        return tuple(
            opened.model_copy(update={"business_key": key, "workflow_id": name}) for key, name in names.items()
        )

    async def open_items(self, *, limit: int) -> tuple[Listed, ...]:
        self.now = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
        return tuple(self.now.items)

    async def is_busy(self, workflow_id: str) -> bool:
        self.asked_whether_busy.append(workflow_id)
        return workflow_id in [ORDERS[number].workflow_id for number in self.now.busy]


async def rested(hospital: Hospital, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether both are found to be quiet."""
    monkeypatch.setattr(standing, "LOOKS_EVERY", 0.01)
    watch = PurchaseWatch(cast(Watch, hospital))
    found = await watch.until(
        [FIRST, SECOND], {}, lambda one: one.quiet, within=0.2, progress=lambda standings, spent: None
    )
    return all(one.quiet for one in found)


BOTH = (asked(FIRST.number), asked(SECOND.number))


async def test_purchases_that_look_again_in_turns_are_at_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    hospital = Hospital([Seen(BOTH, busy=(SECOND.number,)), Seen(BOTH, busy=(FIRST.number,))])
    assert await rested(hospital, monkeypatch)
    assert hospital.asked_whether_busy.count(ORDERS[FIRST.number].workflow_id) == 1


async def test_a_purchase_that_is_asked_something_else_since_it_was_quiet_moves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    more = (*BOTH, asked(FIRST.number, Cause.quantity_hold))
    hospital = Hospital([Seen(BOTH, busy=(SECOND.number,)), Seen(more, busy=(FIRST.number,))])
    assert not await rested(hospital, monkeypatch)


async def test_a_purchase_that_was_never_quiet_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not await rested(Hospital([Seen(BOTH, busy=(FIRST.number,))]), monkeypatch)


def test_every_purchase_has_a_run_to_look_at_before_the_day_or_an_order_or_a_case_to_find_one_by() -> None:
    for purchase in PURCHASES:
        known = names_of(purchase, purchase.number if purchase.entered else "")
        assert known or purchase.makes is not None or any(isinstance(move, Sheet) for move in purchase.moves)
