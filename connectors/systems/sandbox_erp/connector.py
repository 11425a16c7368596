"""The sandbox hospital's ERP as the engine's Finance port."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import InvalidOperation
from typing import Any, cast

from pydantic import BaseModel

from canonical.documents.costing import CostPosting, Valuation
from canonical.effect import Found, Posted
from canonical.errors import Audience, BusinessRefusal, Misread
from canonical.inbound import Inbound
from canonical.period import Period
from canonical.ports import Declaration, Finance, SystemKind
from connectors.protocols.rest import RestClient
from connectors.systems.sandbox_erp import mapping
from connectors.systems.sandbox_erp.client import ErpClient
from connectors.systems.sandbox_erp.events import BODIES, translate
from connectors.systems.sandbox_erp.settings import ErpSettings, Plant


class SandboxErp:
    """Idempotent for the life of a key; a journal is marked by its key as external reference, and looked up by it."""

    def __init__(self, name: str, settings: ErpSettings, client: ErpClient) -> None:
        self._settings = settings
        self._client = client
        self._declares = Declaration(
            system=name, in_flight=settings.in_flight, idempotent_for=settings.idempotent_for or None
        )

    @property
    def declares(self) -> Declaration:
        """How long a key is known, and how long a posting may still be applied once its key has expired."""
        return self._declares

    async def ping(self) -> str:
        """Reach the system with the configured credential; answers its version."""
        info = await self._client.info()
        return f"{info.SYSTEM} {info.RELEASE}"

    async def close(self) -> None:
        """Give back the connections."""
        await self._client.close()

    async def valuation(self, *, facility: str, item: str, location: str) -> Valuation | None:
        """What one base unit costs and how the location keeps it; none where the ERP has no such item."""
        material = mapping.material_of(item)
        if material is None:
            return None
        plant, place = self._plant(facility, "read_valuation"), self._location(location, "read_valuation")
        record = await self._client.valuation(material=material, plant=plant.plant, location=place)
        return mapping.to_valuation(record) if record else None

    async def periods(self, *, facility: str) -> tuple[Period, ...]:
        """The periods of the facility's company code."""
        plant = self._plant(facility, "list_periods")
        return mapping.to_periods(await self._client.periods(company_code=plant.company_code))

    async def post_cost(self, posting: CostPosting, *, posting_date: date, wire_key: str) -> Posted:
        """Post the journal on the accounts that the ERP determines for item and place."""
        operation = "post_journal"
        plant, place = self._plant(posting.facility, operation), self._location(posting.location, operation)
        material = mapping.material_of(posting.item)
        record = material and await self._client.valuation(material=material, plant=plant.plant, location=place)
        if not record:
            raise self._refused(operation, "the ERP has no valuation of the item", Audience.item_master)
        if mapping.rule_of(record) is not posting.rule:
            raise self._refused(operation, "the ERP posts the item by another rule than its cost was computed by")
        if not record.DEBIT_ACCT:
            raise self._refused(operation, "the goods were expensed when they were issued: there is nothing to post")
        try:
            journal = mapping.to_journal(
                posting,
                record,
                plant=plant,
                location=place,
                cost_centre=self._cost_centre(posting.cost_centre, plant),
                posting_date=posting_date,
                wire_key=wire_key,
            )
        except (ValueError, InvalidOperation):
            raise self._refused(operation, "the ERP keeps two places of an amount, three of a quantity") from None
        posted, replayed = await self._client.post(journal, key=wire_key)
        if replayed:
            await self._still_stands(posted.HEADER.DOC_NO, operation)
        return mapping.to_posted(posted)

    async def reverse_cost(self, reference: str, *, posting_date: date, wire_key: str) -> Posted:
        """Post the reversal; reversing a reversed journal answers the first reversal."""
        if not _is_document(reference):
            raise self._refused("reverse_journal", "the reference is not a document number of the ERP")
        order = mapping.to_reversal(posting_date=posting_date, wire_key=wire_key)
        reversal = await self._client.reverse(reference, order, key=wire_key)
        if not isinstance(reversal, str):
            return mapping.to_posted(reversal)
        first = await self._client.journal(reversal) if _is_document(reversal) else None
        if first is None:
            raise Misread(
                "the ERP names a reversal that it does not have",
                system=self._declares.system,
                operation="reverse_journal",
            )
        return mapping.to_posted(first)

    async def find_journals(self, wire_keys: Sequence[str]) -> tuple[Found, ...]:
        """All journals under these keys; `live` is false once reversed; reversals are left out."""
        found = await self._client.journals(wire_keys)
        return tuple(mapping.to_found(each) for each in found if not mapping.is_reversal(each))

    async def journal(self, reference: str) -> Found | None:
        """A journal by its number; none for a reversal, or for what is no document number."""
        found = await self._client.journal(reference) if _is_document(reference) else None
        return mapping.to_found(found) if found and not mapping.is_reversal(found) else None

    async def _still_stands(self, document: str, operation: str) -> None:
        # The ERP repeats its first answer word for word, also after the journal was reversed.
        journal = await self._client.journal(document)
        if journal is None or journal.HEADER.STAT != "POST":
            raise self._refused(operation, "the journal posted under this key was reversed since")

    def _plant(self, facility: str, operation: str) -> Plant:
        plant = self._settings.plants.get(facility)
        if plant is None:
            summary = "the configuration names no plant for the facility"
            raise self._refused(operation, summary, Audience.integration)
        return plant

    def _location(self, location: str, operation: str) -> str:
        code = self._settings.storage_locations.get(location)
        if code is None:
            summary = "the configuration names no storage location for the location"
            raise self._refused(operation, summary, Audience.integration)
        return code

    def _cost_centre(self, centre: str, plant: Plant) -> str:
        return self._settings.cost_centres.get(centre) or mapping.cost_centre_of(centre, plant=plant)

    def _refused(self, operation: str, summary: str, audience: Audience = Audience.finance) -> BusinessRefusal:
        return BusinessRefusal(summary, system=self._declares.system, operation=operation, audience=audience)


class SandboxErpKind:
    """How the system is configured, built and listened to."""

    @property
    def settings(self) -> type[BaseModel]:
        """The model of its table in `hospital.toml`."""
        return ErpSettings

    @property
    def bodies(self) -> tuple[type[BaseModel], ...]:
        """What its webhooks say, by type of event."""
        return BODIES

    def build(self, name: str, settings: BaseModel, *, outgoing: Callable[[], Mapping[str, str]]) -> SandboxErp:
        """The connector under its configured name."""
        own = cast(ErpSettings, settings)
        rest = RestClient(
            system=name,
            base_url=own.base_url,
            token=own.token_file.read_text().strip(),
            outgoing=outgoing,
            timeout=own.timeout,
            max_connections=own.max_connections,
        )
        return SandboxErp(name, own, ErpClient(rest))

    def translate(self, body: Mapping[str, Any]) -> Inbound:
        """A webhook body as an `Inbound`."""
        return translate(body)


SYSTEM = SandboxErpKind()

# Held by the type checker: the port is offered exactly.
_KIND: SystemKind = SYSTEM
_PORT: type[Finance] = SandboxErp


def _is_document(reference: str) -> bool:
    return re.fullmatch(r"[0-9]{10}", reference) is not None
