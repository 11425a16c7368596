"""Scheduled surgical cases with what they need of which item. Who the patient is, is not known here."""

import random
from datetime import date, timedelta
from typing import Any

from sandbox.inventory.clock import Clock
from sandbox.inventory.database import Database
from sandbox.inventory.shapes import to_qty, to_thousandths
from sandbox.inventory.stock import Stock

SCHEDULED = tuple(range(4, 60, 7))
"""Of the hospital's surgical cases, those that are still to come, by number."""
DAYS_AHEAD = 28
NEEDS_EACH = 3


class SurgicalCases:
    def __init__(self, database: Database, *, stock: Stock, clock: Clock) -> None:
        self._database = database
        self._stock = stock
        self._clock = clock

    def needing(self, facility: str, sku: str, until: date) -> list[dict[str, Any]]:
        """The cases from today to that day, by the facility's clock, that need the item."""
        place = next((each for each in self._stock.locations() if each["facility"] == facility), None)
        today = self._clock.today(place["timeZone"] if place else "UTC")
        rows = self._database.all(
            """SELECT * FROM surgical_cases JOIN case_needs USING (case_number) WHERE facility = ? AND sku = ?
            AND scheduled_on BETWEEN ? AND ? ORDER BY scheduled_on, case_number""",
            facility, sku, today.isoformat(), until.isoformat(),
        )  # fmt: skip
        return [
            {
                "surgicalCaseNumber": row["case_number"],
                "scheduledOn": row["scheduled_on"],
                "qty": to_qty(row["qty"]),
            }
            for row in rows
        ]

    def schedule(self, case_number: str, facility: str, on: date, needs: dict[str, float]) -> None:
        """A case and all that it needs, in place of what was known of it."""
        self._database.execute("DELETE FROM case_needs WHERE case_number = ?", case_number)
        self._database.execute(
            "INSERT OR REPLACE INTO surgical_cases VALUES (?, ?, ?)", case_number, facility, on.isoformat()
        )
        for sku, qty in needs.items():
            self._database.execute("INSERT INTO case_needs VALUES (?, ?, ?)", case_number, sku, to_thousandths(qty))


def seed_cases(database: Database, *, seed: int, first_day: date) -> None:
    """Cases of the weeks after the first day: which items each needs is drawn from the seed."""
    implants = [row["sku"] for row in database.all("SELECT sku FROM items WHERE kind = 'implant' ORDER BY sku")]
    cases = SurgicalCases(database, stock=Stock(database), clock=Clock(database))
    for number in SCHEDULED:
        chance = random.Random(f"{seed}/case/{number}")
        needs = {sku: float(chance.randint(1, 2)) for sku in chance.sample(implants, NEEDS_EACH)}
        facility = "northCampus" if number % 2 else "southCampus"
        day = first_day + timedelta(days=chance.randint(1, DAYS_AHEAD))
        cases.schedule(f"C-2026-{number:04d}", facility, day, needs)
