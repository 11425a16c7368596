"""An engine whose registry knows the sandbox's systems, a Tryton and a FHIR server; its facilities move between them."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from temporalio.client import Client

from canonical.documents.document import Document
from canonical.identity import RunName, wire_key
from canonical.inbound import EventType, Inbound
from canonical.kinds import Kind
from canonical.memory import RunProjection
from connectors.systems.tryton.client import TrytonClient
from suture.assembly import Assembly, assemble
from suture.configuration import read
from suture.dispatch import Dispatcher
from suture.intake import Intake
from suture.keys import load, make_keys
from suture.serving import ROLES, queues
from suture.settings import Settings
from suture.starting import Starter
from suture.store.inbox import Accepted
from suture.store.migrate import migrate
from suture.store.store import Store
from suture.telemetry.context import outgoing_headers
from suture.temporal.server import Server
from tests.connectors.contract.peers.fhir_billing import FhirBillingPeer
from tests.connectors.contract.peers.tryton_invoices import TrytonInvoicesPeer
from tests.connectors.stock import lots_in
from tests.connectors.tryton_books import client_of
from tests.support.engine import until
from tests.support.engine_running import connected, register_namespace
from tests.support.fhir import MASTER, row
from tests.support.sandbox import Sandbox
from worker import WORKFLOWS, calls, own_calls

MOVED = date(2026, 11, 16)
BEFORE, AFTER = datetime.fromisoformat("2026-11-10T15:00:00Z"), datetime.fromisoformat("2026-11-20T15:00:00Z")
"""On this day both facilities move; what happens before it, and what after."""
ITEM, PLACE = "4703", "OR-1"
SANDBOX = {
    "inventory": "inventory",
    "billing": "billing",
    "finance": "erp",
    "procurement": "erp",
    "supplier": "supplier",
}
REAL = {"inventory": "tryton", "billing": "fhir", "finance": "tryton", "procurement": "tryton"}
ROUTES = {
    "NORTH": ({}, REAL),
    "SOUTH": ({"billing": "fhir", "finance": "tryton"}, REAL),
}
"""What is not the sandbox's before the move, and after it: NORTH moves whole, SOUTH is mixed until then."""


@dataclass
class Registry:
    """The engine, and the systems behind it."""

    settings: Settings
    store: Store
    client: Client
    sandbox: Sandbox
    tryton: TrytonInvoicesPeer
    fhir: FhirBillingPeer
    assembly: Assembly
    books: TrytonClient

    def __post_init__(self) -> None:
        self._intake = Intake(self.store, facilities=self.settings.facilities)
        self._dispatcher = Dispatcher(client=self.client, store=self.store, start=Starter(self.settings))

    async def tell(
        self, kind: EventType, facility: str, number: str, data: Mapping[str, Any], *, at: datetime
    ) -> RunName:
        """A document comes in, of something that happened then; answers its run."""
        inbound = Inbound(id=uuid4().hex, type=kind, facility=facility, number=number, time=at, data=dict(data))
        accepted = await self._intake.take(inbound, source="inventory", raw=inbound.model_dump_json().encode())
        assert isinstance(accepted, Accepted)
        assert await self._dispatcher.dispatch_now(accepted.id)
        row = await self.store.inbox.get(accepted.id)
        assert row.workflow_id is not None
        return RunName.parse(row.workflow_id)

    async def tell_of(self, kind: EventType, document: Document, *, at: datetime) -> RunName:
        """As above."""
        known = {"facility", "source", "number", "legal_entity", "received"}
        data = json.loads(document.model_dump_json(exclude=known))
        return await self.tell(kind, document.facility, document.number, data, at=at)

    async def closed(self, name: RunName) -> RunProjection:
        """The run, once it is closed."""

        async def seen() -> RunProjection | None:
            found = await self.store.runs.find(workflow_id=name.workflow_id)
            return next((one for one in found if one.closed is not None), None)

        return await until(seen, what=f"the end of {name.workflow_id}", within=60)


