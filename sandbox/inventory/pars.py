"""Par levels: how an item stands against its own at a location, and the announcement of a level that was crossed."""

from datetime import date
from typing import Any

from sandbox.inventory.clock import Clock
from sandbox.inventory.coming import Coming
from sandbox.inventory.database import Database
from sandbox.inventory.ids import Ids
from sandbox.inventory.outbox import Origin, Outbox
from sandbox.inventory.shapes import to_qty
from sandbox.inventory.stock import Stock

KEPT_AT_PAR = ("owned", "consigned")
"""Of the other goods nothing is kept: whoever owns them brings them."""

_USABLE = "hold IS NULL AND expires_on >= ?1 AND owner = usual_owner"
_BELOW = f"""
    WITH here AS (SELECT facility, location, sku, SUM(delta) AS eaches FROM stocked WHERE {_USABLE} AND facility = ?2
        GROUP BY facility, location, sku)
    SELECT location, sku FROM par_levels JOIN items USING (sku) LEFT JOIN here USING (facility, location, sku)
    WHERE facility = ?2 AND location || '/' || sku > ?3 AND items.ownership IN ('owned', 'consigned')
    AND COALESCE(eaches, 0) < par * 1000 ORDER BY location || '/' || sku LIMIT ?4"""


class Pars:
    """Need is par less what is available, on order and in transit. Consigned goods count against a level of their own."""

    def __init__(self, database: Database, *, stock: Stock, outbox: Outbox, ids: Ids, clock: Clock) -> None:
        self._database = database
        self._stock = stock
        self._coming = Coming(database)
        self._outbox = outbox
        self._ids = ids
        self._clock = clock

    def standing(self, sku: str, facility: str, location: str) -> dict[str, Any] | None:
        """None where nothing is kept at par."""
        par = self._par(sku, facility, location)
        item, place = self._stock.item(sku), self._stock.location(facility, location)
        if par is None or item is None or place is None or item["ownership"] not in KEPT_AT_PAR:
            return None
        available = self._available(sku, facility, on=self._clock.today(place["timeZone"]))
        on_order, in_transit = self._coming.to(sku, facility, location)
        here = available.get(location, 0)
        return {
            "facility": facility,
            "location": location,
            "sku": sku,
            "baseUnit": item["baseUnit"],
            "ownership": item["ownership"],
            "par": par,
            "available": to_qty(here),
            "onOrder": to_qty(on_order),
            "inTransit": to_qty(in_transit),
            "need": to_qty(max(par * 1000 - here - on_order - in_transit, 0)),
            "spare": self._spare(sku, facility, location, available),
            "packs": item["packs"],
        }

    def below(self, facility: str, *, after: str, limit: int) -> tuple[list[dict[str, Any]], str | None]:
        """What needs something, from a location and sku on; a page may hold less than it was asked for."""
        place = next((each for each in self._stock.locations() if each["facility"] == facility), None)
        today = self._clock.today(place["timeZone"] if place else "UTC")
        rows = self._database.all(_BELOW, today.isoformat(), facility, after, limit + 1)
        page = rows[:limit]
        standings = (self.standing(row["sku"], facility, row["location"]) for row in page)
        following = f"{page[-1]['location']}/{page[-1]['sku']}" if len(rows) > limit else None
        return [each for each in standings if each and each["need"] > 0], following

    def set(self, sku: str, facility: str, location: str, *, par: int, announced: bool) -> None:
        """The level from now on; a crossing that has happened already is announced by the next movement."""
        self._database.execute(
            "INSERT OR REPLACE INTO par_levels (facility, location, sku, par) VALUES (?, ?, ?, ?)",
            facility, location, sku, par,
        )  # fmt: skip
        self._database.execute(
            "DELETE FROM par_watches WHERE facility = ? AND location = ? AND sku = ?", facility, location, sku
        )
        if announced:
            row = {"facility": facility, "location": location, "sku": sku, "below": 0}
            self._database.insert("par_watches", row)

    def look(self, sku: str, facility: str, location: str, origin: Origin, *, found_by: str | None = None) -> None:
        """Announce the level if it was crossed: once, until it is filled up again."""
        at = (facility, location, sku)
        below = self._database.value(
            "SELECT below FROM par_watches WHERE facility = ? AND location = ? AND sku = ?", *at
        )
        standing = None if below is None else self.standing(sku, facility, location)
        if standing is None or bool(below) == (standing["need"] > 0):
            return
        self._database.execute(
            "UPDATE par_watches SET below = ? WHERE facility = ? AND location = ? AND sku = ?", int(not below), *at
        )
        if not below:
            crossed = standing | {"foundBy": found_by or self._ids.next("swp"), "crossedAt": self._clock.stamp()}
            self._outbox.put("par.crossed", crossed, origin)

    def look_everywhere(self, sku: str, origin: Origin) -> None:
        """After what no movement tells: a condition that changed, a delivery that is expected or withdrawn."""
        for row in self._database.all("SELECT facility, location FROM par_watches WHERE sku = ?", sku):
            self.look(sku, row["facility"], row["location"], origin)

    def _par(self, sku: str, facility: str, location: str) -> int | None:
        par = self._database.value(
            "SELECT par FROM par_levels WHERE facility = ? AND location = ? AND sku = ?", facility, location, sku
        )
        return None if par is None else int(par)

    def _available(self, sku: str, facility: str, *, on: date) -> dict[str, int]:
        """Thousandths by location, without what is expired, on recall, quarantined, or another owner's."""
        rows = self._database.all(
            f"""SELECT location, SUM(delta) AS eaches FROM stocked WHERE {_USABLE} AND sku = ?2 AND facility = ?3
            GROUP BY location""",
            on.isoformat(), sku, facility,
        )  # fmt: skip
        return {row["location"]: int(row["eaches"]) for row in rows}

    def _spare(self, sku: str, facility: str, location: str, available: dict[str, int]) -> list[dict[str, Any]]:
        """What other locations have above their own par. A par cart, expensed when it was filled, gives nothing away."""
        others = [
            each["location"]
            for each in self._stock.locations()
            if each["facility"] == facility and each["location"] != location and each["stockPolicy"] == "perpetual"
        ]
        spare = {each: available.get(each, 0) - (self._par(sku, facility, each) or 0) * 1000 for each in others}
        return [{"location": each, "qty": to_qty(qty)} for each, qty in spare.items() if qty > 0]
