"""The hospital of `suture demo --real`: one facility on the sandbox, one on Tryton and a FHIR server, one mixed."""

from suture.up.plan import ON_SANDBOX, Campus, Plan

ON_REAL = {"finance": "tryton", "procurement": "tryton", "billing": "fhir"}

_TRYTON = """
[systems.tryton]
kind = "tryton"
rate_per_second = 20
[systems.tryton.settings]
base_url = "http://127.0.0.1:{tryton}"
database = "hospital"
login = "engine"
password_file = "systems/tryton.token"
timeout = "PT10S"
reads_within = "PT10S"
in_flight = "PT5S"
supplier = "100006"
[systems.tryton.settings.ledger]
journal = "COST"
stock = "1.3.1"
received_not_invoiced = "2.4.9"
expense = "5.1.1"
expensed = {{ NORTH = ["ED-CART", "ICU-CART"] }}
[systems.tryton.settings.accounts]
freight = "FREIGHT"
variance = "VARIANCE"
short-paid = "DISPUTE"
"""

_FHIR = """
[systems.fhir]
kind = "fhir-billing"
rate_per_second = 50
[systems.fhir.settings]
base_url = "http://127.0.0.1:{fhir}/fhir"
token_file = "systems/fhir.token"
timeout = "PT10S"
in_flight = "PT5S"
"""

REAL = Plan(
    says="A hospital on systems that nobody here wrote, beside those of the sandbox.",
    campuses=(
        Campus("NORTH", "America/New_York", "scan", {"inventory": "inventory", **ON_REAL, "supplier": "supplier"}),
        Campus("SOUTH", "America/Chicago", "scan", ON_SANDBOX),
        Campus("EAST", "America/New_York", "scan", {"inventory": "tryton", **ON_REAL}),
    ),
    # Such a system answers in tenths of seconds, and is away for as long as its start takes.
    attempts='maximum = 60\nfirst = "PT0.5S"\nlongest = "PT3S"\none = "PT30S"',
    peers={"tryton": _TRYTON, "fhir": _FHIR},
)
