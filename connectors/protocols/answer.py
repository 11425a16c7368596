"""What a system answered to a REST call, and which leaf of `canonical.errors` each kind of answer is."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from canonical.errors import Audience, BusinessRefusal, Failure, Misread, NotPermitted, Rejected, Transient, Uncertain

Model = TypeVar("Model", bound=BaseModel)
GARBAGE = object()


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a system answered to one call; `body` is the parsed JSON, `GARBAGE` where it was none."""

    system: str
    operation: str
    is_write: bool
    status: int
    body: Any = field(repr=False)
    text: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False, default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether the system says that it did as asked."""
        return 200 <= self.status < 300

    @property
    def retry_after(self) -> float | None:
        """Seconds that the vendor asks to wait, if it does."""
        return seconds_named(self.headers.get("retry-after"))

    def accepted(self, refusal: Callable[["Answer"], Failure]) -> "Answer":
        """This answer, where the system did as asked; else `refusal` says which failure its refusal is."""
        if not self.ok:
            raise refusal(self)
        return self

    def parse(self, model: type[Model]) -> Model:
        """The body as a vendor's model; a write's answer that does not fit says nothing of what was applied."""
        try:
            return model.model_validate(self.body)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
            place = ".".join(map(str, first["loc"]))
            raise self.unreadable(f"{place}: {first['type'].replace('_', ' ')}") from None

    def unreadable(self, where: str = "") -> Failure:
        """The failure to raise where a success breaks the vendor's own contract; its evidence begins with the field."""
        kind = Uncertain if self.is_write else Misread
        failure = self.failure(kind, "the answer does not have the form that the vendor documents")
        failure.evidence = "\n".join(filter(None, (where, failure.evidence)))[:2000]
        return failure

    def refused(self, summary: str, *, audience: Audience, kind: type[Rejected] = BusinessRefusal) -> Failure:
        """The failure to raise for a refusal; the vendor's text is kept as evidence alone."""
        return self.failure(kind, summary, audience=audience)

    def not_yet(self, summary: str) -> Failure:
        """The failure to raise where the vendor asks to come back later and nothing was applied by this call."""
        return self.failure(Transient, summary)

    def failure(self, kind: type[Failure], summary: str, *, audience: Audience = Audience.integration) -> Failure:
        """A leaf that carries this answer's status, Retry-After and text."""
        return kind(
            summary,
            system=self.system,
            operation=self.operation,
            audience=audience,
            evidence=self.text,
            status=self.status,
            retry_after=self.retry_after,
        )

    def as_failure(self) -> Failure:
        """The leaf for an answer that is not the success that was asked for, by its status alone."""
        if self.ok:
            return self.failure(Uncertain if self.is_write else Transient, "the answer is not JSON")
        if self.status == 429:
            return self.not_yet("the system asks to slow down")
        if self.status == 503 and self.retry_after is not None:
            return self.not_yet("the system is not available for a while")
        if self.status in (401, 403):
            return self.refused("the credential is refused", kind=NotPermitted, audience=Audience.integration)
        if 400 <= self.status < 500 and self.status != 408:
            return self.refused("the system refuses the call", audience=Audience.integration)
        kind = Uncertain if self.is_write else Transient
        return self.failure(kind, "the system failed while it worked on the call")


def parsed(text: str) -> Any:
    """JSON with exact decimals, None for an empty body, `GARBAGE` for anything else."""
    if not text:
        return None
    try:
        return json.loads(text, parse_float=Decimal)
    except ValueError:
        return GARBAGE


def seconds_named(header: str | None) -> float | None:
    """The seconds in a Retry-After header, given as a number or as a date; None where there is none to read."""
    if not header:
        return None
    if header.strip().isdigit():
        return float(header)
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, (moment.astimezone(UTC) - datetime.now(UTC)).total_seconds())
