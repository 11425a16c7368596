"""Carries a person's decision to the run that asked; where that run is closed, to what still answers for the item."""

import asyncio
import secrets
from hashlib import sha256
from pathlib import Path

from pydantic import AwareDatetime, ValidationError
from temporalio.client import Client, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_fixed

from canonical.documents.work_item import Cause, Decided, Decision, Resolution, WorkItem
from canonical.memory import Person
from canonical.model import Frozen
from canonical.unfit import said_of
from suture.cli import output
from suture.cli.choice import Choice
from suture.cli.failures import Ending, Failed
from suture.cli.past_runs import close_here, decide_event, take_up
from suture.cli.person import credential, may_decide, person
from suture.cli.session import connected, opened
from suture.cli.work_items import get
from suture.settings import Settings
from suture.store.event_items import INBOX
from suture.store.store import Store
from suture.store.work_items import Listed
from suture.telemetry.scrub import Mask
from suture.tokeniser import Tokeniser

UPDATE = "resolve"
NOT_ENTITLED = "NotEntitled"
TRIES = 3


class Resolved(Frozen):
    """What was decided, by whom; `goes_on_as` names the run that goes on where it is another one."""

    item_id: str
    correlation_id: str
    decision: Decision
    person: str
    at: AwareDatetime
    goes_on_as: str | None = None
    before: bool = False


async def resolve(
    settings: Settings, item_id: str, choice: Choice, *, reason: str, token_file: Path | None, within: float
) -> Resolved:
    """Decide a work item as the person behind the token."""
    presented = credential(settings, token_file)
    async with opened(settings) as store:
        asks = await person(settings, token_file, store.delegations)
        listed = await get(store, item_id)
        item = listed.item
        if listed.closed_at is not None:
            return _already(listed, asks, choice)
        tokeniser = Tokeniser(store.vault, mask=Mask(settings.privacy.patient_numbers))
        resolution = await _resolution(tokeniser, store, item_id, choice, presented, reason)
        if item.workflow_id == INBOX:
            return _resolved(item, await decide_event(store, item, resolution, asks))
        client = await connected(settings, store.keyring)
        if item.cause is not Cause.left_behind:
            try:
                return _resolved(item, await _ask_run(client, item, resolution, asks, within=within))
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise
            # Somebody else may have decided meanwhile, and so brought the run to its end.
            listed = await get(store, item_id)
            if listed.closed_at is not None:
                return _already(listed, asks, choice)
        elif choice.decision is Decision.retry:
            decided, run = await take_up(client, settings, store, item, asks)
            return _resolved(item, decided, goes_on_as=run)
        return _resolved(item, await close_here(store, item, resolution, asks))


def tell(resolved: Resolved, *, as_json: bool) -> None:
    """Say what was decided, and where to watch it go on."""
    if as_json:
        output.emit(resolved)
        return
    before = " before; nothing was done twice" if resolved.before else ""
    output.say(f"decided by {resolved.person}: {resolved.decision}{before}")
    if resolved.goes_on_as:
        output.say(f"  goes on as {resolved.goes_on_as}")
    if resolved.correlation_id:
        output.say(f"  next: suture show {resolved.correlation_id}")


def update_id(resolution: Resolution, asks: Person) -> str:
    """The same decision by the same person with the same rights is one update, however often it is sent."""
    rights = Person.model_dump_json(asks)
    return sha256(f"{resolution.model_dump_json(exclude={'reason'})}{rights}".encode()).hexdigest()[:40]


async def _ask_run(client: Client, item: WorkItem, resolution: Resolution, asks: Person, *, within: float) -> Decided:
    """Send the decision to the run, which checks it and answers."""
    first = update_id(resolution, asks)
    try:
        return await _update(client, item, resolution, update=first, within=within)
    except ApplicationError as refused:
        if refused.type != NOT_ENTITLED or not may_decide(asks, item):
            raise _refused(refused, item) from None
    # Temporal repeats its first answer under one id; a right given since then counts under another.
    try:
        return await _update(client, item, resolution, update=f"{first}-{secrets.token_hex(4)}", within=within)
    except ApplicationError as refused:
        raise _refused(refused, item) from None


async def _update(client: Client, item: WorkItem, resolution: Resolution, *, update: str, within: float) -> Decided:
    handle = client.get_workflow_handle(item.workflow_id)
    again = AsyncRetrying(
        stop=stop_after_attempt(TRIES), wait=wait_fixed(0.2), retry=retry_if_exception(_dropped), reraise=True
    )
    try:
        async with asyncio.timeout(within):
            decided: Decided = await again(handle.execute_update, UPDATE, resolution, id=update, result_type=Decided)
            return decided
    except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError):
        raise Failed(
            f"the run has not answered within {within:g} s",
            do="safe to repeat: suture list --stuck tells why; then type the same again",
            ending=Ending.unreachable,
        ) from None
    except RPCError as error:
        if not _dropped(error):
            raise
        raise Failed(
            "nothing was decided: the run's own code fails",
            do="safe to repeat once it is mended; see: suture list --stuck",
            ending=Ending.stuck,
        ) from None
    except WorkflowUpdateFailedError as failure:
        if isinstance(failure.cause, ApplicationError):
            raise failure.cause from None
        raise


def _dropped(error: BaseException) -> bool:
    """The task that was to take the decision in has failed: once where mail came in between, always where its code does."""
    return isinstance(error, RPCError) and error.status is RPCStatusCode.FAILED_PRECONDITION


def _refused(refused: ApplicationError, item: WorkItem) -> Failed:
    return Failed(f"refused: {refused.message}", do=f"see: suture work show {item.item_id}")


async def _resolution(
    tokeniser: Tokeniser, store: Store, item_id: str, choice: Choice, presented: str, reason: str
) -> Resolution:
    """The decision as the run takes it: numbers of patients leave as tokens, by the rules of the intake."""
    correction = tokeniser.data(choice.correction, at="--correct")
    for made in tokeniser.made:
        await store.vault.tokenise(made.kind, made.value.get_secret_value())
    try:
        return Resolution(
            item_id=item_id,
            decision=choice.decision,
            credential=presented,
            correction=correction,
            external_reference=choice.reference,
            reason=reason,
        )
    except ValidationError as invalid:
        raise Failed(said_of(invalid), ending=Ending.usage) from None


def _already(listed: Listed, asks: Person, choice: Choice) -> Resolved:
    """The item is closed: fine for whoever closed it so; another is told who did."""
    item, at = listed.item, listed.closed_at
    if at is not None and listed.decision is choice.decision and listed.decided_by == asks.person:
        decided = Decided(item_id=item.item_id, decision=choice.decision, person=asks.person, at=at)
        return _resolved(item, decided).model_copy(update={"before": True})
    by = f" by {listed.decided_by}: {listed.decision}" if listed.decision else f": {listed.reason or 'answered'}"
    raise Failed(f"already closed{by}, {output.text(at)}", do=f"see: suture show {item.correlation_id}")


def _resolved(item: WorkItem, decided: Decided, *, goes_on_as: str | None = None) -> Resolved:
    return Resolved(
        item_id=item.item_id,
        correlation_id=item.correlation_id,
        decision=decided.decision,
        person=decided.person,
        at=decided.at,
        goes_on_as=goes_on_as,
    )
