"""What is Tryton's own: drafts that were left on their way, one login for all, what its look-up knows."""

from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from canonical.errors import Audience, BusinessRefusal, NotPermitted, Uncertain
from canonical.identity import wire_key
from canonical.kinds import Kind
from connectors.protocols.rest import RestClient
from connectors.systems.tryton.client import TrytonClient
from connectors.systems.tryton.refusals import OutOfTurn
from connectors.systems.tryton.settings import TrytonSettings
from connectors.systems.tryton.values import decoded, encoded, exact, number
from tests.connectors.contract.peers.tryton import TrytonPeer
from tests.connectors.contract.trouble import Trouble
from tests.connectors.stock import EXPIRES, ON, lot, lots_in, movement

PEER = TrytonPeer
WAY = ("wait", "assign_try", "pack", "do")


@pytest.fixture
def settings(peer: TrytonPeer, tmp_path: Path) -> TrytonSettings:
    return TrytonSettings(base_url=peer.url, database="suture", login="engine", password_file=peer.password_file)


@pytest.mark.parametrize("button", WAY)
@pytest.mark.parametrize("trouble", [Trouble.cut_before, Trouble.cut_after])
async def test_a_shipment_left_on_its_way_is_carried_on_by_the_look_up_and_none_is_beside_it(
    peer: TrytonPeer, system: Any, button: str, trouble: Trouble
) -> None:
    key = wire_key(uuid4().hex)
    await system.books()[Kind.lots_in].post(lots_in("4703", quantity=5), wire_key=wire_key(uuid4().hex))
    peer.plan(f"model.stock.shipment.out.{button}", trouble)
    with pytest.raises(Uncertain):
        await system.move(movement(), wire_key=key)
    [found] = await system.find_movements([key])
    assert (found.stands, found.quantity, found.posting_date) == (True, Decimal(2), ON)
    assert await system.movement(found.reference) == found


async def test_what_is_refused_on_its_way_is_not_found_and_takes_nothing_out(system: Any) -> None:
    key = wire_key(uuid4().hex)
    before = await on_hand(system)
    with pytest.raises(BusinessRefusal):
        await system.move(movement(before + 1), wire_key=key)
    assert await system.find_movements([key]) == ()
    assert await on_hand(system) == before


async def test_a_discrepancy_is_posted_where_there_is_not_so_much_and_taking_it_back_brings_all_back(
    system: Any,
) -> None:
    before = await on_hand(system)
    key = uuid4().hex
    posted = await system.move(movement(Decimal(1_000_000), discrepancy=True), wire_key=wire_key(key))
    assert await on_hand(system) == before - 1_000_000
    await system.take_back(posted.reference, wire_key=wire_key(f"{key} undo"))
    assert await on_hand(system) == before


async def test_a_lot_that_comes_is_known_with_its_expiry_and_counted_by_itself(system: Any) -> None:
    named = f"L{uuid4().hex[:8]}"
    await system.books()[Kind.lots_in].post(lots_in("4701", lot(named, 7)), wire_key=wire_key(named))
    looked = await system.look_up(
        facility="NORTH", location="OR-1", item="4701", device_identifier=None, lot=named, serial=None
    )
    assert (looked.lot.known, looked.lot.expires, looked.lot.on_hand) == (True, EXPIRES, Decimal(7))
    stranger = await system.look_up(
        facility="NORTH", location="OR-1", item="4701", device_identifier=None, lot="NONE", serial=None
    )
    assert (stranger.lot.known, stranger.lot.on_hand) == (False, Decimal(0))


async def test_a_stale_password_is_tried_twice_and_no_more_until_its_file_changes(
    peer: TrytonPeer, settings: TrytonSettings, tmp_path: Path
) -> None:
    file = tmp_path / "stale"
    file.write_text("stale")
    logins = peer.count("common.db.login")
    client = TrytonClient(rest(settings), settings.model_copy(update={"password_file": file}))
    for _ in range(5):
        with pytest.raises(NotPermitted):
            await client.version()
    assert peer.count("common.db.login") - logins == 2
    file.write_text(settings.password_file.read_text())
    assert await client.version()
    await client.close()


async def test_a_session_that_ended_is_opened_anew_by_one_of_many_calls(
    peer: TrytonPeer, settings: TrytonSettings
) -> None:
    client = TrytonClient(rest(settings), settings)
    await client.version()
    logins = peer.count("common.db.login")
    client._session._header = {"authorization": "Session bm9ib2R5OjE6MQ=="}
    assert await client.version()
    assert peer.count("common.db.login") - logins == 1
    await client.close()


async def test_a_button_that_leads_nowhere_is_told_apart(settings: TrytonSettings, system: Any) -> None:
    posted = await system.books()[Kind.lots_in].post(lots_in("4703", quantity=5), wire_key=wire_key(uuid4().hex))
    client = TrytonClient(rest(settings), settings)
    with pytest.raises(OutOfTurn):
        await client.press(
            "stock.shipment.in", "receive", int(posted.reference.split("-")[1]), audience=Audience.finance
        )
    await client.close()


def test_values_keep_their_kind_and_their_last_digit() -> None:
    said = {"price": Decimal("10.50"), "on": ON, "lines": [["create", [{"note": "½"}]]]}
    assert decoded(encoded(said)) == said
    for quantity in (Decimal("0.0001"), Decimal("99999.999"), Decimal("12345678.9012")):
        assert exact(number(quantity)) == quantity


async def on_hand(system: Any) -> Decimal:
    looked = await system.look_up(
        facility="NORTH", location="OR-1", item="4703", device_identifier=None, lot=None, serial=None
    )
    found: Decimal = looked.lot.on_hand
    return found


def rest(settings: TrytonSettings) -> RestClient:
    return settings.client("tryton", outgoing=dict)
