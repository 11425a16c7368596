"""Where the installed Tryton and its seeded database are kept, and of which parts it is made."""

import os
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

VERSION = "8.2"
MODULES = (
    "account_invoice_stock",
    "purchase_request",
    "stock_lot_sled",
    "stock_supply",
    "account_budget",
    "analytic_purchase",
    "analytic_invoice",
    "analytic_budget",
    "product_cost_fifo",
    "stock_consignment",
)
"""What is activated, with all that it depends on."""

LANGUAGE, ADMINISTRATOR = "en", "admin"
SEED = Path(__file__).with_name("seed.py")


def folder(environ: Mapping[str, str] = os.environ) -> Path:
    """The peer's own folder under the cache folder, outside any checkout."""
    base = environ.get("XDG_CACHE_HOME", "").strip()
    cache = Path(base) if base else Path.home() / ".cache"
    return cache / "suture" / "peers" / f"tryton-{VERSION}"


def program(name: str) -> Path:
    """A program of the installed Tryton."""
    return folder() / "venv" / "bin" / name


def edition() -> str:
    """Names what is seeded: another seed, or other modules, is another edition."""
    return sha256(SEED.read_bytes() + " ".join(MODULES).encode()).hexdigest()[:12]


def dump() -> Path:
    """The seeded database, kept."""
    return folder() / f"seeded-{edition()}.dump"
