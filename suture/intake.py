"""The intake: the one way in for every document, whether by webhook, file, feed or command line.

It takes a translated event, replaces what identifies a patient by tokens, completes and validates the document, finds
the business key that it belongs to, and stores it. What leaves here holds no account or case number any more.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from re import fullmatch
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, TypeAdapter, ValidationError

from canonical.documents.document import Document
from canonical.documents.invoice import Invoice, InvoiceWithdrawn
from canonical.documents.order import Acknowledgement, Order, OrderNamed
from canonical.documents.receipt import GoodsReturn, Receipt, ReceiptReversal, ShipNotice
from canonical.documents.replenishment import ParCrossed, Request, RequestAnswered, RequestWithdrawn, UsageSheet
from canonical.documents.usage import Usage, UsageCorrection
from canonical.documents.work_item import Cause
from canonical.effect import Found
from canonical.envelope import Envelope
from canonical.identity import RunName
from canonical.inbound import EVERY_FACILITY, EventType, Inbound, InvalidEvent
from canonical.memory import InboxState
from canonical.model import Frozen
from suture.destinations import run_of
from suture.field_names import shown
from suture.fingerprint import content
from suture.store.inbox import Accepted, Arrival, Conflict
from suture.store.store import Store
from suture.telemetry.scrub import Mask
from suture.tokeniser import Tokeniser

SUBJECTS = {
    EventType.item_approved: "item",
    EventType.account_opened: "account",
    EventType.case_changed: "case",
    EventType.order_moved: "order",
}
OWN = "suture"
"""The source of what the engine's own runs say."""
TOLD_BY = "told_by"
"""Where news that a run tells name that run."""
OUTCOMES = (EventType.charge_posted, EventType.charge_rejected)
DOCUMENTS: Mapping[EventType, type[Document]] = {
    EventType.order_placed: Order,
    EventType.order_changed: Order,
    EventType.order_named: OrderNamed,
    EventType.order_ruled: Order,
    EventType.order_acknowledged: Acknowledgement,
    EventType.goods_received: Receipt,
    EventType.receipt_reversed: ReceiptReversal,
    EventType.goods_shipped: ShipNotice,
    EventType.goods_returned: GoodsReturn,
    EventType.return_authorised: GoodsReturn,
    EventType.invoice_presented: Invoice,
    EventType.invoice_withdrawn: InvoiceWithdrawn,
    EventType.par_crossed: ParCrossed,
    EventType.usage_sheet_sent: UsageSheet,
    EventType.item_requested: Request,
    EventType.request_withdrawn: RequestWithdrawn,
    EventType.request_answered: RequestAnswered,
}
"""The document that an event of purchasing carries."""
TRACEPARENT = r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}"

M = TypeVar("M", bound=BaseModel)
_MOMENT: TypeAdapter[datetime] = TypeAdapter(AwareDatetime)


class FacilityBooks(Protocol):
    """What the intake needs to know of a facility; its table in the configuration has it."""

    @property
    def timezone(self) -> str: ...

    @property
    def legal_entity(self) -> str: ...


class Destination(Frozen):
    """Where an event goes; with a note it goes nowhere, and a person is asked."""

    business_key: str
    workflow_id: str | None = None
    note: str = ""


