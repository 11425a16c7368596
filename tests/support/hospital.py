"""A small hospital's configuration, written where a test wants it."""

import secrets
from hashlib import sha256
from pathlib import Path

HOSPITAL = """
[hospital]
name = "Mercy General"
legal_entity = "MG"
currency = "USD"

[facilities.NORTH]
timezone = "America/Chicago"
charge_trigger = "case-verified"
routes = [
    { domain = "inventory", system = "inventory", since = 2026-01-01 },
    { domain = "billing", system = "billing", since = 2026-01-01 },
    { domain = "finance", system = "erp", since = 2026-01-01 },
]

[systems.inventory]
kind = "sandbox-inventory"
rate_per_second = 50
[systems.inventory.settings]

[systems.billing]
kind = "sandbox-billing"
[systems.billing.settings]

[systems.erp]
kind = "sandbox-erp"
[systems.erp.settings]

[sources.inventory]
system = "inventory"
secrets = ["inventory.secret"]
ignore_fields = ["sentAt"]

[people.dana]
name = "Dana Ruiz"
token_sha256 = "{digest}"
roles = ["revenue-integrity", "reader"]
limit = 2500.50

[policy.confirmation]
overdue = "PT6H"
"""
TOKEN = secrets.token_urlsafe(16)


def write_hospital(folder: Path, *, change: tuple[str, str] = ("", "")) -> Path:
    """Write the file and its secret; `change` replaces one piece of the text by another."""
    secret = folder / "inventory.secret"
    secret.touch(mode=0o600)
    secret.write_text("whsec_" + "A" * 32)
    text = HOSPITAL.replace("{digest}", sha256(TOKEN.encode()).hexdigest())
    old, new = change
    if old not in text:
        raise ValueError("the text to change is not there")
    file = folder / "hospital.toml"
    file.write_text(text.replace(old, new, 1) if old else text)
    return file
