"""What each domain offers, typed by documents. A connector implements the ports of the domains its system serves.

All verbs raise the leaves of `canonical.errors` and nothing else. Every write takes the wire key that marks it in the
system; every `find` takes wire keys and answers all documents that carry one of them, so that an uncertain outcome is
resolved by asking. Undoing takes the reference that a look-up found, never recomputed values.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel

from canonical.documents.charge import AccountStanding, Charge, ChargeCode
from canonical.documents.claim import Bill
from canonical.documents.contract import Contract
from canonical.documents.costing import CostPosting, Valuation
from canonical.documents.item import Item
from canonical.documents.lot import Lot
from canonical.documents.order import Acknowledgement, Order
from canonical.documents.replenishment import Budget, ParStanding
from canonical.documents.stock import StockMovement
from canonical.effect import Found, Posted
from canonical.inbound import Inbound
from canonical.kinds import Kind
from canonical.model import Frozen
from canonical.period import Period

AT_ONCE = 20
"""How many calls at once a system is given where neither the configuration nor the system says."""


class Declaration(Frozen):
    """What a system declares of its writes, and of how much it bears.

    `in_flight`: the longest time after sending in which a write may still be applied. `idempotent_for`: how long the
    system refuses to apply the same key twice; none where it has no such keys, so that "not found" counts only after
    `in_flight`. `posts_later`: writes are accepted first and posted or rejected afterwards. `at_once`: how many calls a
    worker has under way there, unless the configuration says another number.
    """

    system: str
    in_flight: timedelta
    idempotent_for: timedelta | None = None
    posts_later: bool = False
    at_once: int = AT_ONCE


class System(Protocol):
    """What every connector offers, whatever its domains."""

    @property
    def declares(self) -> Declaration: ...

    async def ping(self) -> str:
        """Reach the system with the configured credential; answers its version, in words for `doctor`."""

    async def close(self) -> None:
        """Give back the connections."""


class Described(Protocol):
    """What a system offers beside `System` where it can say of which fields its documents are made."""

    async def schema(self) -> Mapping[str, str]:
        """Each field by its place, with its type, in the vendor's words; only what the connector may have to do with."""


D = TypeVar("D", contravariant=True)


class Book(Protocol[D]):
    """One kind of document that a system keeps (`canonical.kinds`), each written once under its wire key."""

    async def post(self, document: D, *, wire_key: str) -> Posted:
        """Write the document; `accepted` where the system says later what became of it."""

    async def take_back(self, reference: str, *, on: date, wire_key: str) -> Posted:
        """Take back the document with this reference, posted on this day; asked twice, it answers the first time.

        `BusinessRefusal` where something built upon it stands: an order that was received, a receipt that was invoiced.
        """

    async def find(self, wire_keys: Sequence[str]) -> tuple[Found, ...]:
        """All documents under these keys; `live` is false once taken back.

        Where taking back is a document of its own that can be taken back in turn, both stay live (`canonical.standing`).
        """

    async def get(self, reference: str) -> Found | None:
        """A document by the system's own reference."""


class KeepsBooks(System, Protocol):
    """A system that keeps documents by kind."""

    def books(self) -> Mapping[Kind, "Book[Any]"]:
        """The book of each kind that it keeps."""


class ItemAndLot(Frozen):
    """What the inventory system knows of what was used; `item` is none for an unknown one."""

    item: Item | None = None
    lot: Lot | None = None


class Inventory(System, Protocol):
    """Stock, lots and locations."""

    async def look_up(
        self,
        *,
        facility: str,
        location: str,
        item: str | None,
        device_identifier: str | None,
        lot: str | None,
        serial: str | None,
    ) -> ItemAndLot:
        """Item (by number, or by the device identifier scanned), the lot or serial, and what is on hand at the location."""

    async def move(self, movement: StockMovement, *, wire_key: str) -> Posted:
        """Post a consumption."""

    async def take_back(self, reference: str, *, wire_key: str) -> Posted:
        """Post the contra movement of the movement (or contra movement) with this reference."""

    async def find_movements(self, wire_keys: Sequence[str]) -> tuple[Found, ...]:
        """All movements under these keys, contra movements too; each is live, for a contra takes back by standing beside."""

    async def movement(self, reference: str) -> Found | None:
        """A movement by the system's own reference, for what it says it has posted itself."""


class ClearCase(Frozen):
    """A scheduled surgical case as inventory names it; it never leaves the inventory activity."""

    case_number: str
    on: date
    quantity: Decimal


