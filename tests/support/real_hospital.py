"""A hospital of real systems for the processes: Tryton keeps stock and ledger, a FHIR server bills; a proxy before each."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from canonical.documents.usage import Usage
from canonical.identity import wire_key
from canonical.kinds import Kind
from canonical.policy import Attempts, Policy
from canonical.ports import System, SystemKind
from connectors.systems.fhir_billing.connector import SYSTEM as FHIR_BILLING
from connectors.systems.tryton.client import TrytonClient
from connectors.systems.tryton.connector import SYSTEM as TRYTON
from tests.connectors.contract.ledgers import CHARGE, JOURNAL, MOVEMENT
from tests.connectors.contract.peer import Verb
from tests.connectors.contract.peers.fhir_billing import FhirBillingPeer
from tests.connectors.contract.peers.tryton import TrytonPeer
from tests.connectors.contract.peers.tryton_finance import TrytonFinancePeer
from tests.connectors.contract.trouble import Trouble
from tests.connectors.stock import lots_in
from tests.connectors.tryton_books import client_of
from tests.support.fhir import OTHER_ACCOUNT, OTHER_CASE
from tests.support.house import House, eventually, quick_policy

ITEM, PLACE, COST_CENTRE, EXPENSE = "4711", "OR-1", "4110", "5.1.1"
EACH = Decimal(10)
"""What one of the item costs, by Tryton."""
WRITES: Mapping[str, tuple[str, Verb]] = {
    "movement": (MOVEMENT, "write"),
    "charge": (CHARGE, "write"),
    "movement-taken-back": (MOVEMENT, "undo"),
    "charge-voided": (CHARGE, "undo"),
    "journal": (JOURNAL, "write"),
    "journal-reversed": (JOURNAL, "undo"),
}
"""Every class of write of usage-to-charge that a real system is asked for."""

_SETTINGS: Mapping[str, Any] = {"timeout": "PT10S", "in_flight": "PT2S"}


class Tryton(TrytonPeer):
    """Stock and ledger of one Tryton."""

    calls = {**TrytonPeer.calls, **TrytonFinancePeer.calls}


@dataclass
class RealHospital:
    """The systems, the connectors of the engine, and a client that looks into Tryton's books."""

    tryton: Tryton
    fhir: FhirBillingPeer
    erp: Any
    billing: Any
    books: TrytonClient

    @classmethod
    async def start(cls, folder: Path) -> "RealHospital":
        """Start both, with goods on the shelf."""
        tryton, fhir = Tryton(), FhirBillingPeer()
        for peer in (tryton, fhir):
            (folder / peer.name).mkdir()
            await peer.start(folder / peer.name)
        erp, billing = (
            connector_of(TRYTON, "tryton", tryton.table),
            connector_of(FHIR_BILLING, "fhir-billing", fhir.table),
        )
        made = cls(tryton, fhir, erp, billing, client_of(tryton, "engine", tryton.password_file))
        goods = lots_in(ITEM, quantity=10_000, location=PLACE)
        await erp.books()[Kind.lots_in].post(goods, wire_key=wire_key("the shelf of the processes"))
        return made

    async def stop(self) -> None:
        """Give back what was asked for."""
        for connector in (self.erp, self.billing, self.books):
            await connector.close()
        for peer in (self.tryton, self.fhir):
            await peer.stop()

    @property
    def furniture(self) -> dict[str, Any]:
        """What a house has of it; calls may take as long as these systems do."""
        real = {"inventory": self.erp, "billing": self.billing, "finance": self.erp}
        return {**real, "policy": patient_policy()}

    async def calm(self) -> None:
        """No more trouble."""
        await self.tryton.calm()
        await self.fhir.calm()

    def keeper(self, ledger: str) -> Tryton | FhirBillingPeer:
        """Who keeps a ledger."""
        return self.fhir if ledger == CHARGE else self.tryton

    async def trouble(self, write: str, trouble: Trouble) -> None:
        """Let the next such write meet with trouble."""
        ledger, verb = WRITES[write]
        await self.keeper(ledger).trouble(ledger, verb, trouble)

    async def on_hand(self) -> Decimal:
        """How many of the item are on the shelf, by Tryton."""
        nothing = {"device_identifier": None, "lot": None, "serial": None}
        found = await self.erp.look_up(facility="NORTH", location=PLACE, item=ITEM, **nothing)
        on_hand: Decimal = found.lot.on_hand
        return on_hand

    async def expensed(self) -> Decimal:
        """What all uses have cost, by the ledger itself."""
        lines = await self.books.rows(
            "account.move.line", [["account.code", "=", EXPENSE], ["move.state", "=", "posted"]], ["debit", "credit"]
        )
        return sum((line["debit"] - line["credit"] for line in lines), Decimal(0))

    async def billed(self) -> Decimal:
        """How many units are charged to the account, by the FHIR server itself."""
        async with self.fhir.server.client() as http:
            # Not the patient of the contract, whose charges come to more than a page.
            asked = {"subject": "Patient/p2", "_count": "500"}
            answer = await http.get("/ChargeItem", params=asked, headers={"cache-control": "no-cache"})
        answer.raise_for_status()
        assert "next" not in [link["relation"] for link in answer.json()["link"]]
        charges = [entry["resource"] for entry in answer.json().get("entry", ())]
        return sum(
            (Decimal(str(one["quantity"]["value"])) for one in charges if one["status"] == "billable"), Decimal(0)
        )

    async def met(self, write: str) -> None:
        """Wait until the trouble that this write was to meet with has been met."""
        keeper = self.keeper(WRITES[write][0])

        async def seen() -> bool | None:
            return None if keeper.waiting else True

        await eventually(seen, within=60)


def patient_policy() -> Policy:
    """The clocks of the house, and attempts for systems that answer in seconds, and that may be away for minutes."""
    attempts = Attempts(
        maximum=500, first=timedelta(milliseconds=100), longest=timedelta(seconds=2), one=timedelta(seconds=30)
    )
    return quick_policy(attempts=attempts)


async def used(house: House, number: str, **changes: Any) -> Usage:
    """Two of the item on the patient that the FHIR server knows."""
    case = await house.store.vault.tokenise("case", OTHER_CASE)
    account = await house.store.vault.tokenise("acct", OTHER_ACCOUNT)
    fields: dict[str, Any] = {"surgical_case": case, "account": account, "item": ITEM, "lot": None}
    fields |= {"performing_cost_centre": COST_CENTRE, "charged_cost_centre": COST_CENTRE}
    return await house.usage(number, **(fields | changes))


def connector_of(kind: SystemKind, name: str, table: Mapping[str, Any]) -> System:
    """The engine's connector to a system of tests, as patient as a test can be."""
    settings = kind.settings.model_validate_json(json.dumps({**table, **_SETTINGS}), strict=True)
    return kind.build(name, settings, outgoing=dict)
