"""Mail: what one run writes to another is stored once and leads back to the run, however long its names are."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from activities.mailing import Mailing
from canonical.asking.mail import Letter
from canonical.documents.replenishment import ParCrossed, Request
from canonical.identity import LONGEST_ID, RunName, basket_run, request_run, run_of_write, sweep_run
from canonical.inbound import EventType
from canonical.model import Frozen
from suture.dispatch import Dispatcher
from suture.intake import OWN, Intake
from suture.mail import Mail
from suture.store.store import Store
from workflows.kit.letters import as_data

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
# Each slash is three characters in a workflow id.
FACILITY, PLACE, ITEM, BASKET = (f"{first}{'/' * (LONGEST_ID - 1)}" for first in "FPIB")


class Campus(Frozen):
    """What the intake knows of a facility."""

    timezone: str = "America/New_York"
    legal_entity: str = "US01"


@pytest.fixture
def mailing(store: Store, dispatcher: Dispatcher) -> Mailing:
    """The activities that send letters, as a worker has them."""
    intake = Intake(store, facilities={FACILITY: Campus()})
    return Mailing(Mail(intake, dispatcher), store.order_book)


def letter_of(run: RunName, letter: str, kind: EventType, document: Request | ParCrossed) -> Letter:
    return Letter(
        id=f"{run.workflow_id}:{letter}",
        type=kind,
        facility=FACILITY,
        number=document.number,
        time=NOON,
        data=as_data(document),
    )


async def test_a_need_with_the_longest_names_reaches_its_basket_once_and_leads_back(
    store: Store, mailing: Mailing
) -> None:
    need = request_run(FACILITY, PLACE, ITEM).model_copy(update={"ordinal": 9999})
    request = Request(
        facility=FACILITY,
        source=OWN,
        number="R" * LONGEST_ID,
        occurred=NOON,
        supplier="S" * LONGEST_ID,
        basket=BASKET,
        item=ITEM,
        quantity=Decimal(2),
        location=PLACE,
        cost_centre="4100",
    )
    letters = [letter_of(need, str(count), EventType.item_requested, request) for count in (999, 999, 1000)]
    for letter in letters:
        assert (await mailing.send(letter)).business_key == basket_run(FACILITY, BASKET).business_key
    correlation_id = await store.correlations.find(basket_run(FACILITY, BASKET).business_key)
    stored = await store.inbox.of_correlation(correlation_id or "")
    assert len({one.envelope.id for one in stored}) == len(stored) == 2
    told = await store.lineage.of_runs([need.workflow_id])
    assert {run_of_write(edge.effect_key) for edge in told} == {need.workflow_id}
    of_one_letter = [("asked-for", request.number), ("collected-in", BASKET)]
    assert [(edge.relation, edge.to_reference) for edge in told] == of_one_letter * 2


async def test_a_sweep_tells_of_two_needs_with_the_longest_names_apart(mailing: Mailing) -> None:
    sweep = sweep_run(FACILITY)
    for item in (ITEM, ITEM[:-1] + "x"):
        crossing = ParCrossed(
            facility=FACILITY, source="schedule", number="SWEEP-20261102", occurred=NOON, location=PLACE, item=item
        )
        letter = letter_of(sweep, f"20261102:{PLACE}:{item}", EventType.par_crossed, crossing)
        assert (await mailing.send(letter)).business_key == request_run(FACILITY, PLACE, item).business_key
