"""What is on its way to a location: expected of orders, told by ship notices, in transit from other locations."""

from collections.abc import Iterable
from typing import Any

from sandbox.inventory.database import Database

_BY_ORDER = """
    SELECT documents.kind, order_number, SUM(document_lines.qty) AS everywhere,
    SUM(CASE WHEN location = ?3 THEN document_lines.qty ELSE 0 END) AS here
    FROM documents JOIN document_lines USING (document_id)
    WHERE sku = ?1 AND facility = ?2 AND status = 'booked' AND order_number IS NOT NULL
    AND kind IN ('expectedDelivery', 'shipNotice', 'putaway')
    AND NOT (kind = 'expectedDelivery' AND EXISTS (
        SELECT 1 FROM documents AS newer WHERE newer.kind = 'expectedDelivery' AND newer.status = 'booked'
        AND newer.facility = documents.facility AND newer.order_number = documents.order_number
        AND (newer.revision, newer.n) > (documents.revision, documents.n)))
    GROUP BY documents.kind, order_number"""
_IN_TRANSIT = """
    SELECT COALESCE(SUM(document_lines.qty), 0) FROM documents JOIN document_lines USING (document_id)
    WHERE sku = ? AND facility = ? AND location = ? AND kind = 'transfer' AND status = 'inTransit'"""


class Coming:
    def __init__(self, database: Database) -> None:
        self._database = database

    def to(self, sku: str, facility: str, location: str) -> tuple[int, int]:
        """On order and in transit, in thousandths. Of an order that came to another location, that much less is open here."""
        orders: dict[str, dict[str, dict[str, Any]]] = {}
        for row in self._database.all(_BY_ORDER, sku, facility, location):
            orders.setdefault(row["order_number"], {})[row["kind"]] = row
        in_transit = int(self._database.value(_IN_TRANSIT, sku, facility, location))
        return (
            sum(_open(each, "expectedDelivery", ("putaway", "shipNotice")) for each in orders.values()),
            in_transit + sum(_open(each, "shipNotice", ("putaway",)) for each in orders.values()),
        )


def _open(order: dict[str, dict[str, Any]], told: str, done: Iterable[str]) -> int:
    """Told and not done, here, and no more than is open of the order everywhere."""
    none = {"here": 0, "everywhere": 0}
    said = order.get(told, none)
    return min(
        max(int(said[reach]) - max(int(order.get(each, none)[reach]) for each in done), 0)
        for reach in ("here", "everywhere")
    )
