"""A FHIR server by our connector and by bare calls: a charge is posted, found, and voided."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx

from bench.real import documents
from bench.real.peers import Peer
from bench.real.turns import Verb
from bench.real.wire import Wire
from canonical.identity import wire_key
from connectors.protocols.fhir import FhirClient
from connectors.protocols.rest import RestClient
from connectors.systems.fhir_billing.client import FhirBillingClient
from connectors.systems.fhir_billing.codes import WIRE_KEY
from connectors.systems.fhir_billing.connector import FhirBilling
from connectors.systems.fhir_billing.settings import FhirBillingSettings

ACCOUNT, CASE = "A100001", "C-2026-0001"


class Both:
    """Our connector and bare calls at one server, each with a wire of its own."""

    def __init__(self, peer: Peer) -> None:
        table = {"base_url": peer.url, "token_file": str(peer.secret_file)}
        settings = FhirBillingSettings.model_validate_json(json.dumps(table), strict=True)
        token = peer.secret_file.read_text(encoding="utf-8")
        self.wire, self.bare_wire = Wire(), Wire()
        rest = RestClient(
            system="fhir", base_url=peer.url, token=token, timeout=settings.timeout * 3, transport=self.wire
        )
        client = FhirBillingClient(FhirClient(rest, base_url=peer.url))
        self.ours = FhirBilling("fhir", settings, client)
        headers = {"authorization": f"Bearer {token}", "content-type": "application/fhir+json"}
        self._http = httpx.AsyncClient(
            base_url=peer.url, headers=headers, transport=self.bare_wire, timeout=60, trust_env=False
        )
        self._charge: dict[str, Any] = {}
        self._posted: dict[int, tuple[str, dict[str, Any]]] = {}

    async def open(self) -> None:
        """A hospital small enough, and the charge as our connector sends it."""
        for resource in _HOSPITAL:
            await self._sent("PUT", f"{resource['resourceType']}/{resource['id']}", resource)
        self.wire.recording = True
        await self._post(0)
        self.wire.recording = False
        [self._charge] = self.wire.bodies

    async def close(self) -> None:
        """Give back the connections."""
        await self.ours.close()
        await self._http.aclose()

    def verbs(self) -> tuple[Verb, ...]:
        """What is measured."""
        return (
            Verb(what="post a charge", ours=self._post, bare=self._bare_post, pieces=64),
            Verb(what="find a charge", ours=self._find, bare=self._bare_find, before=self._charged, pieces=64),
            Verb(what="void a charge", ours=self._void, bare=self._bare_void, before=self._charged, pieces=64),
        )

    async def _post(self, _: int) -> None:
        await self.ours.post_charge(
            documents.charge(), account_number=ACCOUNT, case_number=CASE, wire_key=wire_key(uuid4().hex)
        )

    async def _bare_post(self, number: int) -> None:
        key = wire_key(uuid4().hex)
        charge = self._charge | {"identifier": [{"system": WIRE_KEY, "value": key}]}
        condition = {"if-none-exist": f"identifier={WIRE_KEY}|{key}", "prefer": "return=representation"}
        self._posted[number] = key, await self._sent("POST", "ChargeItem", charge, condition)

    async def _find(self, number: int) -> None:
        if len(await self.ours.find_charges([self._posted[number][0]])) != 1:
            raise RuntimeError("the charge is not found")

    async def _bare_find(self, number: int) -> None:
        asked = {"identifier": f"{WIRE_KEY}|{self._posted[number][0]}"}
        answer = await self._http.get("/ChargeItem", params=asked, headers={"cache-control": "no-cache"})
        if len(answer.json().get("entry", ())) != 1:
            raise RuntimeError("the charge is not found")

    async def _void(self, number: int) -> None:
        await self.ours.void_charge(self._posted[number][1]["id"], wire_key=wire_key(uuid4().hex))

    async def _bare_void(self, number: int) -> None:
        charge = self._posted[number][1]
        version = {"if-match": f'W/"{charge["meta"]["versionId"]}"'}
        await self._sent("PUT", f"ChargeItem/{charge['id']}", charge | {"status": "entered-in-error"}, version)

    async def _charged(self, numbers: Sequence[int]) -> None:
        for number in numbers:
            await self._bare_post(number)

    async def _sent(
        self, method: str, path: str, resource: dict[str, Any], headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        answer = await self._http.request(method, f"/{path}", json=resource, headers=headers)
        answer.raise_for_status()
        kept: dict[str, Any] = answer.json()
        return kept


@asynccontextmanager
async def both_at(peer: Peer) -> AsyncIterator[Both]:
    """Both, for as long as they are needed."""
    both = Both(peer)
    try:
        await both.open()
        yield both
    finally:
        await both.close()


_NUMBER = {"system": "urn:hospital:account", "value": ACCOUNT}
_PATIENT = {"reference": "Patient/p1"}
_HOSPITAL: tuple[dict[str, Any], ...] = (
    {"resourceType": "Patient", "id": "p1"},
    {"resourceType": "Account", "id": "a1", "identifier": [_NUMBER], "status": "active", "subject": [_PATIENT]},
    {
        "resourceType": "Encounter",
        "id": "case1",
        "identifier": [{"system": "urn:hospital:surgical-case", "value": CASE}],
        "status": "in-progress",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"},
        "subject": _PATIENT,
        "account": [{"reference": "Account/a1"}],
    },
    {
        "resourceType": "ChargeItemDefinition",
        "id": "cdm-4711",
        "url": "urn:hospital:charge-definition:4711",
        "version": "2026.1",
        "identifier": [
            {"system": "urn:hospital:item", "value": documents.ITEM},
            {"system": "urn:hospital:charge-master", "value": "27004711"},
        ],
        "status": "active",
        "code": {"coding": [{"system": "urn:hospital:charge-master", "code": "27004711"}]},
        "effectivePeriod": {"start": "2026-01-01"},
    },
)
