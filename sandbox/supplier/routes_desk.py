"""The desk's routes: the same four for each kind of message, and what is read beside them."""

from enum import Enum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Response

from sandbox.supplier.errors import VendorError
from sandbox.supplier.operations import NOUNS, VERBS
from sandbox.supplier.origin import origin_of
from sandbox.supplier.outbox import Origin
from sandbox.supplier.shapes import SHAPES, Message
from sandbox.supplier.system import System
from sandbox.supplier.visit import KEY_HEADER

Several = Annotated[tuple[str, ...], Query(max_length=200)]
FromRequest = Annotated[Origin, Depends(origin_of)]
Key = Annotated[str | None, Header(alias=KEY_HEADER)]


def desk_routes(system: System) -> APIRouter:
    router = APIRouter(prefix="/x1")
    for kind, shape in SHAPES.items():
        _message_routes(router, system, kind, shape)

    @router.get("/acknowledgements", operation_id="list_acknowledgements", tags=["papers"])
    async def list_acknowledgements(
        number: str,
        after: Annotated[int, Query(ge=0, le=2**62)] = 0,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> dict[str, Any]:
        """What was said of the orders under the buyer's number, oldest first."""
        return system.papers.acknowledgements(number=number, after=after, limit=limit)

    @router.get("/partners", operation_id="list_partners", tags=["partners"])
    async def list_partners() -> dict[str, Any]:
        rows = system.database.all("SELECT * FROM partners ORDER BY vendor_number")
        return {"partners": [{name.replace("_", "-"): value for name, value in row.items()} for row in rows]}

    return router


def _message_routes(router: APIRouter, system: System, kind: str, shape: type[Message]) -> None:
    noun = NOUNS[kind]
    tags: list[str | Enum] = [kind]

    async def receive(body: Message, response: Response, origin: FromRequest, key: Key = None) -> dict[str, Any]:
        with system.database.transaction():
            message, replayed = system.desk.receive(kind, body, key=key, origin=origin)
        if replayed:
            response.status_code = 200
            response.headers["Idempotent-Replay"] = "true"
        return message

    # FastAPI reads the body's model from the annotation: each kind has its own.
    receive.__annotations__["body"] = shape

    async def find(key: Several = (), number: Several = ()) -> dict[str, Any]:
        if bool(key) == bool(number):
            raise VendorError(422, "not-valid", "either key or number is needed", "key")
        return {"messages": system.desk.find(kind, keys=key, numbers=number)}

    async def read(ref: str) -> dict[str, Any]:
        return system.desk.read(kind, ref)

    async def withdraw(ref: str) -> dict[str, Any]:
        with system.database.transaction():
            return system.desk.withdraw(kind, ref)

    router.add_api_route(f"/{kind}", receive, methods=["POST"], status_code=201, operation_id=VERBS[kind], tags=tags)
    router.add_api_route(f"/{kind}", find, methods=["GET"], operation_id=f"find_{noun}", tags=tags)
    router.add_api_route(f"/{kind}/{{ref}}", read, methods=["GET"], operation_id=f"read_{noun}", tags=tags)
    router.add_api_route(
        f"/{kind}/{{ref}}/withdrawal", withdraw, methods=["POST"], operation_id=f"withdraw_{noun}", tags=tags
    )
