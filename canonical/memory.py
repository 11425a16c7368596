"""What the engine remembers outside Temporal, as ports: effects, lineage, work items, the vault, runs, people, the inbox."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal, Protocol

from pydantic import AwareDatetime

from canonical.documents.invoice import NOTHING_PAID, Approval, Invoice, SeenInvoice
from canonical.documents.order_book import Allocation, OrderStanding
from canonical.documents.work_item import Decision, WorkItem
from canonical.effect import Edge, EffectState, Intent, Posted, Recorded
from canonical.errors import Audience
from canonical.inbound import Inbound
from canonical.model import Frozen
from canonical.policy import Policy
from canonical.receiving.refills import Refill

TokenKind = Literal["acct", "case", "pat", "id"]


class Person(Frozen):
    """Who stands behind a token: what they may decide, and up to which amount.

    They may let orders of their `cost_centres` (`4110`, or `SOUTH/4110` in one facility alone; `*` is every one) pass up
    to `approval_limit`; with none, no order at all. `in_place_of`
    are the people who are absent now and have given them their authority.
    """

    person: str
    roles: tuple[str, ...]
    limit: Decimal | None = None
    cost_centres: tuple[str, ...] = ()
    approval_limit: Decimal | None = None
    in_place_of: tuple["Person", ...] = ()


class RunProjection(Frozen):
    """What lists and look-ups show of a run; the run is the truth. `closing` is the sealed closing state, once closed."""

    workflow_id: str
    business_key: str
    ordinal: int
    correlation_id: str
    process: str
    facility: str
    stage: str
    waiting_for: tuple[str, ...] = ()
    outcome: str = ""
    started: AwareDatetime
    closed: AwareDatetime | None = None


class Claim(Frozen):
    """The answer to a claim on an act: ours, or the workflow id that already holds it (domain rule 7)."""

    ours: bool
    holder: str


class Effects(Protocol):
    """The record of every write. Each method is one short transaction."""

    async def intend(self, intent: Intent, *, at: datetime) -> Recorded:
        """Commit the intent before the call. A key seen before answers what is known, and changes nothing."""

    async def stands(
        self, intent: Intent, state: EffectState, *, at: datetime, posted: Posted, edges: Sequence[Edge] = ()
    ) -> None:
        """Record what somebody else has posted, in one transaction: nobody may find it without its outcome."""

    async def resent(self, key: str, *, at: datetime) -> None:
        """A proven absent write is about to be sent again: move its sent-at."""

    async def last_sent(self, keys: Sequence[str]) -> datetime | None:
        """When a write under one of these keys, or one that undoes such a write, was last sent; none if never."""

    async def settle(
        self, key: str, state: EffectState, *, at: datetime, posted: Posted | None = None, edges: Sequence[Edge] = ()
    ) -> None:
        """Record the outcome of a write and its lineage in one transaction; a reversal marks the effect that it undoes."""

    async def gone(self, key: str, reference: str) -> None:
        """The document that was applied under the key stands no more, and none of our undos took it back."""


class WorkItems(Protocol):
    """The projection of the runs' open questions."""

    async def asked(self, item: WorkItem) -> None:
        """Insert the item, or open it again where it was closed: the run that asks is the truth."""

    async def escalated(self, item_id: str, *, owner: Audience, escalations: int, due: datetime) -> None:
        """Hand an overdue item to its next owner."""

    async def closed(
        self, item_id: str, *, decision: Decision | None, person: str | None, reason: str, at: datetime
    ) -> None:
        """Close the item: by a person's decision, or by the run itself (no decision, no person)."""


class Vault(Protocol):
    """Turns tokens back; every look is audited."""

    async def reveal(self, token: str, *, purpose: str, correlation_id: str) -> str:
        """The clear value; `KeyError` for a token that the vault never made."""

    async def reveal_all(self, tokens: Sequence[str], *, purpose: str, correlation_id: str) -> tuple[str, ...]:
        """The clear values in the same order, in one transaction."""

    async def tokenise(self, kind: TokenKind, value: str) -> str:
        """The token of a value, made (keyed hash) and kept sealed where it is new."""


