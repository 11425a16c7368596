"""The chart of accounts: A asset, L liability, Q equity, R revenue, X expense."""

INVENTORY_SUPPLIES = "0000131000"
INVENTORY_IMPLANTS = "0000132000"
GOODS_INVOICE_CLEARING = "0000191100"
FUND_BALANCE = "0000300000"
SUPPLIES_EXPENSE = "0000520000"
IMPLANTS_EXPENSE = "0000521000"

CHART = (
    ("0000113100", "CASH IN BANK", "A", ""),
    (INVENTORY_SUPPLIES, "INVENTORY MEDICAL SUPPLIES", "A", ""),
    (INVENTORY_IMPLANTS, "INVENTORY IMPLANTS", "A", ""),
    ("0000160000", "ACCOUNTS PAYABLE TRADE", "L", ""),
    (GOODS_INVOICE_CLEARING, "GR/IR CLEARING NOT INVOICED", "L", ""),
    (FUND_BALANCE, "FUND BALANCE UNRESTRICTED", "Q", ""),
    ("0000400000", "PATIENT SERVICE REVENUE", "R", ""),
    (SUPPLIES_EXPENSE, "MEDICAL SUPPLIES EXPENSE", "X", "X"),
    (IMPLANTS_EXPENSE, "IMPLANTS EXPENSE", "X", "X"),
    ("0000529000", "PURCHASE PRICE VARIANCE", "X", ""),
    ("0000530000", "INVENTORY DIFFERENCES", "X", ""),
    ("0000540000", "SAMPLES AND TRIALS (STATISTICAL)", "X", "X"),
)


def expense_account(matl_type: str) -> str:
    """Where the use of a material type is expensed."""
    return IMPLANTS_EXPENSE if matl_type == "IMPL" else SUPPLIES_EXPENSE


def stock_account(matl_type: str) -> str:
    """Where the stock of a material type is carried."""
    return INVENTORY_IMPLANTS if matl_type == "IMPL" else INVENTORY_SUPPLIES
