"""Billing tells what became of a charge late, twice or in another order: it is one charge all the same."""

from collections.abc import Callable
from typing import Any

import pytest

from canonical.memory import InboxState
from tests.chaos.ledgers import Ledgers
from tests.chaos.uses import Expected, Use
from tests.support.engine import until
from tests.support.engine_running import EngineOfProcesses

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

LATER_THAN_THE_LOOK = 6.0
"""Seconds: by then the run has asked billing itself, and is closed."""

TREATED: dict[str, Callable[[dict[str, Any]], bool]] = {
    "delay": lambda hook: hook["not_before"] > 0,
    "repeat": lambda hook: hook["copies"] == 2,
    "reorder": lambda hook: hook["position"] != hook["seq"],
}
"""How billing's outbox shows that a webhook was sent so."""


@pytest.mark.parametrize(("kind", "first"), [("delay", 300), ("repeat", 302), ("reorder", 304)])
async def test_an_outcome_of_billing_may_come_in_any_way(processes: EngineOfProcesses, kind: str, first: int) -> None:
    engine, uses = processes, [Use.nth(first), Use.nth(first + 1)]
    treatment = {"kind": kind, "count": 1 if kind == "reorder" else 2, "seconds": LATER_THAN_THE_LOOK}
    await engine.order(engine.sandbox.billing, "hooks", treatment)
    for use in uses:
        await engine.capture(use.body())
    for use in uses:
        assert await engine.to_rest(use.name) == ()

    keys = [use.wire("charge") for use in uses]

    async def told() -> list[dict[str, Any]] | None:
        """What billing sent about the two charges."""
        hooks = (await engine.order(engine.sandbox.billing, "hooks", method="GET"))["hooks"]
        own = [hook for hook in hooks if any(key in hook["body"] for key in keys)]
        return own if len(own) == len(keys) and all(hook["state"] == "sent" for hook in own) else None

    sent = await until(told, what="both outcomes")
    assert any(TREATED[kind](hook) for hook in sent)

    async def taken_in() -> bool | None:
        runs = [await engine.run(use.name) for use in uses]
        events = [await engine.store.inbox.of_correlation(run.correlation_id) for run in runs if run is not None]
        posted = [one for told in events for one in told if one.envelope.type == "charge.posted"]
        return (len(posted) == 2 and all(one.state is not InboxState.stored for one in posted)) or None

    await until(taken_in, what="both outcomes in the inbox, and done with")
    ledgers = Ledgers.of(engine.sandbox)
    for use in uses:
        assert ledgers.wrong(Expected.of(use)) == []
        assert [one.reference for one in ledgers.charges if one.key in ledgers.keys(use)] == [use.wire("charge")]
        run = await engine.store.runs.newest(use.name.business_key)
        assert run is not None
        assert (run.ordinal, run.outcome) == (1, "posted")
        assert await engine.items(use.name) == ()
