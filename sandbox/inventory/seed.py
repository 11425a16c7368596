"""Fills a new database in one transaction: the catalogue, the locations, lots, serials and opening balances."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sandbox.inventory.catalogue import UNKNOWN_NUMBER, CatalogueItem, numbers
from sandbox.inventory.clock import Clock
from sandbox.inventory.database import Database
from sandbox.inventory.ids import make_id
from sandbox.inventory.schema import create_tables
from sandbox.inventory.surgical_cases import seed_cases

FACILITIES = (("northCampus", "North Campus", "America/New_York"), ("southCampus", "South Campus", "America/Chicago"))
LOCATIONS = (
    ("OR-1", "perpetual", 0),
    ("OR-2", "perpetual", 0),
    ("CATH", "perpetual", 0),
    ("ED-CART", "expensedAtIssue", 0),
    ("ICU-CART", "expensedAtIssue", 0),
    ("CABINET-9", "perpetual", 1),
)
OPENED_AT = "2026-01-01T00:00:00.000+00:00"
EXPIRED_ON = date(2025, 6, 30)
SERIALS_PER_LOCATION = 6

_SITES = tuple((facility, location) for facility, _, _ in FACILITIES for location, _, _ in LOCATIONS)


def seed_database(database: Database, *, seed: int, scale: int) -> None:
    """A file that was seeded before keeps everything it holds, its own seed included."""
    with database.transaction():
        create_tables(database)
        if database.value("SELECT value FROM settings WHERE name = 'seed'") is not None:
            return
        database.execute("INSERT INTO settings (name, value) VALUES ('seed', ?), ('scale', ?)", str(seed), str(scale))
        database.many("INSERT INTO facilities VALUES (?, ?, ?)", iter(FACILITIES))
        for facility, _, _ in FACILITIES:
            database.many("INSERT INTO locations VALUES (?, ?, ?, ?)", ((facility, *each) for each in LOCATIONS))
        database.execute("INSERT INTO suspense VALUES (?, ?)", CatalogueItem(UNKNOWN_NUMBER).sku, UNKNOWN_NUMBER)
        for number in numbers(scale):
            if number != UNKNOWN_NUMBER:
                add_item(database, CatalogueItem(number), approved_at=OPENED_AT, seed=seed)
        seed_cases(database, seed=seed, first_day=Clock(database).now().date())


def add_item(database: Database, item: CatalogueItem, *, approved_at: str, seed: int) -> None:
    """The item with all its lots, serials, par levels and opening balances."""
    chance = random.Random(f"{seed}/{item.sku}")
    database.execute(
        "INSERT INTO items VALUES (?, ?, ?, 'each', ?, ?, ?, ?)",
        item.sku, item.description, item.kind, item.tracking, item.ownership, item.charge_unit_factor, approved_at,
    )  # fmt: skip
    database.many(
        "INSERT INTO packs VALUES (?, ?, ?, ?)", ((pack.gtin, item.sku, pack.level, pack.eaches) for pack in item.packs)
    )
    database.execute("INSERT INTO aliases VALUES (?, ?)", item.alias, item.sku)
    par = 2 if item.kind == "implant" else 20
    database.many("INSERT INTO par_levels VALUES (?, ?, ?, ?)", ((*site, item.sku, par) for site in _SITES))
    match item.tracking:
        case "serial":
            balances = _add_serials(database, item, chance)
        case "none":
            balances = [(*site, None, None, chance.randint(50, 200)) for site in _SITES]
        case _:
            balances = _add_lots(database, item, chance)
    database.many(
        """INSERT INTO movements (movement_id, type, facility, location, sku, lot, serial, delta, booked_by, booked_at)
        VALUES (?, 'openingBalance', ?, ?, ?, ?, ?, ?, 'setup', ?)""",
        _opening_balances(item, balances, approved_at, seed),
    )


def _opening_balances(
    item: CatalogueItem, balances: list[tuple[Any, ...]], booked_at: str, seed: int
) -> Iterator[tuple[Any, ...]]:
    for n, (facility, location, lot, serial, eaches) in enumerate(balances):
        movement_id = make_id(seed, "mov", item.number * 1000 + n)
        # The counter of booked movements starts at 1: these ids are made from another kind of name.
        yield movement_id.replace("mov_", "mov_0"), facility, location, item.sku, lot, serial, eaches * 1000, booked_at


def _add_lots(database: Database, item: CatalogueItem, chance: random.Random) -> list[tuple[Any, ...]]:
    """Lots A and B are good, Q is quarantined, R is on recall; X is past its date where the item has dates."""
    dated = item.tracking == "lotExpiry"
    holds = {"A": None, "B": None, "Q": "quarantined", "R": "onRecall"} | ({"X": None} if dated else {})
    balances: list[tuple[Any, ...]] = []
    for letter, hold in holds.items():
        lot = f"L{item.number}{letter}"
        expires_on = EXPIRED_ON if letter == "X" else date(2028, 1, 1) + timedelta(days=chance.randrange(700))
        recall_id = _seeded_recall(database, item, "lots", lot) if letter == "R" else None
        database.execute(
            "INSERT INTO lots VALUES (?, ?, ?, ?, ?, ?)",
            item.sku, lot, expires_on.isoformat() if dated else None, item.owner, hold, recall_id,
        )  # fmt: skip
        for site in _SITES:
            eaches = chance.randint(20, 60) if letter in "AB" else 5
            balances.append((*site, lot, None, eaches))
    return balances


def _add_serials(database: Database, item: CatalogueItem, chance: random.Random) -> list[tuple[Any, ...]]:
    """Six at each location: four good, the fifth past its date, the sixth quarantined or on recall by turns."""
    balances: list[tuple[Any, ...]] = []
    for place, site in enumerate(_SITES):
        for k in range(SERIALS_PER_LOCATION):
            serial = f"SN{item.number}{place * SERIALS_PER_LOCATION + k + 1:03d}"
            expires_on = EXPIRED_ON if k == 4 else date(2028, 1, 1) + timedelta(days=chance.randrange(700))
            hold = ("quarantined" if place % 2 == 0 else "onRecall") if k == 5 else None
            recall_id = _seeded_recall(database, item, "serials", serial) if hold == "onRecall" else None
            database.execute(
                "INSERT INTO serials VALUES (?, ?, ?, ?, ?, ?)",
                item.sku, serial, expires_on.isoformat(), item.owner, hold, recall_id,
            )  # fmt: skip
            balances.append((*site, None, serial, 1))
    return balances


def _seeded_recall(database: Database, item: CatalogueItem, column: str, value: str) -> str:
    recall_id = f"rec_{item.number}{value[-3:].lower()}"
    listed = {"lots": "[]", "serials": "[]"} | {column: f'["{value}"]'}
    database.execute(
        "INSERT INTO recalls VALUES (?, ?, ?, ?, ?, ?)",
        recall_id, item.sku, listed["lots"], listed["serials"], "Seal of the sterile pack may fail", OPENED_AT,
    )  # fmt: skip
    return recall_id