class Billing(System, Protocol):
    """Patient accounts, the charge description master, charges. Takes account and case numbers in clear, in this port only."""

    async def account(self, *, facility: str, case_number: str, account_number: str | None) -> "ClearStanding":
        """The account of a surgical case (or by its own number), with the case's status."""

    async def charge_code(self, *, facility: str, item: str, on: date) -> ChargeCode | None:
        """The charge description master's row for the item on the service date; none where there is none."""

    async def post_charge(self, charge: Charge, *, account_number: str, case_number: str, wire_key: str) -> Posted:
        """Post a charge; may answer accepted, with the outcome later."""

    async def void_charge(self, reference: str, *, wire_key: str, no_charge_reason: str = "") -> Posted:
        """Void an unbilled charge; `BusinessRefusal` once it was billed. Voiding a voided charge answers the first void.

        With `no_charge_reason` the use stands and is not charged, for that reason; without, it did not happen as recorded.
        """

    async def request_credit(self, reference: str, *, wire_key: str) -> Posted:
        """Ask for credit-and-rebill of a billed charge."""

    async def bill(self, reference: str) -> Bill | None:
        """What a billed charge has come to: invoices, claims, payers' answers, as far as the system knows; else none."""

    async def find_charges(self, wire_keys: Sequence[str]) -> tuple[Found, ...]:
        """All charges under these keys with their standing; `live` is false once voided or credited, `billed` once billed."""

    async def charge(self, reference: str) -> Found | None:
        """A charge by the system's own reference."""


class ClearStanding(Frozen):
    """`AccountStanding` with the account number in clear, as billing answers it; it never leaves the billing activity."""

    account_number: str | None
    standing: AccountStanding


class Finance(System, Protocol):
    """The ERP's side: valuation, periods, the general ledger."""

    async def valuation(self, *, facility: str, item: str, location: str) -> Valuation | None:
        """What one base unit costs and how the location keeps it; none where the item has no valuation."""

    async def periods(self, *, facility: str) -> tuple[Period, ...]:
        """The periods of the facility's legal entity."""

    async def post_cost(self, posting: CostPosting, *, posting_date: date, wire_key: str) -> Posted:
        """Post the journal; `PeriodClosed` where the posting date's period is closed."""

    async def reverse_cost(self, reference: str, *, posting_date: date, wire_key: str) -> Posted:
        """Post the reversal of a journal; reversing a reversed one answers the first reversal."""

    async def find_journals(self, wire_keys: Sequence[str]) -> tuple[Found, ...]:
        """All journals under these keys; `live` is false once reversed; reversals themselves are not answered."""

    async def journal(self, reference: str) -> Found | None:
        """A journal by the system's own reference."""

    async def booked_with(self, movement: str) -> Found | None:
        """What the system has booked by itself with the stock movement of this reference, which it keeps too.

        None while it has booked nothing, and where it books nothing by itself. Not `live` once the movement was taken
        back by cancelling it.
        """


class Storeroom(KeepsBooks, Protocol):
    """The inventory system's other half: par levels, receiving, transfers. Gives surgical case numbers in clear."""

    async def par(self, *, facility: str, location: str, item: str) -> ParStanding | None:
        """How an item stands against its par level at a location; none where it has no par there."""

    async def below_par(self, *, facility: str) -> tuple[ParStanding, ...]:
        """Every item and location of the facility that stands at or below par, needing something."""

    async def cases_needing(self, *, facility: str, item: str, until: date) -> tuple[ClearCase, ...] | None:
        """The scheduled surgical cases that need an item on a day up to this one; none where the system knows no cases.

        That is no answer, whereas an empty one says that no case needs the item.
        """


class Procurement(KeepsBooks, Protocol):
    """Contracts, budgets, purchase orders, receipts, supplier invoices."""

    async def contracts(self, *, facility: str, item: str) -> tuple[Contract, ...]:
        """Every contract for an item, also those not yet or no longer in force."""

    async def budget(self, *, facility: str, cost_centre: str, on: date) -> Budget:
        """What is left of a cost centre's budget; control `none` where it has no budget."""

    async def order(self, *, facility: str, number: str) -> Order | None:
        """A purchase order as the system has it now, changes included; none where it has no such order.

        Where the facility has none of the number, another facility's that the same system keeps.
        """


class Supplier(KeepsBooks, Protocol):
    """A supplier's order desk: orders and changes sent, replacements and returns asked for."""

    async def acknowledgements(self, *, order: str) -> tuple[Acknowledgement, ...]:
        """What the supplier has said of our order so far, oldest first, for what was not heard by webhook."""


class SystemKind(Protocol):
    """How one kind of system is configured, built and listened to; found by the entry-point group `suture.systems`.

    Each `connectors/systems/<system>/connector.py` has one module-level `SYSTEM` of this form.
    """

    @property
    def settings(self) -> type[BaseModel]:
        """The model of the system's own table in `hospital.toml` (frozen; unknown keys are errors)."""

    @property
    def bodies(self) -> tuple[type[BaseModel], ...]:
        """The models that `translate` holds a webhook body to, one for each type of event: the gateway publishes them."""

    def build(self, name: str, settings: BaseModel, *, outgoing: Callable[[], Mapping[str, str]]) -> System:
        """The connector under its configured name; `outgoing` gives the headers of the moment: correlation id, trace."""

    def translate(self, body: Mapping[str, Any], settings: BaseModel) -> Inbound:
        """A webhook body of the vendor's as an `Inbound`, by the names that the system's own table gives.

        `InvalidEvent` names the field and what was expected.
        """
