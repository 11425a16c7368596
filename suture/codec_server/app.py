"""Codec server: opens payloads for the Web UI, behind a path nobody can guess, and for people, by their token."""

import ipaddress
import json
import logging
import secrets
from collections.abc import Awaitable, Callable
from typing import Literal

from google.protobuf.json_format import MessageToDict, ParseDict, ParseError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from temporalio.api.common.v1 import Payload, Payloads

from canonical.memory import Register
from suture.keys import Keyring, SealBroken
from suture.people import digest
from suture.temporal.codec import is_sealed, seal, unseal

HISTORY_READER = "history-reader"
SUPERVISOR = "supervisor"
LARGEST = 4 * 1024 * 1024
_ALLOWED_HEADERS = "content-type,x-namespace,authorization,authorization-extras"
_log = logging.getLogger("suture.codec")
Verb = Literal["decode", "encode"]


class _Refused(Exception):
    """A request that is not answered with payloads: its status, and words for whoever sent it."""

    def __init__(self, status: int, told: str) -> None:
        super().__init__(told)
        self.status = status
        self.told = told


def new_secret() -> str:
    """A path segment that nobody can guess: 192 bits, made anew at every start."""
    return secrets.token_urlsafe(24)


def create_codec_app(
    keyring: Keyring, *, register: Register, ui_secret: str | None = None, ui_origin: str | None = None
) -> Starlette:
    """The application.

    `POST /decode` and `/encode` take a person's token (`Authorization: Bearer`) with the role history-reader or
    supervisor. `POST /<ui_secret>/decode` needs none, because the development server's UI has none to send: it answers
    this machine and this origin only. Give `ui_secret` to no process that is reached from elsewhere.
    """

    def door(verb: Verb, enter: Callable[[Request], Awaitable[str]]) -> Callable[[Request], Awaitable[Response]]:
        async def serve(request: Request) -> Response:
            if request.method == "OPTIONS":
                return _with_cors(Response(status_code=204), ui_origin)
            try:
                who = await enter(request)
                answer = _turned(keyring, await _payloads(request), verb)
                _log.info("payloads %s", f"{verb}d", extra={"person": who, "count": len(answer.payloads)})
                response: Response = JSONResponse(MessageToDict(answer))
            except _Refused as refused:
                response = JSONResponse({"error": refused.told}, status_code=refused.status)
                if refused.status == 401:
                    response.headers["WWW-Authenticate"] = "Bearer"
            return _with_cors(response, ui_origin)

        return serve

    async def person(request: Request) -> str:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        known = await register.person(digest(token.strip())) if scheme.lower() == "bearer" and token else None
        if known is None:
            raise _Refused(401, "expected Authorization: Bearer and the token of a person in [people]")
        if not {HISTORY_READER, SUPERVISOR} & set(known.roles):
            raise _Refused(403, f"reading history needs the role {HISTORY_READER}")
        return known.person

    async def web_ui(request: Request) -> str:
        if request.client is None or not is_loopback(request.client.host):
            raise _Refused(403, "this address answers its own machine only")
        if request.headers.get("origin") != ui_origin:
            raise _Refused(403, "this address answers the Web UI only")
        return "web-ui"

    routes = [
        Route("/decode", door("decode", person), methods=["POST", "OPTIONS"]),
        Route("/encode", door("encode", person), methods=["POST", "OPTIONS"]),
    ]
    if ui_secret:
        if len(ui_secret) < 22 or not ui_origin:
            raise ValueError("expected a secret of at least 128 bits (new_secret) and the origin of the Web UI")
        routes.append(Route(f"/{ui_secret}/decode", door("decode", web_ui), methods=["POST", "OPTIONS"]))

    async def elsewhere(request: Request, error: Exception) -> Response:
        told = {404: "nothing is here", 405: "expected POST"}.get(
            getattr(error, "status_code", 500), "cannot be answered"
        )
        status = int(getattr(error, "status_code", 500))
        if status == 500:
            _log.error("a request fell over", exc_info=error)
        return _with_cors(JSONResponse({"error": told}, status_code=status), ui_origin)

    return Starlette(routes=routes, exception_handlers={404: elsewhere, 405: elsewhere, Exception: elsewhere})


async def _payloads(request: Request) -> Payloads:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            raise _Refused(413, f"expected at most {LARGEST} bytes")
    try:
        parsed = json.loads(bytes(body))
        if isinstance(parsed, dict) and "payloads" in parsed:
            return ParseDict(parsed, Payloads())
    except (ParseError, ValueError, RecursionError):
        # Their text quotes the body, and so is left out.
        pass
    raise _Refused(400, 'expected JSON of the form {"payloads": [{"metadata": {...}, "data": "..."}]}')


def _turned(keyring: Keyring, payloads: Payloads, verb: Verb) -> Payloads:
    turned: list[Payload] = []
    for position, payload in enumerate(payloads.payloads):
        try:
            if verb == "encode":
                turned.append(seal(keyring, payload))
            else:
                # What Temporal itself writes (markers of local activities) was never sealed.
                turned.append(unseal(keyring, payload) if is_sealed(payload) else payload)
        except SealBroken as broken:
            raise _Refused(400, f"payload {position}: {broken}") from None
    return Payloads(payloads=turned)


def _with_cors(response: Response, origin: str | None) -> Response:
    """For one origin, on refusals too: without these headers a browser hides even why it was refused."""
    if origin:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Methods"] = "POST, OPTIONS"
        response.headers["Access-Control-Allow-Headers"] = _ALLOWED_HEADERS
    response.headers["Vary"] = "Origin"
    response.headers["Cache-Control"] = "no-store"
    return response


def is_loopback(host: str) -> bool:
    """Whether an address belongs to this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
