"""The hospital that is measured: a folder with configuration, keys, a migrated store, and uses to send."""

import os
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from secrets import token_bytes
from typing import Any
from uuid import uuid4

from canonical.inbound import EventType, Inbound
from suture.configuration import read
from suture.keys import make_keys
from suture.settings import Settings
from suture.store.migrate import migrate

NOBODY = "127.0.0.1:9"
"""Where no server is, neither Temporal nor a system: the port of the discard service, which nobody runs."""

_HOSPITAL = """
[hospital]
name = "Benchmark General"
legal_entity = "BENCH"
currency = "USD"

[facilities.NORTH]
timezone = "America/Chicago"
routes = [
    {{ domain = "inventory", system = "inventory", since = 2026-01-01 }},
    {{ domain = "billing", system = "billing", since = 2026-01-01 }},
    {{ domain = "finance", system = "erp", since = 2026-01-01 }},
]

[facilities.TRADE]
timezone = "America/Chicago"
routes = [
    {{ domain = "inventory", system = "inventory", since = 2026-01-01 }},
    {{ domain = "billing", system = "billing", since = 2026-01-01 }},
    {{ domain = "finance", system = "erp", since = 2026-01-01 }},
    {{ domain = "procurement", system = "erp", since = 2026-01-01 }},
    {{ domain = "supplier", system = "supplier", since = 2026-01-01 }},
]

[policy.purchasing.replenishing.calendar]
every = "PT0.01S"
weekdays = [0, 1, 2, 3, 4, 5, 6]

[systems.inventory]
kind = "sandbox-inventory"
concurrency = 100
[systems.inventory.settings]
base_url = "http://{nobody}"
token_file = "nobody.token"
[systems.billing]
kind = "sandbox-billing"
concurrency = 100
[systems.billing.settings]
base_url = "http://{nobody}"
token_file = "nobody.token"
[systems.erp]
kind = "sandbox-erp"
concurrency = 100
[systems.erp.settings]
base_url = "http://{nobody}"
token_file = "nobody.token"

[systems.supplier]
kind = "sandbox-supplier"
concurrency = 100
[systems.supplier.settings]
base_url = "http://{nobody}"
token_file = "nobody.token"

[sources.inventory]
system = "inventory"
secrets = ["hook.secret"]
rate_per_second = 1000000

[temporal]
address = "{temporal}"

[store]
url = "sqlite:///suture.db"

[keys]
file = "suture.keys"

[gateway]
port = 0
"""


@dataclass(frozen=True)
class Place:
    """A folder that holds everything of one hospital."""

    folder: Path

    @property
    def config(self) -> Path:
        """Its `hospital.toml`."""
        return self.folder / "hospital.toml"

    @property
    def secret(self) -> Path:
        """With what its webhooks are signed."""
        return self.folder / "hook.secret"

    def settings(self) -> Settings:
        """Its configuration."""
        return read(self.config)


def furnish(folder: Path, *, temporal: str = NOBODY) -> Place:
    """Make the folder, its keys and its store."""
    folder.mkdir(parents=True)
    place = Place(folder)
    with os.fdopen(os.open(place.secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as secret:
        secret.write("whsec_" + b64encode(token_bytes(32)).decode())
    make_keys(folder / "suture.keys")
    place.config.write_text(_HOSPITAL.format(temporal=temporal, nobody=NOBODY), encoding="utf-8")
    migrate(place.settings().store.url)
    return place


def use(number: str) -> Inbound:
    """A use as a translator hands it to the intake, each of another case and account."""
    now = datetime.now(UTC)
    return Inbound(
        id=f"e-{number}",
        type=EventType.usage_reported,
        facility="NORTH",
        number=number,
        time=now,
        data={
            "version": 1,
            "occurred": "2026-11-02T15:00:00+00:00",
            "act": f"act-{number}",
            "surgical_case": f"SC-{number}",
            "account": f"ENC-{number}",
            "location": "OR-1",
            "performing_cost_centre": "4100",
            "charged_cost_centre": "4100",
            "item": "4702",
            "lot": "L1",
            "quantity": str(Decimal(2)),
            "unit": "each",
            "disposition": "consumed",
        },
    )


def webhook(number: str) -> dict[str, Any]:
    """The same use as the inventory system's webhook tells it."""
    data = {
        "useId": number,
        "version": 1,
        "actId": f"act-{number}",
        "surgicalCaseNumber": f"SC-{number}",
        "encounterNumber": f"ENC-{number}",
        "patient": {"name": "A Patient", "mrn": "MRN-1"},
        "disposition": "consumed",
        "barcode": None,
        "sku": "SKU-4702",
        "lot": "L1",
        "serial": None,
        "qty": 2,
        "unit": "each",
        "location": "OR-1",
        "facility": "northCampus",
        "performingCostCentre": "4100",
        "chargedCostCentre": "4100",
        "scannedAt": "2026-11-02T15:00:00+00:00",
        "capturedAt": "2026-11-02T15:00:01+00:00",
        "alreadyBooked": None,
    }
    return {
        "eventId": f"e-{number}",
        "eventType": "use.captured",
        "emittedAt": "2026-11-02T15:00:02+00:00",
        "data": data,
    }


def numbers(count: int) -> list[str]:
    """So many numbers that were never used."""
    batch = uuid4().hex[:8]
    return [f"{batch}-{index}" for index in range(count)]
