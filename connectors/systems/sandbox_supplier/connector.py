"""The sandbox suppliers' order desk as the engine's Supplier port."""

from collections.abc import Mapping
from typing import Any

from canonical.documents.order import Acknowledgement, Order, OrderChange
from canonical.documents.posting import Replacement, ReturnRequest
from canonical.errors import Audience, BusinessRefusal, Misread
from canonical.inbound import InvalidEvent
from canonical.kinds import Kind
from canonical.ports import Declaration, Supplier, SystemKind
from connectors.protocols.rest_kind import RestKind
from connectors.systems.sandbox_supplier import messages, papers
from connectors.systems.sandbox_supplier.book import DeskBook
from connectors.systems.sandbox_supplier.client import DeskClient
from connectors.systems.sandbox_supplier.events import BODIES, translate
from connectors.systems.sandbox_supplier.settings import SupplierSettings
from connectors.systems.sandbox_supplier.shapes import AcknowledgementPaper


class SandboxSupplier:
    """Idempotent for the life of a key; a message keeps its key for good, and is looked up by it."""

    def __init__(self, name: str, settings: SupplierSettings, client: DeskClient) -> None:
        self._settings = settings
        self._client = client
        self._declares = Declaration(
            system=name, in_flight=settings.in_flight, idempotent_for=settings.idempotent_for or None
        )
        self._books: Mapping[Kind, DeskBook[Any]] = {
            Kind.sent_order: DeskBook(name, client, "orders", self._order),
            Kind.sent_change: DeskBook(name, client, "order-changes", self._change),
            Kind.replacement: DeskBook(name, client, "replacements", self._replacement),
            Kind.return_request: DeskBook(name, client, "returns", self._return),
        }

    @property
    def declares(self) -> Declaration:
        """How long a key is known, and how long a message may still be applied once its key has expired."""
        return self._declares

    async def ping(self) -> str:
        """Reach the system with the configured credential; answers its version."""
        return await self._client.version()

    async def schema(self) -> Mapping[str, str]:
        """Every field that it takes and answers."""
        return await self._client.schema()

    async def close(self) -> None:
        """Give back the connections."""
        await self._client.close()

    def books(self) -> Mapping[Kind, DeskBook[Any]]:
        """Orders, their changes, and requests for replacements and returns."""
        return self._books

    async def acknowledgements(self, *, order: str) -> tuple[Acknowledgement, ...]:
        """What was said of our order so far, oldest first."""
        return tuple(self._acknowledgement(paper) for paper in await self._client.acknowledgements(order))

    def _order(self, order: Order, operation: str) -> dict[str, Any]:
        return messages.to_order(order, **self._parties(order.supplier, order.facility, operation))

    def _change(self, change: OrderChange, operation: str) -> dict[str, Any]:
        return self._order(change.order, operation)

    def _replacement(self, replacement: Replacement, operation: str) -> dict[str, Any]:
        parties = self._parties(replacement.supplier, replacement.facility, operation)
        return messages.to_replacement(replacement, **parties)

    def _return(self, request: ReturnRequest, operation: str) -> dict[str, Any]:
        goods = request.goods_return
        return messages.to_return(goods, **self._parties(goods.supplier, goods.facility, operation))

    def _acknowledgement(self, paper: AcknowledgementPaper) -> Acknowledgement:
        try:
            said, facility = papers.acknowledgement(paper, self._settings), papers.facility_of(paper, self._settings)
        except InvalidEvent:
            raise Misread(
                "an acknowledgement does not have the form that the order desk documents",
                system=self._declares.system,
                operation="list_acknowledgements",
            ) from None
        whose = {"facility": facility, "source": self._declares.system, "number": paper.paper}
        return Acknowledgement.model_validate(said | whose)

    def _parties(self, supplier: str, facility: str, operation: str) -> dict[str, str]:
        partner, account = self._settings.partners.get(supplier), self._settings.accounts.get(facility)
        if partner is None:
            raise self._unnamed("the configuration names no partner for the supplier", operation)
        if account is None:
            raise self._unnamed("the configuration names no account for the facility", operation)
        return {"partner": partner, "account": account}

    def _unnamed(self, summary: str, operation: str) -> BusinessRefusal:
        return BusinessRefusal(
            summary, system=self._declares.system, operation=operation, audience=Audience.integration
        )


SYSTEM = RestKind(
    settings=SupplierSettings,
    bodies=BODIES,
    connector=lambda name, own, rest: SandboxSupplier(name, own, DeskClient(rest)),
    inbound=translate,
)

# Held by the type checker: the port is offered exactly.
_KIND: SystemKind = SYSTEM
_PORT: type[Supplier] = SandboxSupplier
