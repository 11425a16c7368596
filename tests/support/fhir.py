"""A HAPI FHIR server as a real process, with the hospital that the tests bill: patient, account, case, charge master."""

import asyncio
import secrets
import sys
from pathlib import Path
from typing import Any

import httpx

from suture.child import Child
from suture.free_port import free_port

ROOT = Path(__file__).parents[2]
ACCOUNT, CASE = "A100001", "C-2026-0001"
OTHER_ACCOUNT, OTHER_CASE = "A100002", "C-2026-0002"
_READY_WITHIN = 400.0


class FhirServer:
    """One server: its process, its address, its database, and the file that holds its token."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/fhir"
        self.token = secrets.token_urlsafe(24)
        self.token_file = folder / "fhir.token"
        self.token_file.touch(mode=0o600)
        self.token_file.write_text(self.token)
        options = {"--port": self.port, "--database": folder / "fhir", "--token-file": self.token_file}
        words = [str(word) for pair in options.items() for word in pair]
        argv = [sys.executable, "-m", "sandbox.peers.fhir", *words]
        self.process = Child(argv, log=folder / "fhir.log", cwd=ROOT)

    async def start(self) -> None:
        """Start it, also again on the same database and port, and wait until it serves."""
        self.process.start()
        try:
            async with self.client() as http, asyncio.timeout(_READY_WITHIN):
                while not await _serves(http):
                    if not self.process.running:
                        raise RuntimeError(f"the FHIR server cannot be started:\n{self.process.tail()}")
                    await asyncio.sleep(0.2)
        except BaseException:
            self.process.kill()
            raise

    def kill(self) -> None:
        """End it at once, as a crash would."""
        self.process.kill()

    def client(self) -> httpx.AsyncClient:
        """Bare calls, for what a test prepares or looks at itself."""
        headers = {"authorization": f"Bearer {self.token}", "content-type": "application/fhir+json"}
        return httpx.AsyncClient(base_url=self.url, headers=headers, timeout=60, trust_env=False)

    async def put(self, http: httpx.AsyncClient, resource: dict[str, Any]) -> dict[str, Any]:
        """Keep a resource under its own id."""
        answer = await http.put(f"/{resource['resourceType']}/{resource['id']}", json=resource)
        answer.raise_for_status()
        kept: dict[str, Any] = answer.json()
        return kept

    async def seed(self) -> None:
        """Two patients with a case and an account each, and a charge master of two items."""
        async with self.client() as http:
            await self.put(http, {"resourceType": "Organization", "id": "north", "name": "North"})
            for number, account, case in ((1, ACCOUNT, CASE), (2, OTHER_ACCOUNT, OTHER_CASE)):
                for resource in _patient(number, account, case):
                    await self.put(http, resource)
            for resource in MASTER:
                await self.put(http, resource)


def _patient(number: int, account: str, case: str) -> list[dict[str, Any]]:
    subject = {"reference": f"Patient/p{number}"}
    numbered = {"system": "urn:hospital:account", "value": account}
    return [
        {"resourceType": "Patient", "id": f"p{number}"},
        {
            "resourceType": "Coverage",
            "id": f"cov{number}",
            "status": "active",
            "type": {"coding": [{"system": "urn:hospital:payer", "code": "MEDICARE"}]},
            "beneficiary": subject,
            "payor": [{"reference": "Organization/north"}],
        },
        {
            "resourceType": "Account",
            "id": f"acct{number}",
            "identifier": [numbered],
            "status": "active",
            "subject": [subject],
            "coverage": [{"coverage": {"reference": f"Coverage/cov{number}"}, "priority": 1}],
        },
        {
            "resourceType": "Encounter",
            "id": f"case{number}",
            "identifier": [{"system": "urn:hospital:surgical-case", "value": case}],
            "status": "in-progress",
            "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"},
            "subject": subject,
            "serviceProvider": {"reference": "Organization/north"},
            "account": [{"reference": f"Account/acct{number}", "identifier": numbered}],
        },
    ]


def row(id: str, item: str, code: str, start: str, end: str | None = None, **more: Any) -> dict[str, Any]:
    """A row of the charge description master."""
    codings = [{"system": "urn:hospital:charge-master", "code": code}]
    codings.append({"system": "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets", "code": "C1776"})
    codings.append({"system": "https://www.nubc.org/CodeSystem/RevenueCodes", "code": "0278"})
    period = {"start": start} | ({"end": end} if end else {})
    return {
        "resourceType": "ChargeItemDefinition",
        "id": id,
        "url": f"urn:hospital:charge-definition:{id}",
        "version": "2026.1",
        "identifier": [
            {"system": "urn:hospital:item", "value": item},
            {"system": "urn:hospital:charge-master", "value": code},
        ],
        "status": "active",
        "code": {"coding": codings},
        "effectivePeriod": period,
    } | more


_PRICE = [{"priceComponent": [{"type": "base", "amount": {"value": 134.22, "currency": "USD"}}]}]
MASTER = (
    row("cdm-4701", "4701", "27004701", "2026-01-01"),
    row("cdm-4711-25", "4711", "27004711", "2025-01-01", "2025-12-31", propertyGroup=_PRICE),
    row("cdm-4711-26", "4711", "27004712", "2026-01-01", propertyGroup=_PRICE),
)


async def _serves(http: httpx.AsyncClient) -> bool:
    try:
        return (await http.get("/metadata")).status_code < 500
    except httpx.TransportError:
        return False


_running: list[FhirServer] = []


async def running_server(folder: Path) -> FhirServer:
    """The one server of this session, started in the folder by the first who asks for it."""
    if not _running:
        server = FhirServer(folder)
        await server.start()
        await server.seed()
        _running.append(server)
    return _running[0]


def end_server() -> None:
    """End it, if it was started."""
    while _running:
        _running.pop().kill()
