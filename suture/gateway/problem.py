"""What every refusal of the gateway looks like: one JSON shape, never a value from the request."""

from collections.abc import Mapping

from pydantic import Field
from starlette.responses import Response

from canonical.model import Frozen


class Problem(Frozen):
    """Why a request was refused, and what its sender can do about it."""

    error: str = Field(description="The kind of refusal, a word for programs.")
    field: str | None = Field(default=None, description="Which field is wrong, where one is.")
    expected: str | None = Field(default=None, description="What the field should hold; never what it held.")
    what_to_do: str = Field(description="The sender's next step, for people.")

    def response(self, status: int, headers: Mapping[str, str] | None = None) -> Response:
        """The answer."""
        return Response(self.model_dump_json(exclude_none=True), status, headers, media_type="application/json")


class Refused(Exception):
    """A request that is answered with a problem."""

    def __init__(self, status: int, problem: Problem, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(problem.error)
        self.status = status
        self.problem = problem
        self.headers = headers

    def response(self) -> Response:
        """The answer."""
        return self.problem.response(self.status, self.headers)


def invalid(field: str, expected: str) -> Refused:
    """422: a body that is no event; the field's place must be one that may be told."""
    return Refused(
        422,
        Problem(
            error="invalid-event",
            field=field,
            expected=expected,
            what_to_do="Correct the field and send the event again under the same webhook-id; nothing was stored.",
        ),
    )


def not_authenticated() -> Refused:
    """401 of the webhook door: one body, whether source, signature, header or clock is wrong."""
    return Refused(
        401,
        Problem(
            error="not-authenticated",
            what_to_do="Sign the raw body as Standard Webhooks say, with this source's secret, by a clock right to "
            "five minutes; check the source's name.",
        ),
    )


def no_such_person() -> Refused:
    """401 of the look-ups."""
    return Refused(
        401,
        Problem(error="not-authenticated", what_to_do="Send your own token: Authorization: Bearer <token>."),
        headers={"WWW-Authenticate": "Bearer"},
    )


def not_permitted() -> Refused:
    """403: a known person without a role that reads."""
    return Refused(
        403, Problem(error="not-permitted", what_to_do="Ask for the role reader in [people] of hospital.toml.")
    )


def no_such_transaction() -> Refused:
    """404 of a look-up."""
    return Refused(
        404,
        Problem(
            error="no-such-transaction",
            what_to_do="Check the correlation id: no event was ever accepted under it.",
        ),
    )


def too_large(limit: int) -> Refused:
    """413: more bytes than an event may have."""
    return Refused(
        413,
        Problem(
            error="body-too-large",
            field="body",
            expected=f"at most {limit} bytes",
            what_to_do="Send a smaller event.",
        ),
    )


def too_slow() -> Refused:
    """408: the body did not arrive."""
    return Refused(408, Problem(error="body-too-slow", what_to_do="Send the event again; nothing was stored."))


def too_many(retry_after: int) -> Refused:
    """429: more events than the source may send."""
    return Refused(
        429,
        Problem(error="too-many-events", what_to_do="Send the event again after the seconds in Retry-After."),
        headers={"Retry-After": str(retry_after)},
    )


def unavailable(error: str, *, retry_after: int) -> Refused:
    """503: nobody can say whether the event was stored, but sending it again never counts it twice."""
    return Refused(
        503,
        Problem(
            error=error,
            what_to_do="Send the event again, under the same webhook-id, after the seconds in Retry-After.",
        ),
        headers={"Retry-After": str(retry_after)},
    )


def conflicting() -> Refused:
    """409: an id that came before with another content."""
    return Refused(
        409,
        Problem(
            error="conflicting-content",
            field="webhook-id",
            expected="an id of its own for each event",
            what_to_do="Nothing: people were asked. A new event needs a new webhook-id.",
        ),
    )


def failed(request_id: str) -> Problem:
    """500: a defect of ours, found in the log by the id."""
    return Problem(
        error="defect",
        what_to_do=f"Send the request again later; if it happens again, tell the engine's operators: {request_id}.",
    )
