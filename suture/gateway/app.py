"""The front door as an application: webhooks in, look-ups out, health."""

from collections.abc import Callable, Mapping
from typing import Annotated

from fastapi import FastAPI, Path, Response, Security
from fastapi.exceptions import RequestValidationError
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from canonical.memory import Register
from suture.assembly import Sender
from suture.gateway.answers import Alive, EventTaken, Readiness, Transaction
from suture.gateway.doorway import Doorway
from suture.gateway.events import Events
from suture.gateway.openapi import PRESENTED_BODY, SIGNED_BODY, complete, refusals, taken
from suture.gateway.problem import Problem, Refused, invalid
from suture.gateway.readers import Readers
from suture.gateway.readiness import Reach, Ready
from suture.gateway.transactions import Transactions
from suture.intake import Intake
from suture.settings import Settings
from suture.store.store import Store

NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
"""FastAPI's own: a second span of each request, with its path as it came, and exceptions with their text."""

_TAKEN = {
    202: taken("Stored. Its transaction begins, or goes on, by itself.", EventTaken),
    200: taken("Stored before: a repeat of the same event, answered as the first time.", EventTaken),
    **refusals(401, 408, 409, 413, 422, 429, 503),
}
_bearer = HTTPBearer(auto_error=False, description="A person's token, or one that may only look.")


def create_app(
    settings: Settings,
    *,
    store: Store,
    intake: Intake,
    senders: Mapping[str, Sender],
    register: Register,
    stored: Callable[[int], None],
    reach: Reach,
) -> FastAPI:
    """The gateway. `stored` hears of each new inbox row; `reach` tells whether Temporal can be reached."""
    # The pages of FastAPI's documentation load their scripts from elsewhere.
    app = FastAPI(
        title="Suture gateway",
        version="1",
        docs_url=None,
        redoc_url=None,
        telemetry=NO_TELEMETRY,
        redirect_slashes=False,
    )
    app.add_middleware(Doorway)
    _refuse_in_one_shape(app)
    events = Events(settings, senders=senders, intake=intake, stored=stored)
    transactions = Transactions(store, settings.temporal)
    readers = Readers(register, settings.gateway.read_tokens)
    ready = Ready(store, url=settings.store.url, reach=reach)

    @app.post(
        "/v1/events/{source}",
        operation_id="take_event",
        summary="Hand in an event of a system, signed as Standard Webhooks say",
        status_code=202,
        response_model=EventTaken,
        responses=_TAKEN,
        openapi_extra=SIGNED_BODY,
    )
    async def take_event(
        source: Annotated[str, Path(description="The source's name in the configuration.")], request: Request
    ) -> Response:
        return await events.take(source, request)

    async def take_resource(
        source: Annotated[str, Path(description="The source's name in the configuration.")],
        kind: Annotated[str, Path(description="The kind of the resource; what counts is the body.")],
        id: Annotated[str, Path(description="Its id; what counts is the body.")],
        request: Request,
    ) -> Response:
        return await events.take(source, request)

    # A FHIR subscription puts each resource to its own place below the endpoint; others post.
    for method in ("PUT", "POST"):
        app.add_api_route(
            "/v1/events/{source}/{kind}/{id}",
            take_resource,
            methods=[method],
            operation_id=f"take_resource_by_{method.lower()}",
            summary="Hand in a resource that changed, with the source's secret in the header that is agreed with it",
            status_code=202,
            response_model=EventTaken,
            responses=_TAKEN,
            openapi_extra=PRESENTED_BODY,
        )

    @app.get(
        "/v1/transactions/{correlation_id}",
        operation_id="show_transaction",
        summary="Where a transaction stands, why, and what was done about it",
        responses=refusals(401, 403, 404, 503),
    )
    async def show_transaction(
        correlation_id: Annotated[str, Path(description="As the gateway answered it.")],
        credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
    ) -> Transaction:
        await readers.check(credentials.credentials if credentials is not None else None)
        return await transactions.show(correlation_id)

    @app.get("/healthz", operation_id="alive", summary="Whether the process lives")
    async def alive() -> Alive:
        return Alive()

    @app.get(
        "/readyz",
        operation_id="ready",
        summary="Whether events can be accepted",
        responses={503: {"model": Readiness, "description": "They cannot."}},
    )
    async def readiness(response: Response) -> Readiness:
        found = await ready.look()
        response.status_code = 200 if found.ready else 503
        return found

    sending = {source.system for source in settings.sources.values()}
    complete(app, {settings.systems[system].kind: senders[system].kind for system in sending})
    return app


def _refuse_in_one_shape(app: FastAPI) -> None:
    @app.exception_handler(Refused)
    async def refused(_: Request, refusal: Refused) -> Response:
        return refusal.response()

    @app.exception_handler(RequestValidationError)
    async def misread(_: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        return invalid(str(first["loc"][-1]), first["msg"]).response()

    @app.exception_handler(HTTPException)
    async def http(_: Request, error: HTTPException) -> Response:
        words = error.detail.lower().replace(" ", "-")
        problem = Problem(error=words, what_to_do="Look at /openapi.json for what there is.")
        return problem.response(error.status_code, error.headers)

    @app.exception_handler(ClientDisconnect)
    async def gone(_: Request, __: ClientDisconnect) -> Response:
        # Nobody listens any more; the status is for the access log.
        return Problem(error="connection-closed", what_to_do="Send the event again.").response(400)
