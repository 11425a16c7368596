"""Hands documents in from the command line: who asks, what they hand in, and the intake that every door uses."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from canonical.identity import (
    BASKET_PROCESS,
    INVOICE_PROCESS,
    ORDER_PROCESS,
    REQUEST_PROCESS,
    USE_PROCESS,
    RunName,
)
from canonical.inbound import EventType, Inbound, InvalidEvent
from canonical.memory import InboxState, Person
from canonical.model import Frozen
from canonical.unfit import said_of
from suture.cli import output
from suture.cli.documents import read_document
from suture.cli.failures import Ending, Failed
from suture.cli.person import entitled
from suture.cli.session import dispatcher, opened
from suture.intake import Intake
from suture.settings import Settings
from suture.store.inbox import Conflict
from suture.store.store import Store

DOCUMENTS: Mapping[str, tuple[EventType, ...]] = {
    USE_PROCESS: (EventType.usage_reported, EventType.usage_corrected),
    ORDER_PROCESS: (
        EventType.order_placed,
        EventType.order_changed,
        EventType.goods_shipped,
        EventType.goods_received,
        EventType.receipt_reversed,
        EventType.goods_returned,
        EventType.return_authorised,
    ),
    INVOICE_PROCESS: (EventType.invoice_presented, EventType.invoice_withdrawn),
    REQUEST_PROCESS: (EventType.par_crossed,),
    BASKET_PROCESS: (
        EventType.item_requested,
        EventType.request_withdrawn,
        EventType.order_acknowledged,
        EventType.usage_sheet_sent,
    ),
}
"""What may be handed to a run of each process; the first is what starts it, where nobody says otherwise."""


class HandedIn(Frozen):
    """What became of a document: its transaction, whether it had come before, and whether a run has it already."""

    correlation_id: str
    business_key: str
    duplicate: bool
    delivered: bool
    problem: str = ""


async def hand_in(
    settings: Settings,
    process: str,
    file: Path,
    *,
    source: str,
    event_id: str | None,
    token_file: Path | None,
    event_type: str | None = None,
) -> HandedIn:
    """Start a process with the document in the file."""
    kind = DOCUMENTS[process][0] if event_type is None else _kind(process, event_type)
    document, raw = read_document(file)
    asks = await entitled(settings, token_file)
    return await _hand_in(settings, kind, document, raw, source=source, event_id=event_id, by=asks, action="start")


async def hand_to(
    settings: Settings,
    business_key: str,
    file: Path,
    *,
    event_type: str | None,
    source: str | None,
    event_id: str | None,
    token_file: Path | None,
) -> HandedIn:
    """Hand the document in the file to the transaction that it is about."""
    name = business_name(business_key)
    use = name.process == USE_PROCESS
    if not use and (event_type is None or source is None):
        raise Failed(f"a document for {name.process} needs --type and --source", ending=Ending.usage)
    document, raw = read_document(file)
    asks = await entitled(settings, token_file)
    kind = _use_kind(document) if event_type is None else _kind(name.process, event_type)
    fields = {"facility": name.facility, "number": name.number, "source": name.source} if use else {}
    for field, expected in fields.items():
        if document.get(field, name.source if field == "source" else None) != expected:
            raise InvalidEvent(field, f"{expected}, as the business key says")
    async with opened(settings) as store:
        if await store.correlations.find(business_key) is None:
            raise Failed(f"no transaction {business_key}", do="see: suture list", ending=Ending.not_found)
    return await _hand_in(
        settings,
        kind,
        document,
        raw,
        source=source or name.source,
        event_id=event_id,
        by=asks,
        action="signal",
        to=business_key,
    )


def business_name(business_key: str) -> RunName:
    """The parts of a business key of a process that there is."""
    try:
        name = RunName.parse(business_key)
    except ValueError:
        raise Failed(
            f"not a business key: {business_key}",
            do="it reads <process>:<facility>:<source>:<number>",
            ending=Ending.usage,
        ) from None
    if name.process not in DOCUMENTS:
        raise Failed(f"no process {name.process}", do=f"there is: {', '.join(DOCUMENTS)}", ending=Ending.not_found)
    return name


def tell(handed_in: HandedIn, *, as_json: bool) -> None:
    """Say what became of the document, and what to type next."""
    if as_json:
        output.emit(handed_in)
        return
    state = "came before, nothing new was started" if handed_in.duplicate else "accepted"
    output.say(f"{state}: {handed_in.business_key} ({handed_in.correlation_id})")
    if handed_in.problem:
        output.remark(handed_in.problem)
    output.say(f"  next: suture show {handed_in.correlation_id}")


def _use_kind(document: Mapping[str, Any]) -> EventType:
    return EventType.usage_corrected if "correction" in document else EventType.usage_reported


def _kind(process: str, event_type: str) -> EventType:
    if event_type not in DOCUMENTS[process]:
        raise Failed(f"--type: expected one of {', '.join(DOCUMENTS[process])}", ending=Ending.usage)
    return EventType(event_type)


async def _hand_in(
    settings: Settings,
    kind: EventType,
    document: dict[str, Any],
    raw: bytes,
    *,
    source: str,
    event_id: str | None,
    by: Person,
    action: str,
    to: str | None = None,
) -> HandedIn:
    if source not in settings.sources:
        # A misspelt source would be another business key: the same use would post twice.
        expected = ", ".join(sorted(settings.sources)) or "none is configured"
        raise Failed(f"--source: expected a source of {settings.file.name}: {expected}", ending=Ending.usage)
    if document.get("source", source) != source:
        raise InvalidEvent("source", f"{source}, or none")
    async with opened(settings) as store:
        # Keyed, because the bytes may hold an account number; of the bytes, so that the same file is the same event.
        made_id = event_id or f"cli-{store.keyring.fingerprint(kind.encode() + b':' + raw)[:32]}"
        inbound = _inbound(kind, document, event_id=made_id)
        ignored = {name: table.ignore_fields for name, table in settings.sources.items()}
        intake = Intake(
            store,
            facilities=settings.facilities,
            ignored=ignored,
            patient_numbers=settings.privacy.patient_numbers,
        )
        answer = await intake.take(inbound, source=source, raw=raw, only_for=to)
        if isinstance(answer, Conflict):
            raise Failed(
                f"this event id came before with another content: {answer.business_key}", do="suture work list"
            )
        now = datetime.now(UTC)
        await store.audit.append(
            who=by.person,
            action=f"cli.{action}",
            subject=answer.business_key,
            correlation_id=answer.correlation_id,
            at=now,
        )
        problem = await _deliver(settings, store, answer.id)
        delivered = (await store.inbox.get(answer.id)).state is not InboxState.stored
    return HandedIn(
        correlation_id=answer.correlation_id,
        business_key=answer.business_key,
        duplicate=answer.duplicate,
        delivered=delivered,
        problem=problem,
    )


def _inbound(kind: EventType, document: dict[str, Any], *, event_id: str) -> Inbound:
    wanted = {field: document.get(field) for field in ("facility", "number")}
    now = datetime.now(UTC)
    try:
        return Inbound.model_validate({"id": event_id, "type": kind, "time": now, "data": document, **wanted})
    except ValidationError as invalid:
        field, _, expected = said_of(invalid).partition(": ")
        raise InvalidEvent(field, expected) from None


async def _deliver(settings: Settings, store: Store, row: int) -> str:
    """Hand the event to its run now; what keeps it from that, where something does. It is stored, and waits."""
    if (await store.inbox.get(row)).state is not InboxState.stored:
        return ""
    try:
        delivers = await dispatcher(settings, store)
    except Failed as failed:
        return f"{failed.what}: it is kept, and starts when the gateway reaches Temporal"
    if not await delivers.dispatch_now(row):
        return "not delivered yet: it is kept, and the gateway tries again; suture list --stuck tells why"
    return ""
