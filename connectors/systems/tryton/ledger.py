"""The finance side of a Tryton: valuation, periods, and journals of cost."""

from collections.abc import Sequence
from datetime import date

from canonical.documents.costing import CostPosting, Valuation
from canonical.effect import Found, Posted
from canonical.errors import Audience
from canonical.period import Period
from connectors.systems.tryton.by_itself import booked_with
from connectors.systems.tryton.catalogue import Catalogue
from connectors.systems.tryton.client import TrytonClient
from connectors.systems.tryton.entries import Entries
from connectors.systems.tryton.journals import Journals
from connectors.systems.tryton.moves import Moves
from connectors.systems.tryton.periods import Periods
from connectors.systems.tryton.refusals import not_known
from connectors.systems.tryton.settings import LedgerSettings
from connectors.systems.tryton.valuing import Valuing


class Ledger:
    """The books of one company, that of the login: every facility of this system is in them."""

    def __init__(self, client: TrytonClient, catalogue: Catalogue, settings: LedgerSettings) -> None:
        self._client = client
        self._catalogue = catalogue
        self._valuing = Valuing(client, catalogue, settings)
        self._periods = Periods(client, catalogue, settings.journal)
        self._entries = Entries(client, catalogue, self._valuing, settings)
        self._journals = Journals(Moves(client, catalogue, self._periods, settings.journal))

    async def valuation(self, *, facility: str, item: str, location: str) -> Valuation | None:
        """What one base unit costs and how the place keeps it."""
        return await self._valuing.valuation(facility=facility, item=item, location=location)

    async def periods(self, *, facility: str) -> tuple[Period, ...]:
        """The periods of the company."""
        if await self._catalogue.warehouse(facility) is None:
            raise not_known(self._client.system, "periods", "the facility", Audience.integration)
        return await self._periods.all()

    async def post(self, posting: CostPosting, *, posting_date: date, wire_key: str) -> Posted:
        """Post the journal of a use."""
        entries = await self._entries.of(posting, on=posting_date)
        return await self._journals.post(entries, on=posting_date, wire_key=wire_key)

    async def reverse(self, reference: str, *, posting_date: date, wire_key: str) -> Posted:
        """Post its reversal."""
        return await self._journals.reverse(reference, on=posting_date, wire_key=wire_key)

    async def find(self, wire_keys: Sequence[str]) -> tuple[Found, ...]:
        """All journals under these keys."""
        return await self._journals.find(wire_keys)

    async def get(self, reference: str) -> Found | None:
        """One by our reference."""
        return await self._journals.get(reference)

    async def booked_with(self, movement: str) -> Found | None:
        """What Tryton has booked by itself with a movement."""
        return await booked_with(self._client, movement)
