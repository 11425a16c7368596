"""All tables of the store, for migrations: importing this module is what declares them."""

from suture.store import (
    audit,
    correlations,
    cross_references,
    delegations,
    effects,
    inbox_table,
    lineage,
    order_book_tables,
    runs,
    vault,
    waits,
    work_item_table,
)
from suture.store.row import METADATA

__all__ = [
    "METADATA",
    "audit",
    "correlations",
    "cross_references",
    "delegations",
    "effects",
    "inbox_table",
    "lineage",
    "order_book_tables",
    "runs",
    "vault",
    "waits",
    "work_item_table",
]
