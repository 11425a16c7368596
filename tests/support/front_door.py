"""The gateway as a test's vendor sees it: a hospital's configuration, signed webhooks, and the application behind."""

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import time
from typing import Any
from uuid import uuid4

import httpx
from fastapi import FastAPI
from standardwebhooks import Webhook

from canonical.ports import SystemKind
from connectors.systems.sandbox_inventory.connector import SYSTEM as INVENTORY
from connectors.systems.sandbox_inventory.settings import InventorySettings
from suture.assembly import Sender
from suture.configuration import read
from suture.gateway.app import create_app
from suture.intake import Intake
from suture.people import People, digest
from suture.settings import Settings
from suture.store.store import Store

KINDS: dict[str, SystemKind] = {"inventory": INVENTORY}
OWN = InventorySettings(base_url="http://127.0.0.1:9", token_file=Path("new.secret"))
READER, NOBODY, DASHBOARD, OWNER = (secrets.token_urlsafe(16) for _ in range(4))
_HOSPITAL = """
[hospital]
name = "Mercy General"
legal_entity = "MG"
currency = "USD"

[facilities.NORTH]
timezone = "America/Chicago"
routes = [
    {{ domain = "inventory", system = "inventory", since = 2026-01-01 }},
    {{ domain = "billing", system = "inventory", since = 2026-01-01 }},
    {{ domain = "finance", system = "inventory", since = 2026-01-01 }},
]

[systems.inventory]
kind = "sandbox-inventory"
[systems.inventory.settings]
base_url = "http://127.0.0.1:9"
token_file = "new.secret"

[sources.inventory]
system = "inventory"
secrets = ["old.secret", "new.secret"]
rate_per_second = 100000

[sources.trickle]
system = "inventory"
secrets = ["new.secret"]
rate_per_second = 2

[sources.rewriting]
system = "inventory"
secrets = ["new.secret"]
ignore_fields = ["emittedAt"]

[sources.presenting]
system = "inventory"
secrets = ["old.secret", "new.secret"]
secret_header = "X-Hook-Secret"

[temporal]
address = "{temporal}"

[store]
url = "{store}"

[keys]
file = "suture.keys"

[gateway]
port = {port}
read_tokens = ["{dashboard}"]

[people.dana]
name = "Dana Ruiz"
token_sha256 = "{reader}"
roles = ["reader"]

[people.gone]
name = "Gone Away"
token_sha256 = "{nobody}"
roles = []

[people.owen]
name = "Owen Hart"
token_sha256 = "{owner}"
roles = ["revenue-integrity", "history-reader"]
"""


def write_hospital(folder: Path, *, store: str, temporal: str = "127.0.0.1:9", port: int = 0, more: str = "") -> Path:
    """A configuration with its secret files, and more tables where a test has its own."""
    for name in ("old", "new"):
        file = folder / f"{name}.secret"
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text("whsec_" + base64.b64encode(secrets.token_bytes(32)).decode() + "\n")
    people = {"reader": READER, "nobody": NOBODY, "dashboard": DASHBOARD, "owner": OWNER}
    file = folder / "hospital.toml"
    file.write_text(
        _HOSPITAL.format(store=store, temporal=temporal, port=port, **{who: digest(people[who]) for who in people})
        + more
    )
    return file


def captured(number: str | None = None, **changes: Any) -> dict[str, Any]:
    """A use as the inventory system tells it."""
    data = {
        "useId": number or f"U-{uuid4().hex[:12]}",
        "version": 1,
        "actId": f"A-{uuid4().hex[:8]}",
        "surgicalCaseNumber": "SC-900017",
        "encounterNumber": "ENC-55512",
        "patient": {"name": "Rosa Planted", "mrn": "MRN-77001"},
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
    emitted = "2026-11-02T15:00:02+00:00"
    return {"eventId": "of-the-body", "eventType": "use.captured", "emittedAt": emitted, "data": data | changes}


def signed(body: bytes, *, secret: bytes, event_id: str, at: float | None = None) -> dict[str, str]:
    """The headers of Standard Webhooks; for a body that is text, by the library that the standard's authors give."""
    moment = int(time() if at is None else at)
    try:
        signature = Webhook(secret).sign(event_id, datetime.fromtimestamp(moment, tz=UTC), body.decode())
    except UnicodeDecodeError:
        import hmac

        digest = hmac.digest(secret, f"{event_id}.{moment}.".encode() + body, "sha256")
        signature = "v1," + base64.b64encode(digest).decode()
    return {"webhook-id": event_id, "webhook-timestamp": str(moment), "webhook-signature": signature}


@dataclass
class FrontDoor:
    """A gateway in this process; `rows` are the inbox rows that it handed on."""

    settings: Settings
    store: Store
    app: FastAPI
    http: httpx.AsyncClient
    rows: list[int] = field(default_factory=list)

    @classmethod
    def open(cls, folder: Path, store: Store, *, url: str, reachable: bool = True) -> "FrontDoor":
        """The application over this store."""
        settings = read(write_hospital(folder, store=url))
        rows: list[int] = []

        async def reach() -> bool:
            return reachable

        intake = Intake(
            store,
            facilities=settings.facilities,
            ignored={name: source.ignore_fields for name, source in settings.sources.items()},
        )
        app = create_app(
            settings,
            store=store,
            intake=intake,
            senders={name: Sender(kind, OWN) for name, kind in KINDS.items()},
            register=People(settings.people),
            stored=rows.append,
            reach=reach,
        )
        http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway")
        return cls(settings, store, app, http, rows)

    def secret(self, name: str = "new") -> bytes:
        """A live secret of the source."""
        return secret_of(self.settings.file.parent, name)

    async def send(
        self,
        body: object,
        *,
        event_id: str | None = None,
        source: str = "inventory",
        secret: bytes | None = None,
        at: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send a webhook; bytes go as they are."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        event_id = uuid4().hex if event_id is None else event_id
        own = signed(raw, secret=secret or self.secret(), event_id=event_id, at=at)
        return await self.http.post(f"/v1/events/{source}", content=raw, headers={**own, **(headers or {})})

    async def show(self, correlation_id: str, *, token: str | None = READER) -> httpx.Response:
        """Look a transaction up."""
        headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
        return await self.http.get(f"/v1/transactions/{correlation_id}", headers=headers)


def secret_of(folder: Path, name: str = "new") -> bytes:
    """The bytes of a secret file."""
    return base64.b64decode((folder / f"{name}.secret").read_text().strip().removeprefix("whsec_"))
