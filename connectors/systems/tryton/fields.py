"""What the connector names in Tryton: each model with the paths of its fields, and the modules that they are from."""

from collections.abc import Mapping

NAMED: Mapping[str, str] = {}
MODULES = (
    "account_invoice_stock",
    "account_product",
    "analytic_account",
    "analytic_budget",
    "analytic_purchase",
    "purchase_amendment",
    "purchase_history",
    "stock_consignment",
    "stock_lot_sled",
)
