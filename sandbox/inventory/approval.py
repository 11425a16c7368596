"""Approves an item that waits in suspense: it enters the catalogue with its stock, and the world is told."""

from typing import Any

from sandbox.inventory.catalogue import CatalogueItem
from sandbox.inventory.errors import VendorError
from sandbox.inventory.outbox import Origin
from sandbox.inventory.seed import add_item
from sandbox.inventory.system import System


def approve(system: System, sku: str, origin: Origin) -> dict[str, Any]:
    with system.database.transaction():
        if system.stock.item(sku) is not None:
            raise VendorError(409, "alreadyApproved", f"{sku} is in the catalogue", "sku")
        number = system.database.value("SELECT number FROM suspense WHERE sku = ?", sku)
        if number is None:
            raise VendorError(404, "unknownItem", f"nothing is known of {sku}", "sku")
        add_item(system.database, CatalogueItem(number), approved_at=system.clock.stamp(), seed=system.seed)
        system.database.execute("DELETE FROM suspense WHERE sku = ?", sku)
        item = system.stock.item(sku)
        assert item is not None
        system.outbox.put("item.approved", item, origin)
        return item