@asynccontextmanager
async def registry_here(folder: Path, temporal: Server) -> AsyncIterator[Registry]:
    """All systems, and an engine that routes by facility, domain and day."""
    async with AsyncExitStack() as stack:
        sandbox, tryton, fhir = Sandbox(folder, gateway="http://127.0.0.1:9"), TrytonInvoicesPeer(), FhirBillingPeer()
        for peer in (tryton, fhir):
            (folder / peer.name).mkdir()
        await asyncio.gather(sandbox.start(), *(peer.start(folder / peer.name) for peer in (tryton, fhir)))
        for started in (sandbox, tryton, fhir):
            stack.push_async_callback(started.stop)
        async with fhir.server.client() as http:
            # The seed of the sandbox's billing and that of the FHIR server have no item in common.
            price = {"propertyGroup": MASTER[-1]["propertyGroup"]}
            await fhir.server.put(http, row(f"cdm-{ITEM}", ITEM, f"2700{ITEM}", "2026-01-01", **price))
        namespace = f"registry-{secrets.token_hex(4)}"
        await register_namespace(temporal.address, namespace)
        file = folder / "hospital.toml"
        file.write_text(_hospital(sandbox, tryton, fhir, address=temporal.address, namespace=namespace))
        settings = read(file)
        make_keys(settings.keys.file)
        await asyncio.to_thread(migrate, settings.store.url)
        keyring = load(settings.keys.file)
        store = await asyncio.to_thread(Store.open, settings.store.url, keyring)
        stack.push_async_callback(store.close)
        client = await connected(temporal.address, namespace, keyring)
        assembly = assemble(settings, outgoing=outgoing_headers)
        stack.push_async_callback(assembly.close)
        books = client_of(tryton, "engine", tryton.password_file)
        stack.push_async_callback(books.close)
        dead: list[BaseException] = []

        async def died(error: BaseException) -> None:
            dead.append(error)

        notes, served = own_calls(settings, client, store), calls(assembly, store)
        for queue in queues(
            ROLES, settings=settings, workflows=WORKFLOWS, notes=notes, calls=served, bears=assembly.bears
        ):
            await stack.enter_async_context(queue.worker(client, build_id="test", on_fatal_error=died))
        for facility in ROUTES:
            goods = lots_in(ITEM, quantity=100, location=PLACE, facility=facility)
            key = wire_key(f"the shelf of {facility} for {namespace}")
            await assembly.procurement["tryton"].books()[Kind.lots_in].post(goods, wire_key=key)
        yield Registry(settings, store, client, sandbox, tryton, fhir, assembly, books)
        assert not dead


def _hospital(
    sandbox: Sandbox, tryton: TrytonInvoicesPeer, fhir: FhirBillingPeer, *, address: str, namespace: str
) -> str:
    parts = [_HEAD.format(address=address, namespace=namespace)]
    for facility, (first, then) in ROUTES.items():
        days = ((date(2026, 1, 1), SANDBOX | first), (MOVED, SANDBOX | then))
        routes = "".join(
            f'\n    {{ domain = "{domain}", system = "{system}", since = {since} }},'
            for since, systems in days
            for domain, system in systems.items()
        )
        parts.append(_FACILITY.format(facility=facility, routes=routes))
    kinds: dict[str, tuple[str, Mapping[str, Any]]] = {
        one.name: (f"sandbox-{one.name}", {"base_url": one.url, "token_file": str(one.token_file)})
        for one in sandbox.systems
    }
    kinds |= {"tryton": ("tryton", tryton.table), "fhir": ("fhir-billing", fhir.table)}
    for name, (kind, table) in kinds.items():
        own = {**table, "timeout": "PT10S", "in_flight": "PT2S"}
        parts.append(f'[systems.{name}]\nkind = "{kind}"\n[systems.{name}.settings]\n{_toml(own)}')
    return "\n".join(parts)


def _toml(table: Mapping[str, Any]) -> str:
    return "\n".join(f"{name} = {_value(value)}" for name, value in table.items())


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{name} = {_value(one)}" for name, one in value.items()) + " }"
    return json.dumps(value)


_HEAD = """
[hospital]
name = "Mercy General"
legal_entity = "MERCY"
currency = "USD"

[temporal]
address = "{address}"
namespace = "{namespace}"

[store]
url = "sqlite:///suture.db"

[keys]
file = "suture.keys"

[policy.attempts]
maximum = 50
first = "PT0.2S"
longest = "PT1S"
one = "PT30S"

[policy.confirmation]
look_again = "PT1S"
overdue = "PT5M"

[policy.purchasing.receiving]
order = {{ look_again = "PT1S", overdue = "PT5M" }}

[policy.purchasing.paying]
receipt = {{ look_again = "PT1S", overdue = "PT5M" }}
"""

_FACILITY = """
[facilities.{facility}]
timezone = "America/New_York"
legal_entity = "US01"
routes = [{routes}
]
"""
