"""Where the installed Tryton and its seeded database are kept, and of which parts it is made."""

from hashlib import sha256
from pathlib import Path

from sandbox.peers.cache import PeerMissing, cache_folder

VERSION = "8.2"
MODULES = (
    "account_invoice_stock",
    "purchase_amendment",
    "purchase_request",
    "stock_lot_sled",
    "stock_supply",
    "account_budget",
    "analytic_purchase",
    "analytic_invoice",
    "analytic_budget",
    "product_cost_fifo",
    "stock_consignment",
    "account_stock_continental",
)
"""What is activated, with all that it depends on."""

LANGUAGE, ADMINISTRATOR = "en", "admin"
SEED = Path(__file__).with_name("seed.py")
LOGIN = Path(__file__).parents[3] / "deploy" / "tryton" / "engine_login.py"
"""What makes the engine's login where the engine is deployed makes it here too."""


def folder() -> Path:
    """The peer's own folder under the cache folder, outside any checkout."""
    place = cache_folder() / f"tryton-{VERSION}"
    place.mkdir(parents=True, exist_ok=True)
    return place


def program(name: str) -> str:
    """A program of the installed Tryton."""
    return str(environment() / "bin" / name)


def environment() -> Path:
    """The Python environment that Tryton is installed into: other modules, or another version, is another one."""
    return folder() / f"venv-{sha256(' '.join((VERSION, *MODULES)).encode()).hexdigest()[:12]}"


def edition() -> str:
    """Names what is seeded: another seed, another login, or other modules, is another edition."""
    if not LOGIN.exists():
        raise PeerMissing("Tryton is seeded from a checkout: what makes the engine's login is in its deploy/")
    return sha256(SEED.read_bytes() + LOGIN.read_bytes() + " ".join(MODULES).encode()).hexdigest()[:12]


def dump() -> Path:
    """The seeded database, kept."""
    return folder() / f"seeded-{edition()}.dump"
