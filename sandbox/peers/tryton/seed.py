"""Seeds an empty Tryton database as a small hospital; run by Tryton's own Python: `seed.py CONFIGURATION DATABASE`.

Facilities are warehouses, their places storage locations by code; a department that uses goods is a party with a
customer location of its own, so that what is used leaves stock by a shipment to it. Prints one line a step.
"""

# Tryton and proteus are not in our environment, only in its own.
# mypy: ignore-errors

import datetime as dt
import sys
from decimal import Decimal

from engine_login import make_login
from proteus import Model
from proteus import config as proteus_config

CONFIGURATION, DATABASE, PASSWORD = sys.argv[1:4]
proteus_config.set_trytond(database=DATABASE, user="admin", config_file=CONFIGURATION)

from trytond.modules.account.tests.tools import create_chart, create_fiscalyear, get_accounts  # noqa: E402
from trytond.modules.account_invoice.tests.tools import create_payment_term, set_fiscalyear_invoice_sequences  # noqa: E402
from trytond.modules.company.tests.tools import create_company, get_company  # noqa: E402

FACILITIES = {"NORTH": ("OR-1", "OR-2", "CATH", "ED-CART"), "SOUTH": ("OR-1", "STORE")}
COST_CENTRES = ("4110", "4120", "4130")
PLAIN, LOTTED = ("4703", "4702", "4711", "4712"), ("4701", "4704")
VALUED, UNPRICED = {"4731": "average", "4732": "fifo", "4733": "fifo"}, "4733"
SUPPLIERS = {"100": "Orthopaedic Supplies", "200": "General Medical"}
YEARS = (2025, 2026, 2027)


def say(what):
    print(what, flush=True)


def new(model, /, **fields):
    record = Model.get(model)(**fields)
    record.save()
    return record


for item in Model.get("ir.module.config_wizard.item").find([("state", "=", "open")]):
    item.state = "done"
    item.save()
create_company(party=new("party.party", name="St Example Hospital"), currency="USD")
company = get_company()
say("company")
create_chart(company)
years = []
for year in YEARS:
    made = create_fiscalyear(company, today=(dt.date(year, 1, 1), dt.date(year, 12, 31)))
    made = set_fiscalyear_invoice_sequences(made)
    made.click("create_period")
    years.append(made)
closed = [period for period in years[0].periods if period.start_date.month <= 3]
Model.get("account.period").click(closed, "close")
accounts = get_accounts(company)
term = create_payment_term()
term.save()
say("chart, periods")

Account = Model.get("account.account")
(expense,) = Account.find([("code", "=", "5.1.1")]) or [accounts["expense"]]
Journal = Model.get("account.journal")
category = new(
    "product.category",
    name="Medical supplies",
    accounting=True,
    account_expense=expense,
    account_revenue=accounts["revenue"],
)
units = new("product.uom.category", name="Medical units")
each = new("product.uom", name="each", symbol="each", category=units, rate=1.0, factor=1.0, rounding=0.0001, digits=4)
box = new("product.uom", name="box", symbol="box", category=units, rate=0.1, factor=10.0, rounding=0.0001, digits=4)
suppliers = {}
for code, name in SUPPLIERS.items():
    suppliers[code] = new("party.party", name=name, code=code, supplier_payment_term=term)
Template, Product = Model.get("product.template"), Model.get("product.product")
for code in (*PLAIN, *LOTTED):
    template = Template(
        name=f"Item {code}",
        code=code,
        type="goods",
        default_uom=each,
        list_price=Decimal(20),
        cost_price_method="fixed",
        purchasable=True,
        purchase_uom=each,
        account_category=category,
    )
    if code in LOTTED:
        template.lot_required = ["supplier", "customer", "lost_found", "storage", "production"]
        template.expiration_state = "optional"
    template.save()
    (product,) = Product.find([("template", "=", template.id)])
    product.cost_price = Decimal("10.0000")
    product.save()
    identifier = product.identifiers.new()
    identifier.code = f"0081234{code}00".ljust(14, "0")
    product.save()
    priced = new("purchase.product_supplier", template=template, party=suppliers["100"], currency=company.currency)
    price = priced.prices.new()
    price.quantity, price.unit_price = 0, Decimal("10.0000")
    priced.save()
say("items, suppliers, prices")

Location = Model.get("stock.location")
(first,) = Location.find([("type", "=", "warehouse")])
for facility, places in FACILITIES.items():
    if facility == "NORTH":
        first.name, first.code = facility, facility
        first.save()
        warehouse = first
    else:
        parts = {
            kind: new("stock.location", name=f"{facility} {kind}", code=f"{facility}/{kind}", type="storage")
            for kind in ("input", "output", "storage")
        }
        warehouse = new(
            "stock.location",
            name=facility,
            code=facility,
            type="warehouse",
            **{f"{kind}_location": place for kind, place in parts.items()},
        )
    for place in places:
        new("stock.location", name=f"{facility} {place}", code=place, type="storage", parent=warehouse.storage_location)
        used = new("stock.location", name=f"Used: {facility} {place}", code=f"USED/{facility}/{place}", type="customer")
        department = Model.get("party.party")(name=f"Department: {facility} {place}", code=f"USED/{facility}/{place}")
        department.customer_location = used
        department.save()
