"""The sandbox hospital's ERP as the engine's Finance and Procurement ports."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import InvalidOperation
from typing import Any

from canonical.documents.contract import Contract
from canonical.documents.costing import CostPosting, Valuation
from canonical.documents.order import Order
from canonical.documents.replenishment import Budget
from canonical.effect import Found, Posted
from canonical.errors import Audience, BusinessRefusal, Misread
from canonical.kinds import Kind
from canonical.period import Period
from canonical.ports import Book, Declaration, Finance, Procurement, SystemKind
from connectors.protocols.rest_kind import RestKind
from connectors.systems.sandbox_erp import mapping, orders
from connectors.systems.sandbox_erp.books import books
from connectors.systems.sandbox_erp.client import ErpClient, is_document
from connectors.systems.sandbox_erp.events import BODIES, translate
from connectors.systems.sandbox_erp.names import Names
from connectors.systems.sandbox_erp.settings import ErpSettings


class SandboxErp:
    """Idempotent for the life of a key; a journal is marked by its key as external reference, and looked up by it."""

    def __init__(self, name: str, settings: ErpSettings, client: ErpClient) -> None:
        self._client = client
        self._names = Names(settings, system=name)
        self._declares = Declaration(
            system=name, in_flight=settings.in_flight, idempotent_for=settings.idempotent_for or None
        )
        self._books = books(client, self._names, system=name)

    @property
    def declares(self) -> Declaration:
        """How long a key is known, and how long a posting may still be applied once its key has expired."""
        return self._declares

    async def ping(self) -> str:
        """Reach the system with the configured credential; answers its version."""
        info = await self._client.info()
        return f"{info.SYSTEM} {info.RELEASE}"

    async def schema(self) -> Mapping[str, str]:
        """Every field that it takes and answers."""
        return await self._client.schema()

    async def close(self) -> None:
        """Give back the connections."""
        await self._client.close()

    async def valuation(self, *, facility: str, item: str, location: str) -> Valuation | None:
        """What one base unit costs and how the location keeps it; none where the ERP has no such item."""
        material = mapping.material_of(item)
        if material is None:
            return None
        plant, place = self._names.plant(facility, "read_valuation"), self._names.location(location, "read_valuation")
        record = await self._client.valuation(material=material, plant=plant.plant, location=place)
        return mapping.to_valuation(record) if record else None

    async def periods(self, *, facility: str) -> tuple[Period, ...]:
        """The periods of the facility's company code."""
        plant = self._names.plant(facility, "list_periods")
        return mapping.to_periods(await self._client.periods(company_code=plant.company_code))

    async def post_cost(self, posting: CostPosting, *, posting_date: date, wire_key: str) -> Posted:
        """Post the journal on the accounts that the ERP determines for item and place."""
        operation = "post_journal"
        plant, place = self._names.plant(posting.facility, operation), self._names.location(posting.location, operation)
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
                cost_centre=self._names.cost_centre(posting.cost_centre, plant),
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
        if not is_document(reference):
            raise self._refused("reverse_journal", "the reference is not a document number of the ERP")
        order = mapping.to_reversal(posting_date=posting_date, wire_key=wire_key)
        reversal = await self._client.reverse(reference, order, key=wire_key)
        if not isinstance(reversal, str):
            return mapping.to_posted(reversal)
        first = await self._client.journal(reversal) if is_document(reversal) else None
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
        found = await self._client.journal(reference) if is_document(reference) else None
        return mapping.to_found(found) if found and not mapping.is_reversal(found) else None

    async def booked_with(self, movement: str) -> Found | None:
        """Nothing: it books what it is told to."""
        return None

    def books(self) -> Mapping[Kind, Book[Any]]:
        """Orders, receipts, vouchers, payables and what goes with them."""
        return self._books

    async def contracts(self, *, facility: str, item: str) -> tuple[Contract, ...]:
        """Every contract for an item, at whatever facility; none for what is no material."""
        material = mapping.material_of(item)
        found = await self._client.contracts(material=material) if material else ()
        return tuple(orders.to_contract(one) for one in found)

    async def budget(self, *, facility: str, cost_centre: str, on: date) -> Budget:
        """What is left of a cost centre's budget in the year of a day."""
        centre = self._names.cost_centre(cost_centre, self._names.plant(facility, "read_budget"))
        record = await self._client.budget(centre=centre, day=mapping.vendor_date(on))
        return orders.to_budget(record, cost_centre=cost_centre)

    async def order(self, *, facility: str, number: str) -> Order | None:
        """A purchase order as it now counts, by the number that we gave it or else by the ERP's own.

        It is one for all facilities: a number names one order of any of them.
        """
        found = await self._client.order(number)
        placed_by = self._names.facility_of(found.HEADER.PLANT) if found is not None else None
        if found is None or placed_by is None:
            return None
        return orders.from_order(found, self._names, facility=placed_by, source=self._declares.system)

    async def _still_stands(self, document: str, operation: str) -> None:
        # The ERP repeats its first answer word for word, also after the journal was reversed.
        journal = await self._client.journal(document)
        if journal is None or journal.HEADER.STAT != "POST":
            raise self._refused(operation, "the journal posted under this key was reversed since")

    def _refused(self, operation: str, summary: str, audience: Audience = Audience.finance) -> BusinessRefusal:
        return BusinessRefusal(summary, system=self._declares.system, operation=operation, audience=audience)


SYSTEM = RestKind(
    settings=ErpSettings,
    bodies=BODIES,
    connector=lambda name, own, rest: SandboxErp(name, own, ErpClient(rest)),
    inbound=lambda body, own: translate(body, Names(own, system="erp")),
)

# Held by the type checker: the ports are offered exactly.
_KIND: SystemKind = SYSTEM
_FINANCE: type[Finance] = SandboxErp
_PROCUREMENT: type[Procurement] = SandboxErp
