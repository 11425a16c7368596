"""Stock documents: each kind is booked, searched by external reference, id or order, read, and taken back."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from sandbox.inventory.document_shapes import (
    ExpectedDeliveryRequest,
    PutawayRequest,
    RemovalRequest,
    ShipNoticeRequest,
    TakeBackRequest,
    TransferRequest,
)
from sandbox.inventory.documents import document_shape
from sandbox.inventory.origin import origin_of
from sandbox.inventory.outbox import Origin
from sandbox.inventory.system import System

FromRequest = Annotated[Origin, Depends(origin_of)]
Several = Annotated[tuple[str, ...], Query(max_length=200)]

COLLECTIONS = {
    "putaways": "putaway",
    "removals": "removal",
    "transfers": "transfer",
    "expectedDeliveries": "expectedDelivery",
    "shipNotices": "shipNotice",
}
"""Each path with the kind of document that is kept below it."""


def document_routes(system: System) -> APIRouter:
    router = APIRouter(prefix="/v2", tags=["documents"])
    documents, database = system.documents, system.database

    @router.post("/putaways", operation_id="book_putaway", status_code=201)
    async def book_putaway(body: PutawayRequest, origin: FromRequest) -> dict[str, Any]:
        with database.transaction():
            return documents.put_away(body, origin)

    @router.post("/removals", operation_id="book_removal", status_code=201)
    async def book_removal(body: RemovalRequest, origin: FromRequest) -> dict[str, Any]:
        with database.transaction():
            return documents.remove(body, origin)

    @router.post("/transfers", operation_id="book_transfer", status_code=201)
    async def book_transfer(body: TransferRequest, origin: FromRequest) -> dict[str, Any]:
        with database.transaction():
            return documents.transfer(body, origin)

    @router.post("/transfers/{documentId}/arrival", operation_id="arrive_transfer", status_code=201)
    async def arrive_transfer(documentId: str, origin: FromRequest) -> dict[str, Any]:
        with database.transaction():
            return documents.arrive(documentId, origin)

    @router.post("/expectedDeliveries", operation_id="book_expected_delivery", status_code=201)
    async def book_expected_delivery(body: ExpectedDeliveryRequest, origin: FromRequest) -> dict[str, Any]:
        with database.transaction():
            return documents.expect(body, origin)

    @router.post("/shipNotices", operation_id="book_ship_notice", status_code=201)
    async def book_ship_notice(body: ShipNoticeRequest, origin: FromRequest) -> dict[str, Any]:
        with database.transaction():
            return documents.notice(body, origin)

    for path, kind in COLLECTIONS.items():
        _add_reading(router, system, path, kind)
    return router


def _add_reading(router: APIRouter, system: System, path: str, kind: str) -> None:
    words = {"expectedDelivery": "expected_delivery", "shipNotice": "ship_notice"}.get(kind, kind)

    @router.get(f"/{path}", operation_id=f"search_{words}")
    async def search(
        external_ref: Annotated[Several, Query(alias="externalRef")] = (),
        document_id: Annotated[Several, Query(alias="documentId")] = (),
        order_number: Annotated[str | None, Query(alias="orderNumber")] = None,
        after: Annotated[int, Query(ge=0, le=2**62)] = 0,
        limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    ) -> dict[str, Any]:
        """All documents with any of the values given, in the order of booking; several filters narrow each other."""
        wheres, values = ["kind = ?", "n > ?"], [kind, str(after)]
        for column, wanted in (("external_ref", external_ref), ("document_id", document_id)):
            if wanted:
                wheres.append(f"{column} IN ({', '.join('?' * len(wanted))})")
                values += wanted
        if order_number is not None:
            wheres.append("order_number = ?")
            values.append(order_number)
        rows = system.database.all(
            f"SELECT * FROM documents WHERE {' AND '.join(wheres)} ORDER BY n LIMIT {limit + 1}", *values
        )
        page = rows[:limit]
        return {
            "data": [document_shape(row) for row in page],
            "next": page[-1]["n"] if len(rows) > limit else None,
        }

    @router.get(f"/{path}/{{documentId}}", operation_id=f"read_{words}")
    async def read(documentId: str) -> dict[str, Any]:
        return system.documents.read(kind, documentId)

    @router.post(f"/{path}/{{documentId}}/reversal", operation_id=f"reverse_{words}", status_code=201)
    async def reverse(documentId: str, body: TakeBackRequest, origin: FromRequest) -> dict[str, Any]:
        with system.database.transaction():
            return system.documents.take_back(kind, documentId, body, origin)
