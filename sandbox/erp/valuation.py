"""Valuation: what one base unit costs at a storage location, and which posting a use of it takes."""

from sandbox.erp.accounts import GOODS_INVOICE_CLEARING, expense_account, stock_account
from sandbox.erp.answers import Refusal, amount_text
from sandbox.erp.database import Database
from sandbox.erp.materials import material_row

SAMPLE_EXPENSE = "0000540000"


def value(database: Database, *, material: str, plant: str, location: str) -> dict[str, str]:
    """The valuation record; POST_RULE is PERP (expense against stock), CART, CONS (against GR/IR) or SMPL (zero)."""
    master = material_row(database, material)
    place = database.row("SELECT * FROM STORAGE_LOC WHERE PLANT = ? AND STGE_LOC = ?", plant, location)
    if place is None:
        raise Refusal(404, "M7", "001", f"Storage location {location} is not defined in plant {plant}", v1=location)
    row = database.row("SELECT * FROM VALUATION WHERE MATERIAL = ? AND PLANT = ?", material, plant)
    if row is None:
        raise Refusal(404, "M3", "351", f"Material {material} is not valuated in plant {plant}", v1=material, v2=plant)
    cents, source = (
        (row["MOV_PRICE_CENTS"], "MBEW-VERPR") if row["PRICE_CTRL"] == "V" else (row["STD_PRICE_CENTS"], "MBEW-STPRS")
    )
    rule, credit = ("PERP", stock_account(master["MATL_TYPE"])) if place["ISSUE_CTRL"] == "P" else ("CART", "")
    debit = expense_account(master["MATL_TYPE"]) if rule == "PERP" else ""
    if master["OWNER_IND"] in ("K", "B"):
        cents, source = row["STD_PRICE_CENTS"], "EINE-NETPR"
        rule, debit, credit = "CONS", expense_account(master["MATL_TYPE"]), GOODS_INVOICE_CLEARING
    elif master["OWNER_IND"] == "M":
        cents, source, rule, debit, credit = 0, "NONE", "SMPL", SAMPLE_EXPENSE, SAMPLE_EXPENSE
    return {
        "MATERIAL": material,
        "PLANT": plant,
        "STGE_LOC": location,
        "BASE_UOM": master["BASE_UOM"],
        "PRICE_CTRL": row["PRICE_CTRL"],
        "UNIT_PRICE": amount_text(cents),
        "PRICE_UNIT": "1",
        "CURRENCY": row["CURRENCY"],
        "PRICE_SOURCE": source,
        "OWNER_IND": master["OWNER_IND"],
        "ISSUE_CTRL": place["ISSUE_CTRL"],
        "POST_RULE": rule,
        "DEBIT_ACCT": debit,
        "CREDIT_ACCT": credit,
        "COST_CTR": place["COST_CTR"],
    }