class Intake:
    """Takes events in.

    `facilities` by their canonical name. `ignored` names, by source, the fields of a body that a repeat of the same
    event may change (dotted paths), for vendors that write their bodies anew each time. `patient_numbers` are the forms
    of the hospital's own, that may stand where a label was meant.
    """

    def __init__(
        self,
        store: Store,
        *,
        facilities: Mapping[str, FacilityBooks],
        ignored: Mapping[str, Sequence[str]] | None = None,
        patient_numbers: Iterable[str] = (),
    ) -> None:
        self._store = store
        self._facilities = facilities
        self._zones = {name: ZoneInfo(facility.timezone) for name, facility in facilities.items()}
        self._ignored = ignored or {}
        self._mask = Mask(patient_numbers)

    async def take(
        self, inbound: Inbound, *, source: str, raw: bytes, traceparent: str = "", only_for: str | None = None
    ) -> Accepted | Conflict:
        """Store an event; `InvalidEvent` names the first field that is wrong, never its value, and stores nothing.

        `only_for` is the business key that the sender takes it to be for.

        The same event again answers what it answered first. The same id with another content is a `Conflict`, and a
        work item for the integration engineer.
        """
        now = datetime.now(UTC)
        tokeniser = Tokeniser(self._store.vault, mask=self._mask)
        trace = traceparent if fullmatch(TRACEPARENT, traceparent) else ""
        envelope = self._envelope(inbound, tokeniser, source=source, traceparent=trace, now=now)
        to = await self._destination(envelope)
        if only_for is not None and to.business_key != only_for:
            raise InvalidEvent("business key", f"the one that the document is for: {to.business_key}")
        arrival = Arrival(
            envelope=envelope,
            fingerprint=self._store.keyring.fingerprint(content(raw, ignored=self._ignored.get(source, ()))),
            business_key=to.business_key,
            workflow_id=to.workflow_id,
            state=InboxState.refused if to.note else InboxState.stored,
            note=to.note,
            tokens=tuple(tokeniser.made),
            at=now,
        )
        answer = await self._store.inbox.accept(arrival)
        about = envelope.model_copy(update={"correlationid": answer.correlation_id})
        if isinstance(answer, Conflict):
            await self._store.event_items.ask(
                about, Cause.conflicting_content, "came again with another content", at=now, part=arrival.fingerprint
            )
        elif to.note:
            await self._store.event_items.ask(about, Cause.event_refused, to.note, at=now)
        return answer

    def _envelope(
        self, inbound: Inbound, tokeniser: Tokeniser, *, source: str, traceparent: str, now: datetime
    ) -> Envelope:
        everywhere = inbound.facility == EVERY_FACILITY and inbound.type in SUBJECTS
        if inbound.facility not in self._facilities and not everywhere:
            raise InvalidEvent("facility", "a facility of this hospital")
        if inbound.type in (EventType.account_opened, EventType.case_changed):
            subject = tokeniser.token("case", inbound.number, field="number")
        else:
            subject = tokeniser.outside_id(inbound.number, field="number")
        known = {
            "legal_entity": "" if everywhere else self._facilities[inbound.facility].legal_entity,
            "facility": inbound.facility,
            "source": source,
            "number": subject,
            "received": now,
        }
        data = self._document(inbound, tokeniser.data(inbound.data), known)
        envelope = {
            "id": tokeniser.outside_id(inbound.id, field="id"),
            "source": source,
            "type": inbound.type,
            "subject": subject,
            "time": inbound.time.astimezone(UTC),
            "facility": inbound.facility,
            "traceparent": traceparent,
            "data": data,
        }
        return _valid(Envelope, envelope)

    def _document(self, inbound: Inbound, data: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
        """The data of an event as its document says it; `known` is what the door knows better than any sender."""
        match inbound.type:
            case EventType.usage_reported:
                return _dumped(Usage, self._dated(data | known, inbound.facility, at="data"))
            case EventType.usage_corrected:
                if isinstance(data.get("replacement"), dict):
                    replacement = data["replacement"] | known
                    data |= {"replacement": self._dated(replacement, inbound.facility, at="data.replacement")}
                return _dumped(UsageCorrection, _timed(data, at="data") | known)
            case EventType.charge_posted | EventType.charge_rejected:
                return _dumped(Found, data | {"wire_key": inbound.number})
            case kind if kind in DOCUMENTS:
                document = DOCUMENTS[kind]
                dates = tuple(name for name, field in document.model_fields.items() if field.annotation is date)
                return _dumped(document, _timed(data, at="data", also=dates) | known)
            case _:
                return _plain(data)

    def _dated(self, use: dict[str, Any], facility: str, *, at: str) -> dict[str, Any]:
        """A use with its business date: the day on which it occurred by the facility's own clock."""
        if _timed(use, at=at).get("service_date") is not None:
            return use
        try:
            occurred = _MOMENT.validate_python(use.get("occurred"))
            return use | {"service_date": occurred.astimezone(self._zones[facility]).date()}
        except (ValidationError, OverflowError):
            raise InvalidEvent(f"{at}.occurred", "a time with its offset from UTC") from None

    async def _destination(self, envelope: Envelope) -> Destination:
        kind = EventType(envelope.type)
        if kind in SUBJECTS:
            return Destination(business_key=f"{SUBJECTS[kind]}:{envelope.subject}")
        if kind in OUTCOMES:
            effect = await self._store.effects.by_wire_key(envelope.subject)
            if effect is None:
                nowhere = _name("event", envelope, number=envelope.id)
                return Destination(business_key=nowhere.business_key, note="names a charge that was never sent")
            name = RunName.parse(effect.intent.workflow_id)
            return Destination(business_key=name.business_key, workflow_id=name.workflow_id)
        return Destination(business_key=run_of(envelope).business_key)


def _timed(document: dict[str, Any], *, at: str, also: Sequence[str] = ()) -> dict[str, Any]:
    """The document, whose times must be text: a number would be taken for seconds since 1970."""
    for field in ("occurred", "recorded", "service_date", *also):
        if isinstance(document.get(field), int | float | Decimal):
            raise InvalidEvent(f"{at}.{field}", "a time as text")
    return document


def _name(process: str, envelope: Envelope, *, number: str) -> RunName:
    return RunName(process=process, facility=envelope.facility, source=envelope.source, number=number)


def _dumped(model: type[BaseModel], data: Mapping[str, Any]) -> dict[str, Any]:
    return _valid(model, data, at="data").model_dump(mode="json")


def _valid(model: type[M], data: Mapping[str, Any], *, at: str = "") -> M:
    try:
        return model.model_validate(data)
    except ValidationError as invalid:
        first = invalid.errors(include_input=False, include_url=False, include_context=False)[0]
        field = ".".join(filter(None, [at, *map(shown, first["loc"])]))
        words = {"missing": "a value", "extra_forbidden": "no such field"}
        expected = words.get(first["type"], first["msg"].removeprefix("Value error, "))
        raise InvalidEvent(field or "event", expected) from None


def _plain(data: Mapping[str, Any]) -> dict[str, Any]:
    """Data of events without a document: flat, and short."""
    for field, value in data.items():
        if not (value is None or isinstance(value, bool | int | float) or _is_short_text(value)):
            raise InvalidEvent(f"data.{shown(field)}", "a short plain value")
    return dict(data)


def _is_short_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= 400 and value.isprintable()
