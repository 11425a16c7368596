"""Purchasing on a real Tryton in trouble: whatever befalls a write, it stands once, goes back once, and nobody is asked."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from canonical.documents.work_item import Cause
from canonical.identity import RunName
from tests.connectors.contract.trouble import Trouble
from tests.support.acts import ACTS, Act, Ordering, Paying, Receiving
from tests.support.real_trade import COST_CENTRE, PLACE, RealTrade
from tests.support.replenishing import policy
from tests.support.trade_house import TradeHouse
from tests.support.trading import Trading
from tests.workflows.test_real_purchasing import BUYING

TROUBLES = (Trouble.cut_after, Trouble.stalled_before, Trouble.away, Trouble.garbled)
"""Cut after sending, delayed, 503, garbage."""
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
async def trade(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RealTrade]:
    trade = await RealTrade.start(tmp_path_factory.mktemp("trade"))
    yield trade
    await trade.stop()


@pytest.fixture
async def trading(trade: RealTrade, trade_houses: Callable[..., TradeHouse]) -> AsyncIterator[Trading]:
    rules = policy(cost_centres={PLACE: COST_CENTRE}, refused="cancel")
    async with (await trade.furnish(trade_houses, *BUYING, purchasing=rules)).open() as house:
        yield await Trading.at(trade, house)
    await trade.tryton.calm()


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("kind", ACTS)
async def test_an_act_in_trouble_is_done_once_and_taken_back_once(
    trade: RealTrade, trading: Trading, kind: type[Act], trouble: Trouble
) -> None:
    act = kind(trading)
    await act.prepare()
    trade.plan(act.writes, trouble)
    await stands(act, await act.do(), act.done)
    assert not trade.tryton.waiting
    if act.undoes:
        trade.plan(act.undoes, trouble)
        await stands(act, await act.undo(), act.undone)
        assert not trade.tryton.waiting
    open_items = await trading.house.store.work_items.open_items()
    assert {one.item.cause for one in open_items} <= ({Cause.left_behind} if act.gives_up else set())


@pytest.mark.parametrize("kind", [Ordering, Receiving, Paying])
async def test_tryton_dies_under_an_act_and_comes_back_and_has_it_once(
    trade: RealTrade, trading: Trading, kind: type[Act]
) -> None:
    act = kind(trading)
    await act.prepare()
    trade.plan(act.writes[-1:], Trouble.stalled_after)
    doing = asyncio.create_task(act.do())
    await trade.met()
    await trade.tryton.crash()
    await stands(act, await doing, act.done)


async def stands(act: Act, name: RunName, expected: Any) -> None:
    """Once the run has nothing under way any more, Tryton counts what it should."""
    await act.house.at_rest(name)
    assert await act.counted() == expected
