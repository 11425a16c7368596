"""A run goes by the routes of its facility on the day of its event; what has begun is finished where it began."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from canonical.documents.order_run import OrderRun
from canonical.documents.purchasing_run import PurchasingRun, ledger_for
from canonical.documents.request_run import RequestRun
from canonical.documents.usage_run import UsageRun
from canonical.identity import RunName, invoice_run, order_run, request_run
from canonical.kinds import Kind
from canonical.run import Leg, Standing
from suture.configuration import read
from suture.settings import Settings
from suture.starting import Starter
from tests.support.hospital import write_hospital

MOVES = """
    { domain = "procurement", system = "erp", since = 2026-01-01 },
    { domain = "supplier", system = "supplier", since = 2026-01-01 },
    { domain = "inventory", system = "stock2", since = 2026-07-01 },
    { domain = "finance", system = "erp2", since = 2026-07-01 },
    { domain = "procurement", system = "erp2", since = 2026-07-01 },
]
"""
MIXED = """
[facilities.WEST]
timezone = "America/Chicago"
routes = [
    { domain = "inventory", system = "stock2", since = 2026-01-01 },
    { domain = "billing", system = "billing", since = 2026-01-01 },
    { domain = "finance", system = "erp", since = 2026-01-01 },
]

[systems.supplier]
kind = "sandbox-supplier"
[systems.erp2]
kind = "sandbox-erp"
[systems.stock2]
kind = "sandbox-inventory"

[systems.inventory]
"""
JUNE, JULY = datetime(2026, 6, 30, 18, tzinfo=UTC), datetime(2026, 7, 1, 18, tzinfo=UTC)
EVENING = datetime(2026, 7, 1, 3, tzinfo=UTC)
"""Still the last of June in Chicago."""

USE = RunName(process="usage-to-charge", facility="NORTH", source="inventory", number="U-1")
OLD = {"inventory": "inventory", "billing": "billing", "finance": "erp", "procurement": "erp", "supplier": "supplier"}
NEW = OLD | {"inventory": "stock2", "finance": "erp2", "procurement": "erp2"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """NORTH moves to other systems on the first of July, WEST is mixed from the start."""
    text = write_hospital(tmp_path).read_text()
    file = tmp_path / "hospital.toml"
    file.write_text(text.replace("\n]\n", MOVES, 1).replace("\n[systems.inventory]\n", MIXED, 1))
    return read(file)


def route(settings: Settings, name: RunName, at: datetime, state: Any = None, *, kept_in: str | None = None) -> Any:
    """Which system serves which domain of a run that starts so."""
    closing = None if state is None else state.model_dump_json()
    start: Any = Starter(settings)(name, "c-1", closing, at, kept_in)
    assert state is None or start.closing.route == start.context.route
    return {leg.domain: leg.system for leg in start.context.route}


def legs(systems: dict[Any, str]) -> tuple[Leg, ...]:
    return tuple(Leg(domain=domain, system=system, queue=f"system-{system}") for domain, system in systems.items())


def test_a_facility_moves_on_a_day_of_its_own_clock(settings: Settings) -> None:
    assert route(settings, USE, JUNE) == route(settings, USE, EVENING) == OLD
    assert route(settings, USE, JULY) == NEW


def test_a_mixed_facility_has_each_domain_where_it_says(settings: Settings) -> None:
    west = USE.model_copy(update={"facility": "WEST"})
    assert route(settings, west, JULY) == {"inventory": "stock2", "billing": "billing", "finance": "erp"}


def test_a_run_that_continues_another_stays_where_that_began(settings: Settings) -> None:
    assert route(settings, USE, JULY, UsageRun(route=legs(OLD))) == OLD
    assert route(settings, order_run("NORTH", "PO-1"), JULY, OrderRun(route=legs(OLD))) == OLD


def test_what_concerns_an_order_goes_by_the_routes_of_whoever_keeps_it(settings: Settings) -> None:
    for name in (order_run("NORTH", "PO-1"), invoice_run("NORTH", "100000", "IV1")):
        assert route(settings, name, JULY, kept_in="erp") == OLD
        assert route(settings, name, JULY, kept_in="erp2") == NEW
        assert route(settings, name, JULY, kept_in="erp-that-nobody-names") == NEW


def test_a_need_that_comes_again_goes_by_its_day_unless_something_of_it_is_open(settings: Settings) -> None:
    need = request_run("NORTH", "OR-1", "4711")
    done = ledger_for("transfer-1-1", Kind.transfer).model_copy(update={"standing": Standing.posted})
    met = RequestRun(route=legs(OLD), ledgers=(done,), failed={"100000": JUNE})
    assert met.ledgers[0].settled
    assert route(settings, need, JULY, met) == NEW
    still_open = PurchasingRun.model_validate({"ledgers": (ledger_for("transfer-2-1", Kind.transfer),)}).ledgers
    assert route(settings, need, JULY, RequestRun(route=legs(OLD), ledgers=still_open)) == OLD


def test_the_last_day_on_which_a_system_served_is_known(settings: Settings) -> None:
    north = settings.facilities["NORTH"]
    assert north.served_last("procurement", "erp", JULY.date()) == JUNE.date()
    assert north.served_last("procurement", "erp2", JULY.date()) == JULY.date()
    assert north.served_last("procurement", "erp2", JUNE.date()) is None