class Runs(Protocol):
    """Projection of runs for lists, look-ups and the closing state that a later run starts from."""

    async def note(
        self,
        workflow_id: str,
        *,
        at: datetime,
        holder: str = "",
        acts: Sequence[str] = (),
        freed: Sequence[str] = (),
        recorded: Sequence[str] = (),
        projection: RunProjection | None = None,
        closing: str | None = None,
        waits_for: Sequence[str] | None = None,
        release: bool = False,
    ) -> Claim | None:
        """What a run tells at a milestone, all parts optional, in one transaction.

        `acts` (keyed fingerprints) are claimed for the holder in place of those that it held before: the first one keeps
        them until it releases them. `freed` acts are nobody's any more. Inbox
        rows are marked as recorded, the projection is inserted or replaced with its closing state (JSON, sealed before it
        is stored), and `waits_for` replaces the subjects (`item:4711`, `account:<case token>`) that the run waits for.
        """


class Register(Protocol):
    """People, roles and limits as the configuration knows them now."""

    async def person(self, credential: str) -> Person | None:
        """The person whose token has this digest (SHA-256, hex)."""


class Policies(Protocol):
    """Policy as the configuration has it now."""

    async def policy(self, facility: str, process: str) -> Policy | None:
        """The slice that a run of this process goes by; none for a facility that is no longer there."""


class Mail(Protocol):
    """The way from one run to another: through the inbox, as every event comes."""

    async def send(self, event: Inbound) -> str:
        """Store the event and hand it over; sent twice, it is stored once. Answers the business key it went to.

        `InvalidEvent` for an event that no run could read.
        """

    async def register(self, business_key: str, correlation_id: str) -> None:
        """Put what a run is about to create under the run's own correlation id; a key that has one keeps it."""

    async def refills(self, *, facility: str, location: str, item: str) -> Sequence[Refill]:
        """The refills of an item that were asked for at a location and have not come, the oldest first."""


class OrderBook(Protocol):
    """What orders answer for and invoices take, so that no quantity is paid twice whatever runs at the same time."""

    async def tell(self, standing: OrderStanding) -> int:
        """Replace what is known of an order, its allocations apart; answers the version, which rises with a change."""

    async def read(self, *, facility: str, orders: Sequence[str], supplier: str = "") -> tuple[OrderStanding, ...]:
        """The orders that are known, with everything that invoices took of them, in the order asked.

        With a supplier also those that another facility has placed with it, where the facility has none of the number
        and only one other has.
        """

    async def present(self, business_key: str, invoice: Invoice) -> None:
        """An invoice asks to be paid; told again, the newer one counts."""

    async def presented(self, *, facility: str, supplier: str, orders: Sequence[str]) -> Mapping[str, Invoice]:
        """Every invoice that asks to be paid for one of these orders and is not yet approved, by business key.

        The orders are those that `read` finds: another facility's invoice may ask for them as well.
        """

    async def seen(
        self,
        *,
        facility: str,
        supplier: str,
        beside: Sequence[str] | None = None,
        orders: Sequence[str] = (),
    ) -> tuple[SeenInvoice, ...]:
        """Every invoice of a supplier that was ever presented and not withdrawn; with `beside`, business keys of some,
        only what may repeat, correct or be corrected by one of these. Beside those of the facility, those of each that
        has placed one of the `orders`, and whatever asked to be paid for one of them."""

    async def allocate(
        self,
        business_key: str,
        *,
        facility: str,
        allocations: Sequence[Allocation],
        at_versions: Mapping[str, int],
        elsewhere: Mapping[str, str] | None = None,
        approval: Approval = NOTHING_PAID,
    ) -> bool:
        """Give what an approved invoice takes of its orders, all or nothing; false where one has changed since.

        `elsewhere` names the facility of each order that is not of `facility`.
        """

    async def withdraw(self, business_key: str) -> None:
        """The invoice asks no longer, and what it took is free again."""


class InboxState(StrEnum):
    """How far an event has come."""

    stored = "stored"
    started = "started"
    recorded = "recorded"
    refused = "refused"