say("facilities, departments")

lot_type = Model.get("stock.lot")
for code in LOTTED:
    (product,) = Product.find([("code", "=", code)])
    new("stock.lot", number=f"L{code}A", product=product, expiration_date=dt.date(2029, 5, 1))

root = new("analytic_account.account", name="Cost centres", type="root")
for code in COST_CENTRES:
    new("analytic_account.account", name=f"Cost centre {code}", code=code, type="normal", root=root, parent=root)
say("cost centres")

# The ledger: where costs are booked, goods that are valued by another method, and a shelf of the supplier's own goods.
# Of a type that supplier invoices may be booked on: what was used before it was ordered is billed on it.
owed = new("account.account.type", name="Goods received, not invoiced", company=company, statement="balance", debt=True)
new("account.account", name="Goods received, not invoiced", code="2.4.9", type=owed, company=company)
new("account.journal", name="Costs of use", code="COST", type="expense")
for code, method in VALUED.items():
    template = Template(name=f"Item {code}", code=code, type="goods", default_uom=each, cost_price_method=method)
    template.account_category = category
    template.save()
    (product,) = Product.find([("template", "=", template.id)])
    if code != UNPRICED:
        product.cost_price = Decimal("2.5000")
        product.save()
# Tryton bills what leaves a supplier's location to the hospital; of a storage location it would bill the supplier.
shelf = new("stock.location", name="NORTH LOAN", code="LOAN", type="supplier", parent=first.storage_location)
shelf.consignment_party = suppliers["100"]
shelf.save()
say("ledger")
# End of the ledger.

# --- Purchasing: what is bought without being stocked, prices by quantity, a supplier without an address, a budget.
for code, name in (("SERVICE", "Service"), ("FREIGHT", "Freight")):
    template = Template(name=name, code=code, type="service", default_uom=each, list_price=Decimal(0))
    template.purchasable, template.purchase_uom, template.account_category = True, each, category
    template.save()
nowhere = Model.get("party.party")(name="No Address", code="300", supplier_payment_term=term)
for address in list(nowhere.addresses):
    nowhere.addresses.remove(address)
nowhere.save()
(tiered,) = Template.find([("code", "=", "4702")])
second = new(
    "purchase.product_supplier", template=tiered, party=suppliers["200"], currency=company.currency, code="GM-4702"
)
for quantity, price in ((0, "9.5000"), (10, "9.0000"), (100, "8.2500")):
    tier = second.prices.new()
    tier.quantity, tier.unit_price = quantity, Decimal(price)
second.save()
for year in YEARS:
    span = {"start_date": dt.date(year, 1, 1), "end_date": dt.date(year, 12, 31)}
    budget = new("analytic_account.budget", name=f"Budget {year}", root=root, **span)
    budget.click("update_lines")
    for line in Model.get("analytic_account.budget.line").find([("budget", "=", budget.id)]):
        # Tryton counts an expense below zero; cost centre 4130 has no budget.
        if line.account.code == "4130":
            line.delete()
        else:
            line.amount = Decimal("-10000.00")
            line.save()
# What is bought without a product: goods of the supplier's own that were used already.
accounting = Model.get("account.configuration")(1)
accounting.default_category_account_expense = expense
accounting.save()
say("services, tiers, budgets")
# --- end of purchasing

# --- Receiving and supplier invoices: the supplier of the orders, and accounts for what is billed beside goods.
if not Model.get("party.party").find([("code", "=", "100003")]):
    new("party.party", name="Surgical Implants", code="100003", supplier_payment_term=term)
for code, name in (("FREIGHT", "Freight"), ("VARIANCE", "Price variance"), ("DISPUTE", "Short paid, in dispute")):
    new("account.account", name=name, code=code, type=expense.type, company=company)
say("receiving, supplier invoices")
# --- end of receiving and supplier invoices

# --- A year in which Tryton books by itself what leaves stock, and what comes back.
Type = Model.get("account.account.type")
(kept,) = Type.find([("stock", "=", True), ("statement", "=", "balance")])
costs = new("account.account.type", name="Stock used", company=company, statement="income", expense=True, stock=True)
left = new("account.account", name="Costs of what left stock", code="5.9.1", type=costs, company=company)
came = new("account.account", name="Costs of what came back", code="5.9.2", type=costs, company=company)
category.account_stock = new("account.account", name="Stock at cost", code="1.3.9", type=kept, company=company)
category.account_stock_out, category.account_stock_in = left, came
category.save()
years[0].account_stock_method = "continental"
years[0].save()
say("a year of bookings with the movement")
# --- end of bookings with the movement

# --- The storeroom: who uses the goods that are the supplier's own.
loan = Model.get("party.party")(name="Department: NORTH LOAN", code="USED/NORTH/LOAN")
loan.customer_location = new("stock.location", name="Used: NORTH LOAN", code="USED/NORTH/LOAN", type="customer")
loan.save()
say("goods on loan")
# --- end of the storeroom

make_login(Model, company=company, login="engine", password=PASSWORD)
say("login")
