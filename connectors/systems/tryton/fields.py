"""What the connector names in Tryton: each model with the paths of its fields, and the modules that they are from."""

from collections.abc import Mapping

NAMED: Mapping[str, str] = {
    "account.account": "code company name",
    "account.configuration": "default_category_account_expense",
    "account.invoice": (
        "account accounting_date comment company currency description invoice_address invoice_date journal lines "
        "lines.account lines.amount lines.company lines.currency lines.description lines.origin lines.product "
        "lines.quantity lines.stock_moves lines.type lines.unit lines.unit_price party payment_term "
        "payment_term_date purchase_exception_state purchases reference state total_amount type"
    ),
    "account.invoice.line": (
        "account amount company description invoice invoice.party invoice.state invoice_type product type"
    ),
    "account.journal": "code name",
    "account.move": (
        "company date description journal lines lines.account lines.analytic_lines lines.analytic_lines.account "
        "lines.analytic_lines.credit lines.analytic_lines.date lines.analytic_lines.debit lines.credit lines.debit "
        "lines.description lines.party lines.second_currency lines.tax_lines origin period state"
    ),
    "account.move.line": "account.type.payable credit debit description move.origin move.state party.code reconciliation",
    "account.period": "company end_date journals.journal journals.state name start_date state type",
    "analytic_account.account": "code company name root type",
    "analytic_account.budget.line": "account actual_amount budget.end_date budget.start_date total_amount",
    "company.company": "currency currency.code",
    "currency.currency": "code",
    "ir.module": "name state version",
    "party.party": "addresses code customer_location name supplier_location supplier_payment_term",
    "product.category": "account_expense account_parent parent",
    "product.product": (
        "code cost_price cost_price_method default_uom default_uom.category default_uom.factor default_uom.name "
        "identifiers.code name quantity template.account_category template.expiration_state template.lot_required "
        "template.type"
    ),
    "product.uom": "category factor name",
    "purchase.amendment": (
        "date description lines lines.action lines.description lines.line lines.party lines.product "
        "lines.product_supplier lines.quantity lines.unit lines.unit_price purchase purchase.amendments "
        "purchase.amendments.description purchase.amendments.state state"
    ),
    "purchase.line": (
        "analytic_accounts.account description invoice_lines.invoice.state invoice_lines.invoice_state "
        "invoice_lines.quantity invoice_lines.unit.factor moves moves.currency moves.from_location.type moves.lot "
        "moves.product moves.quantity moves.shipment moves.state moves.unit moves.unit.factor moves.unit_price "
        "product product_supplier purchase purchase.currency purchase.purchase_date purchase.state quantity "
        "sequence type unit unit.factor unit_price"
    ),
    "purchase.product_supplier": (
        "code currency.code party.code prices.quantity prices.sequence prices.unit_price product product.code "
        "sequence template.products.code unit.name"
    ),
    "purchase.purchase": (
        "amendments.description amendments.state comment company currency currency.code description "
        "invoice_address invoice_method invoice_state lines lines.analytic_accounts "
        "lines.analytic_accounts.account lines.analytic_accounts.account.code lines.analytic_accounts.root "
        "lines.delivery_date_edit lines.delivery_date_store lines.description lines.invoice_lines.invoice.state "
        "lines.invoice_lines.invoice_state lines.invoice_lines.quantity lines.invoice_lines.unit.factor "
        "lines.moves lines.moves.currency lines.moves.from_location.type lines.moves.internal_quantity "
        "lines.moves.lot lines.moves.planned_date lines.moves.product lines.moves.quantity lines.moves.shipment "
        "lines.moves.state lines.moves.unit lines.moves.unit.factor lines.moves.unit_price "
        "lines.moves_ignored.internal_quantity lines.product lines.product.code lines.product.default_uom.factor "
        "lines.product.default_uom.name lines.product.template.type lines.product_supplier lines.quantity "
        "lines.sequence lines.type lines.unit lines.unit.factor lines.unit.name lines.unit_price number party "
        "party.code party.supplier_location payment_term purchase_date reference revision state untaxed_amount "
        "warehouse warehouse.code warehouse.input_location"
    ),
    "stock.location": (
        "code consignment_party input_location name output_location parent quantity storage_location type"
    ),
    "stock.lot": "expiration_date number product quantity",
    "stock.move": (
        "from_location from_location.type internal_quantity origin product quantity shipment state to_location "
        "to_location.type unit.factor"
    ),
    "stock.order_point": (
        "company location min_quantity product product.code product.default_uom.category "
        "product.default_uom.factor product.default_uom.name target_quantity type"
    ),
    "stock.shipment.in": (
        "company effective_date incoming_moves incoming_moves.company incoming_moves.currency "
        "incoming_moves.from_location incoming_moves.lot incoming_moves.origin incoming_moves.product "
        "incoming_moves.quantity incoming_moves.to_location incoming_moves.unit incoming_moves.unit_price moves "
        "moves.company moves.currency moves.from_location moves.internal_quantity moves.lot moves.origin "
        "moves.planned_date moves.product moves.purchase moves.purchase_exception_state moves.quantity moves.state "
        "moves.to_location moves.unit moves.unit_price reference state supplier warehouse warehouse_input "
        "warehouse_storage"
    ),
    "stock.shipment.in.return": (
        "company effective_date from_location moves moves.company moves.currency moves.from_location moves.lot "
        "moves.origin moves.product moves.quantity moves.to_location moves.unit moves.unit.factor moves.unit_price "
        "planned_date reference state supplier to_location"
    ),
    "stock.shipment.internal": (
        "company effective_date effective_start_date from_location moves moves.company moves.currency "
        "moves.from_location moves.lot moves.product moves.quantity moves.to_location moves.unit moves.unit_price "
        "planned_date planned_start_date reference state to_location to_location.type"
    ),
    "stock.shipment.out": (
        "company customer delivery_address effective_date moves moves.company "
        "moves.consignment_invoice_lines.invoice moves.currency moves.from_location moves.lot moves.origin "
        "moves.product moves.quantity moves.to_location moves.unit moves.unit_price planned_date reference state "
        "warehouse warehouse_output warehouse_storage"
    ),
    "stock.shipment.out.return": (
        "company contact_address customer effective_date moves moves.company moves.currency moves.from_location "
        "moves.lot moves.origin moves.product moves.quantity moves.to_location moves.unit moves.unit_price "
        "reference state warehouse warehouse_input warehouse_storage"
    ),
}
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
    "stock_supply",
)
