"""The webhook door: proves who sent an event, reads it, and stores it before it answers."""

import asyncio
import logging
import traceback
from collections.abc import Callable, Mapping
from math import ceil
from time import time
from typing import Any
from urllib.parse import quote

from pydantic import ValidationError
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response

from canonical.inbound import Inbound, InvalidEvent
from suture.assembly import Sender
from suture.field_names import names_of, shown_path
from suture.gateway.answers import EventTaken
from suture.gateway.body import read_body
from suture.gateway.presented import presented_of
from suture.gateway.problem import conflicting, invalid, not_authenticated, too_many, unavailable
from suture.gateway.rate import Bucket
from suture.gateway.signatures import signatures_of, unknown_source
from suture.intake import Intake
from suture.settings import Settings
from suture.store.errors import StoreUnavailable
from suture.store.inbox import Accepted, Conflict
from suture.strict_json import read_object
from suture.telemetry import metrics
from suture.telemetry.context import correlation_id, traceparent

AT_ONCE = 500
"""Requests in hand at most: with bodies of the largest size they take 128 MiB."""

_STORED_WITHIN = 30.0
_LONGEST_ID = 200
_OWN_WORDS = ("value_error", "assertion_error")
_LOG = logging.getLogger(__name__)


class Events:
    """Takes webhooks. `stored` is called with the inbox row of each new event, once it is stored."""

    def __init__(
        self,
        settings: Settings,
        *,
        senders: Mapping[str, Sender],
        intake: Intake,
        stored: Callable[[int], None],
    ) -> None:
        self._intake = intake
        self._stored = stored
        self._signatures = signatures_of(settings)
        self._presented = presented_of(settings)
        self._nobody = unknown_source()
        self._translators = {name: senders[source.system].translate for name, source in settings.sources.items()}
        self._names = {name: names_of(senders[source.system].kind.bodies) for name, source in settings.sources.items()}
        self._buckets = {name: Bucket(source.rate_per_second) for name, source in settings.sources.items()}
        self._in_hand = 0

    async def take(self, source: str, request: Request) -> Response:
        """Answer 202 for a new event, 200 for one that is stored already; `Refused` for everything else."""
        if self._in_hand >= AT_ONCE:
            raise unavailable("busy", retry_after=1)
        self._in_hand += 1
        try:
            return await self._take(source, request)
        finally:
            self._in_hand -= 1

    async def _take(self, source: str, request: Request) -> Response:
        body = await read_body(request)
        headers = request.headers
        event_id = headers.get("webhook-id", "").strip()
        if not self._proven(source, body, headers):
            raise not_authenticated()
        request.scope["suture.source"] = source
        if wait := self._buckets[source].take():
            raise too_many(ceil(wait))
        if len(event_id) > _LONGEST_ID:
            raise invalid("webhook-id", f"expected at most {_LONGEST_ID} characters")
        try:
            inbound = self._translated(source, read_object(body))
            if source in self._signatures:
                inbound = inbound.model_copy(update={"id": event_id})
            answer = await self._store(inbound, source=source, raw=body)
        except InvalidEvent as wrong:
            raise invalid(shown_path(wrong.field, known=self._names[source]), wrong.expected) from None
        correlation_id.set(answer.correlation_id)
        return self._answer(answer, source=source, facility=inbound.facility)

    def _proven(self, source: str, body: bytes, headers: Headers) -> bool:
        # Also where the secret is presented, so that no kind of source is told by the time that it takes.
        signed = self._signatures.get(source, self._nobody).prove(
            body,
            event_id=headers.get("webhook-id", "").strip(),
            timestamp=headers.get("webhook-timestamp", ""),
            given=headers.get("webhook-signature", ""),
            now=time(),
        )
        presented = self._presented.get(source)
        if presented is not None:
            return presented.prove(headers.get(presented.header, ""))
        return signed and source in self._signatures

    def _translated(self, source: str, body: Mapping[str, Any]) -> Inbound:
        try:
            return self._translators[source](body)
        except InvalidEvent:
            raise
        except ValidationError as wrong:
            first = wrong.errors(include_url=False, include_context=False, include_input=False)[0]
            # The words of a validator that is not pydantic's may quote what it was given.
            words = "expected another value" if first["type"] in _OWN_WORDS else first["msg"]
            raise InvalidEvent(".".join(map(str, first["loc"])) or "body", words) from None
        except OverflowError:
            # What any translator meets that makes UTC of a time at the calendar's edge.
            raise InvalidEvent("body", "expected times within the calendar") from None
        except (ArithmeticError, LookupError, TypeError, ValueError) as defect:
            # The translator's defect, which its system's sender cannot help: refused like any event that says nothing.
            place = traceback.extract_tb(defect.__traceback__)[-1]
            _LOG.error("a translator failed: %s at %s:%s", type(defect).__name__, place.filename, place.lineno)
            raise InvalidEvent("body", "expected an event of this source's system") from None

    async def _store(self, inbound: Inbound, *, source: str, raw: bytes) -> Accepted | Conflict:
        try:
            async with asyncio.timeout(_STORED_WITHIN):
                return await self._intake.take(inbound, source=source, raw=raw, traceparent=traceparent())
        except (StoreUnavailable, TimeoutError):
            raise unavailable("store-unavailable", retry_after=5) from None

    def _answer(self, answer: Accepted | Conflict, *, source: str, facility: str) -> Response:
        if isinstance(answer, Conflict):
            metrics.conflicts(source=source, facility=facility)
            raise conflicting()
        if answer.duplicate:
            metrics.duplicates_suppressed(source=source, facility=facility)
        else:
            metrics.events_accepted(source=source, facility=facility, process=answer.business_key.partition(":")[0])
            self._stored(answer.id)
        taken = EventTaken(
            correlation_id=answer.correlation_id, transaction=f"/v1/transactions/{quote(answer.correlation_id)}"
        )
        return Response(
            taken.model_dump_json(),
            200 if answer.duplicate else 202,
            {"X-Correlation-Id": answer.correlation_id},
            media_type="application/json",
        )
