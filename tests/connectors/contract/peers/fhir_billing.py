"""A FHIR server as billing under the contract: HAPI, behind a proxy of ours that makes the trouble."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from canonical.errors import Audience
from canonical.ports import System
from connectors.systems.fhir_billing.connector import SYSTEM
from suture.free_port import free_port
from tests.connectors.contract.ledgers import CHARGE, ClearCharge
from tests.connectors.contract.peer import WORDS, Peer, Refusal, Sample, Variant, Verb
from tests.connectors.contract.peers.charges import clear_charge
from tests.connectors.contract.trouble import Trouble
from tests.support.fault_proxy import FaultProxy, Matches
from tests.support.fhir import ACCOUNT, CASE, running_server

AMOUNTS = {
    Variant.least: (Decimal("0.001"), Decimal("0.01")),
    Variant.largest: (Decimal("999999999.999"), Decimal("9999999999999.99")),
    Variant.too_fine: (Decimal("1.5"), Decimal("1.000005")),
    Variant.boxed: (Decimal("12.50"), Decimal("1677.60")),
}
REFUSAL = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "error", "code": "business-rule", "expression": ["ChargeItem.code"], "diagnostics": "no"}],
}


def charge(units: Decimal = Decimal(2), amount: Decimal = Decimal("268.44"), **more: Any) -> ClearCharge:
    """Units of an implant, with its lot and serial."""
    given = {
        "account_number": ACCOUNT,
        "case_number": CASE,
        "posting_date": "2026-11-21",
        "hcpcs": "C1776",
        "revenue_code": "0278",
        "modifiers": ("LT",),
        "lot": "L-1",
        "serial": "S-1",
    }
    return clear_charge(units, amount, **(given | more))


class FhirBillingPeer(Peer):
    """One server for all tests of the session; what is written there stays."""

    name = "fhir-billing"
    ledgers = (CHARGE,)
    unknown = {CHARGE: "99999999"}
    refusals = {
        "account": Refusal(CHARGE, charge(account_number="A999999"), Audience.revenue_integrity),
        "case": Refusal(CHARGE, charge(case_number="C-2026-9999"), Audience.revenue_integrity),
        "code": Refusal(CHARGE, charge(code="27009999"), Audience.revenue_integrity),
        "code-of-last-year": Refusal(CHARGE, charge(code="27004711"), Audience.revenue_integrity),
        "hcpcs": Refusal(CHARGE, charge(hcpcs="ANY"), Audience.revenue_integrity),
        "revenue-code": Refusal(CHARGE, charge(revenue_code="278X"), Audience.revenue_integrity),
        "modifier": Refusal(CHARGE, charge(modifiers=("left",)), Audience.revenue_integrity),
        "currency": Refusal(CHARGE, charge(currency="EUR"), Audience.revenue_integrity),
    }

    async def start(self, folder: Path) -> None:
        """The server, its hospital, and the proxy before it."""
        self._folder = folder
        (folder / "stranger").write_text("nobody")
        self.server = await running_server(folder)
        self._proxy = FaultProxy(port=free_port(), to=self.server.port, refusal=REFUSAL)
        await self._proxy.start()

    async def stop(self) -> None:
        """The proxy alone: others may want the server yet."""
        await self._proxy.stop()

    async def crash(self) -> None:
        """Killed and started again, on the same port and database."""
        self.server.kill()
        await self._proxy.cut()
        await self.server.start()

    def connect(self, *, timeout: float = 10.0, known: bool = True, away: bool = False) -> System:
        """The connector by a table of its own."""
        table = self.table | {"timeout": f"PT{timeout}S"}
        if away:
            table["base_url"] = "http://127.0.0.1:1/fhir"
        if not known:
            table["token_file"] = str(self._folder / "stranger")
        settings = SYSTEM.settings.model_validate_json(json.dumps(table), strict=True)
        return SYSTEM.build(self.name, settings, outgoing=dict)

    @property
    def table(self) -> dict[str, Any]:
        """Its own table in `hospital.toml`."""
        return {
            "base_url": f"{self._proxy.url}/fhir",
            "token_file": str(self.server.token_file),
            "organizations": {"NORTH": "Organization/north"},
        }

    @property
    def waiting(self) -> bool:
        """Whether trouble waits for its call yet."""
        return self._proxy.waiting

    async def sample(self, system: Any, ledger: str, number: str, variant: Variant = Variant.plain) -> Sample:
        """Two units of an implant, unless the variant says otherwise."""
        units, amount = AMOUNTS.get(variant, (Decimal(2), Decimal("268.44")))
        more = {"lot": WORDS} if variant is Variant.worded else {}
        clear = charge(units, amount, **more)
        return Sample(clear, units, amount, clear.charge.posting_date)

    async def trouble(self, ledger: str, verb: Verb, trouble: Trouble) -> None:
        """In the way of the next create, update, or search."""
        self._proxy.next(_CALLS[verb], trouble)

    async def calm(self) -> None:
        """No faults."""
        self._proxy.calm()


_CALLS: dict[Verb, Matches] = {
    "write": lambda name: name == "POST /fhir/ChargeItem",
    "undo": lambda name: name.startswith("PUT /fhir/ChargeItem/"),
    "find": lambda name: name.startswith("GET /fhir/ChargeItem?"),
}
