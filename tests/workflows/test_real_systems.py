"""usage-to-charge on systems that nobody here wrote: in order, with every class of write in trouble, and with their deaths."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from temporalio.client import WorkflowHandle

from canonical.documents.usage import CorrectionKind, Usage
from canonical.documents.usage_run import UsageRun
from canonical.run import Standing
from tests.connectors.contract.trouble import Trouble
from tests.support.house import House
from tests.support.real_hospital import EACH, WRITES, RealHospital, used

TROUBLES = (Trouble.cut_after, Trouble.stalled_before, Trouble.away, Trouble.garbled)
"""Cut after sending, delayed, 503, garbage."""
WITHIN = 120


@pytest.fixture(scope="module")
async def hospital(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RealHospital]:
    hospital = await RealHospital.start(tmp_path_factory.mktemp("real"))
    yield hospital
    await hospital.stop()


@pytest.fixture
async def furniture(hospital: RealHospital) -> AsyncIterator[dict[str, Any]]:
    yield hospital.furniture
    await hospital.calm()


@dataclass
class Books:
    """What the systems themselves say of the item, of the patient, and of what uses have cost."""

    on_hand: Decimal
    billed: Decimal
    expensed: Decimal

    @classmethod
    async def of(cls, hospital: RealHospital) -> "Books":
        return cls(await hospital.on_hand(), await hospital.billed(), await hospital.expensed())

    def after(self, units: int) -> "Books":
        return Books(self.on_hand - units, self.billed + units, self.expensed + units * EACH)


async def test_a_use_is_posted_once_in_each_system(house: House, hospital: RealHospital) -> None:
    before = await Books.of(hospital)
    state = await finished(await house.report(await used(house, uuid4().hex[:8])))
    assert [ledger.standing for ledger in state.ledgers] == [Standing.posted] * 3
    assert await Books.of(hospital) == before.after(2)


async def test_a_use_that_did_not_happen_leaves_nothing_behind(house: House, hospital: RealHospital) -> None:
    usage, before = await used(house, uuid4().hex[:8]), await Books.of(hospital)
    state = await taken_back(house, usage, await finished(await house.report(usage)))
    assert [ledger.standing for ledger in state.ledgers] == [Standing.exempt] * 3
    assert await Books.of(hospital) == before


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("write", WRITES)
async def test_a_write_in_trouble_is_done_once(
    house: House, hospital: RealHospital, write: str, trouble: Trouble
) -> None:
    usage, before = await used(house, uuid4().hex[:8]), await Books.of(hospital)
    if WRITES[write][1] == "write":
        await hospital.trouble(write, trouble)
        await finished(await house.report(usage))
    else:
        closed = await finished(await house.report(usage))
        await hospital.trouble(write, trouble)
        await taken_back(house, usage, closed)
    await hospital.met(write)
    assert await house.store.work_items.open_items() == ()
    assert await Books.of(hospital) == before.after(2 if WRITES[write][1] == "write" else 0)


@pytest.mark.parametrize("write", ["movement", "charge", "journal"])
async def test_a_system_that_dies_under_a_write_and_comes_back_has_it_once(
    house: House, hospital: RealHospital, write: str
) -> None:
    usage, before = await used(house, uuid4().hex[:8]), await Books.of(hospital)
    await hospital.trouble(write, Trouble.stalled_after)
    handle = await house.report(usage)
    await hospital.met(write)
    await hospital.keeper(WRITES[write][0]).crash()
    state = await finished(handle)
    assert [ledger.standing for ledger in state.ledgers] == [Standing.posted] * 3
    assert await Books.of(hospital) == before.after(2)


async def finished(handle: WorkflowHandle) -> UsageRun:
    return await asyncio.wait_for(handle.result(), WITHIN)


async def taken_back(house: House, usage: Usage, closed: UsageRun) -> UsageRun:
    correction = await house.correct(usage, CorrectionKind.not_used)
    document = house.envelope("usage.corrected", usage.number, correction.model_dump(mode="json"))
    return await finished(await house.send(document, closing=closed, ordinal=2))
