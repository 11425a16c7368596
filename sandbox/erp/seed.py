"""Fills an empty database with a hospital: plants, accounts, materials, suppliers, contracts, periods, budgets, balances."""

import calendar
import random
import sqlite3

from sandbox.erp.accounts import CHART, FUND_BALANCE, INVENTORY_IMPLANTS, INVENTORY_SUPPLIES
from sandbox.erp.catalogue import NOT_YET_KNOWN, VENDORS_PER_SCALE, entry, numbers
from sandbox.erp.contracts import agree
from sandbox.erp.materials import insert_material

CURRENCY = "USD"
FIRST_YEAR, CLOSED_THROUGH, LAST_YEAR = 2025, 2025, 2030
PLANTS = (
    ("1000", "NORTH CAMPUS", "US01", "NORTH HOSPITAL INC"),
    ("2000", "SOUTH CAMPUS", "US02", "SOUTH HOSPITAL INC"),
)
LOCATIONS = (
    ("OR01", "OPERATING ROOM 1", "P", "4110"),
    ("OR02", "OPERATING ROOM 2", "P", "4110"),
    ("CATH", "CATHETERISATION LAB", "P", "4120"),
    ("EDCT", "EMERGENCY CART", "C", "4130"),
    ("ICUC", "INTENSIVE CARE CART", "C", "4140"),
    ("CAB9", "CABINET 9", "P", "4120"),
)
DEPARTMENTS = (
    ("4100", "PERIOPERATIVE SERVICES"),
    ("4110", "SURGERY"),
    ("4120", "CATH LAB"),
    ("4130", "EMERGENCY"),
    ("4140", "INTENSIVE CARE"),
    ("7010", "MATERIALS MANAGEMENT"),
    ("7020", "STERILE PROCESSING"),
)
BUDGETS = {"4110": ("STOP", 250_000_000), "4120": ("WARN", 150_000_000)}
"""The departments whose budget is controlled, with the cents of each year; the others may spend what they need."""
TOWNS = ("DAYTON OH", "MEMPHIS TN", "TUTTLINGEN", "WARSAW IN", "GALWAY", "ERLANGEN", "PLYMOUTH MN", "SOLOTHURN")
MAKERS = ("ALPEN", "BRAUNFELS", "CARDO", "DELTA", "EICHEN", "FALKEN", "GRANIT", "HELIX")
FORMS = ("MEDICAL GMBH", "SURGICAL INC", "ORTHO LLC", "DEVICES AG", "SUPPLY CO")


def seed(change: sqlite3.Connection, *, number: int, scale: int) -> None:
    """Insert everything; the same number and scale give the same hospital."""
    chance = random.Random(number)
    change.executemany("INSERT INTO GL_ACCOUNT VALUES (?, ?, ?, ?)", CHART)
    for plant, name, company, company_name in PLANTS:
        change.execute("INSERT INTO COMPANY_CODE VALUES (?, ?, ?)", (company, company_name, CURRENCY))
        change.execute("INSERT INTO PLANT VALUES (?, ?, ?)", (plant, name, company))
        _departments(change, plant, company, scale)
        _periods(change, company)
        _opening(change, company, chance)
    vendors = [f"{100000 + index:010d}" for index in range(VENDORS_PER_SCALE * scale)]
    for index, vendor in enumerate(vendors):
        name = f"{MAKERS[index % 8]} {chance.choice(FORMS)}" + (f" {index // 8 + 1}" if index >= 8 else "")
        change.execute(
            "INSERT INTO VENDOR VALUES (?, ?, ?, ?, 'ACTV')",
            (vendor, name, chance.choice(TOWNS), chance.choice(("NT30", "NT45", "NT60"))),
        )
    for item in numbers(scale):
        if item not in NOT_YET_KNOWN:
            vendor = vendors[item % len(vendors)]
            insert_material(change, entry(item), vendor=vendor, chance=chance)
            agree(change, entry(item), vendor=vendor, vendors=vendors)


def _departments(change: sqlite3.Connection, plant: str, company: str, scale: int) -> None:
    more = [(f"{8000 + extra}", f"DEPARTMENT {8000 + extra}") for extra in range(4 * (scale - 1))]
    change.executemany(
        "INSERT INTO COST_CENTER VALUES (?, ?, ?, ?, 'ACTV')",
        [(f"{plant}{code}00", plant, company, text) for code, text in [*DEPARTMENTS, *more]],
    )
    change.executemany(
        "INSERT INTO STORAGE_LOC VALUES (?, ?, ?, ?, ?)",
        [(plant, location, text, issue, f"{plant}{code}00") for location, text, issue, code in LOCATIONS],
    )
    change.executemany(
        "INSERT INTO BUDGET VALUES (?, ?, ?, ?)",
        [
            (f"{plant}{code}00", str(year), control, amount)
            for code, (control, amount) in BUDGETS.items()
            for year in range(FIRST_YEAR, LAST_YEAR + 1)
        ],
    )


def _periods(change: sqlite3.Connection, company: str) -> None:
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        for month in range(1, 13):
            last = calendar.monthrange(year, month)[1]
            stat = "CLSD" if year <= CLOSED_THROUGH else "OPEN"
            change.execute(
                "INSERT INTO PERIOD VALUES (?, ?, ?, ?, ?, ?)",
                (company, str(year), f"{month:03d}", f"{year}{month:02d}01", f"{year}{month:02d}{last}", stat),
            )


def _opening(change: sqlite3.Connection, company: str, chance: random.Random) -> None:
    document = f"01{company[-2:]}000001"
    supplies, implants = chance.randrange(20_000_000, 40_000_000), chance.randrange(200_000_000, 400_000_000)
    change.execute(
        "INSERT INTO JOURNAL (DOC_NO, COMP_CODE, FISC_YEAR, FIS_PERIOD, DOC_TYPE, REF_DOC_NO, HEADER_TXT, SERV_DATE,"
        " PSTNG_DATE, ENTRY_STAMP, CURRENCY, STAT) VALUES (?, ?, '2025', '012', 'UE', 'OPENING', 'OPENING BALANCE',"
        " '20251231', '20251231', '20251231235959', ?, 'POST')",
        (document, company, CURRENCY),
    )
    lines = (
        ("40", INVENTORY_SUPPLIES, supplies),
        ("40", INVENTORY_IMPLANTS, implants),
        ("50", FUND_BALANCE, supplies + implants),
    )
    change.executemany(
        "INSERT INTO JOURNAL_ITEM (DOC_NO, ITEM_NO, POSTING_KEY, GL_ACCOUNT, AMOUNT_CENTS) VALUES (?, ?, ?, ?, ?)",
        [(document, place, *line) for place, line in enumerate(lines, start=1)],
    )
