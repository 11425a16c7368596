"""Fills a new database with the partners and the accounts of the one buyer that the exchange serves."""

from sandbox.supplier.database import Database
from sandbox.supplier.schema import create_tables

MAKERS = ("alpen", "braunfels", "cardo", "delta", "eichen", "falken", "granit", "helix")
FIRST_VENDOR_NUMBER = 100000
ACCOUNTS = (("70010", "NORTH"), ("70020", "SOUTH"))


def seed_database(database: Database, *, seed: int, scale: int) -> None:
    """A file that was seeded before keeps everything it holds, its own seed included."""
    with database.transaction():
        create_tables(database)
        if database.value("SELECT value FROM settings WHERE name = 'seed'") is not None:
            return
        database.execute("INSERT INTO settings (name, value) VALUES ('seed', ?), ('scale', ?)", str(seed), str(scale))
        database.many("INSERT INTO accounts VALUES (?, ?)", iter(ACCOUNTS))
        database.many(
            "INSERT INTO partners VALUES (?, ?, ?)",
            (
                (partner_id(index), partner_id(index).title(), f"{FIRST_VENDOR_NUMBER + index:010d}")
                for index in range(len(MAKERS) * scale)
            ),
        )


def partner_id(index: int) -> str:
    """The makers in turn; those of a larger hospital carry a number."""
    maker = MAKERS[index % len(MAKERS)]
    return maker if index < len(MAKERS) else f"{maker}-{index // len(MAKERS) + 1}"


def part_series(partner: str) -> str:
    """What a partner's part numbers begin with: the last two digits of its vendor number."""
    maker, _, nth = partner.partition("-")
    index = MAKERS.index(maker) + len(MAKERS) * (int(nth or 1) - 1)
    return f"{FIRST_VENDOR_NUMBER + index}"[-2:]
