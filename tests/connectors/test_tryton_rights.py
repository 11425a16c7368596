"""The engine's login at a Tryton can do what the connector does, and no more."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from canonical.errors import Audience, BusinessRefusal, NotPermitted
from connectors.systems.tryton.client import TrytonClient
from tests.connectors.contract.peers.tryton_finance import TrytonFinancePeer
from tests.connectors.costs import posting
from tests.connectors.purchases import DAY
from tests.connectors.tryton_books import client_of

OWNER = Audience.finance


@pytest.fixture(scope="module")
async def peer(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[TrytonFinancePeer]:
    started = TrytonFinancePeer()
    await started.start(tmp_path_factory.mktemp("tryton"))
    yield started
    await started.stop()


@pytest.fixture
async def engine(peer: TrytonFinancePeer) -> AsyncIterator[TrytonClient]:
    client = client_of(peer, "engine", peer.password_file)
    yield client
    await client.close()


CREATED: Mapping[str, Mapping[str, Any]] = {
    "res.user": {"name": "Another", "login": "another"},
    "res.user.application": {"application": "rest"},
    "res.group": {"name": "Another"},
    "ir.model.access": {"model": "res.user", "perm_write": True},
    "ir.rule": {},
    "ir.cron": {},
    "ir.trigger": {},
    "ir.sequence": {"name": "Another"},
    "ir.attachment": {"name": "a file"},
    "party.party": {"name": "Another"},
    "party.address": {},
    "party.identifier": {"code": "1"},
    "party.contact_mechanism": {"type": "email", "value": "another@example.org"},
    "product.template": {"name": "Another"},
    "stock.location": {"name": "Elsewhere", "type": "storage"},
    "stock.order_point": {"type": "internal"},
    "account.account": {"name": "Another"},
    "account.journal": {"name": "Another"},
    "account.period": {"name": "Another"},
    "analytic_account.account": {"name": "Another"},
}

CHANGED: Mapping[str, Mapping[str, Any]] = {
    "res.user": {"password": "another-secret-1"},
    "res.group": {"name": "Another"},
    "ir.model.access": {"perm_write": True},
    "party.party": {"name": "Another"},
    "party.address": {"street": "Elsewhere"},
    "product.product": {"active": False},
    "product.template": {"list_price": 0},
    "stock.location": {"name": "Elsewhere"},
    "account.account": {"name": "Another"},
    "account.period": {"name": "Another"},
    "company.company": {"currency": 1},
}

READ = ("res.user.application", "ir.attachment", "ir.error", "ir.session")


@pytest.mark.parametrize("model", CREATED)
async def test_tryton_lets_it_make_nothing_that_the_connector_does_not_make(engine: TrytonClient, model: str) -> None:
    with pytest.raises(NotPermitted) as caught:
        await engine.create(model, dict(CREATED[model]), audience=OWNER)
    assert f"{model}.create" in caught.value.summary


@pytest.mark.parametrize("model", CHANGED)
async def test_tryton_lets_it_change_nothing_that_is_there(engine: TrytonClient, model: str) -> None:
    one, *_ = await engine.rows(model, [], ["id"])
    with pytest.raises(NotPermitted):
        await engine.write(model, one["id"], dict(CHANGED[model]), audience=OWNER)
    # Tryton has a rule of its own that nobody deletes a user.
    with pytest.raises(BusinessRefusal if model == "res.user" else NotPermitted):
        await engine.remove(model, one["id"], audience=OWNER)


@pytest.mark.parametrize("model", READ)
async def test_tryton_shows_it_nothing_that_the_connector_does_not_ask_for(engine: TrytonClient, model: str) -> None:
    with pytest.raises(NotPermitted):
        await engine.rows(model, [], ["id"])


async def test_a_price_is_changed_by_none_of_its_names(engine: TrytonClient) -> None:
    [product] = await engine.rows("product.product", [["code", "=", "4711"]], ["id"])
    with pytest.raises(NotPermitted):
        await engine.write("product.product", product["id"], {"cost_price": 0}, audience=OWNER)
    for model in ("product.cost_price", "product.list_price"):
        with pytest.raises(NotPermitted):
            await engine.rows(model, [], ["id"])


async def test_a_period_is_neither_closed_nor_opened(engine: TrytonClient) -> None:
    for button, day in (("close", DAY), ("reopen", date(2025, 1, 31))):
        [period] = await engine.rows("account.period", [["start_date", "<=", day], ["end_date", ">=", day]], ["id"])
        with pytest.raises(NotPermitted):
            await engine.press("account.period", button, period["id"], audience=OWNER)


async def test_passwords_are_not_shown(engine: TrytonClient) -> None:
    for user in await engine.rows("res.user", [], ["password", "password_hash"]):
        assert (user["password_hash"], set(user["password"])) == (None, {"x"})


async def test_what_is_posted_stays_as_it_is_also_for_who_posted_it(
    peer: TrytonFinancePeer, engine: TrytonClient, request: pytest.FixtureRequest
) -> None:
    system: Any = peer.connect()
    posted = await system.post_cost(posting(), posting_date=DAY, wire_key=request.node.name)
    await system.close()
    move = int(posted.reference.removeprefix("move-"))
    [row] = await engine.rows("account.move", [["id", "=", move]], ["lines"])
    attempts: tuple[Callable[[], Awaitable[None]], ...] = (
        lambda: engine.remove("account.move", move, audience=OWNER),
        lambda: engine.write("account.move", move, {"description": "another"}, audience=OWNER),
        lambda: engine.write("account.move.line", row["lines"][0], {"description": "another"}, audience=OWNER),
        lambda: engine.remove("account.move.line", row["lines"][0], audience=OWNER),
    )
    for attempt in attempts:
        with pytest.raises((NotPermitted, BusinessRefusal)):
            await attempt()


async def test_a_shipment_is_cancelled_and_never_deleted(engine: TrytonClient) -> None:
    for form in ("in", "in.return", "internal", "out", "out.return"):
        with pytest.raises(NotPermitted):
            await engine.remove(f"stock.shipment.{form}", 1, audience=OWNER)


def test_the_login_of_the_tests_is_the_one_that_is_deployed() -> None:
    seed = (Path(__file__).parents[2] / "sandbox" / "peers" / "tryton" / "seed.py").read_text()
    assert "make_login(" in seed and "res.group" not in seed
