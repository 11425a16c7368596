"""All tables of the store, for migrations: importing this module is what declares them."""

from suture.store import (
    audit,
    correlations,
    cross_references,
    effects,
    inbox_table,
    lineage,
    runs,
    vault,
    waits,
    work_items,
)
from suture.store.row import METADATA

__all__ = [
    "METADATA",
    "audit",
    "correlations",
    "cross_references",
    "effects",
    "inbox_table",
    "lineage",
    "runs",
    "vault",
    "waits",
    "work_items",
]
