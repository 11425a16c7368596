"""The dock terminal: receipts and returns as they are captured."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from sandbox.inventory.document_shapes import DockReceiptRequest, DockReversalRequest, SupplierReturnRequest
from sandbox.inventory.origin import origin_of
from sandbox.inventory.outbox import Origin
from sandbox.inventory.system import System

FromRequest = Annotated[Origin, Depends(origin_of)]


def dock_routes(system: System) -> APIRouter:
    router = APIRouter(prefix="/v2", tags=["dock"])

    @router.post("/dockReceipts", operation_id="capture_dock_receipt", status_code=201)
    async def capture_dock_receipt(body: DockReceiptRequest, origin: FromRequest) -> dict[str, Any]:
        with system.database.transaction():
            return system.dock.receive(body, origin)

    @router.get("/dockReceipts/{receiptNumber}", operation_id="read_dock_receipt")
    async def read_dock_receipt(receiptNumber: str) -> dict[str, Any]:
        return system.dock.read("dockReceipt", receiptNumber)

    @router.post("/dockReceipts/{receiptNumber}/reversal", operation_id="reverse_dock_receipt", status_code=201)
    async def reverse_dock_receipt(
        receiptNumber: str, body: DockReversalRequest, origin: FromRequest
    ) -> dict[str, Any]:
        with system.database.transaction():
            return system.dock.reverse(receiptNumber, body, origin)

    @router.post("/supplierReturns", operation_id="capture_supplier_return", status_code=201)
    async def capture_supplier_return(body: SupplierReturnRequest, origin: FromRequest) -> dict[str, Any]:
        with system.database.transaction():
            return system.dock.send_back(body, origin)

    @router.get("/supplierReturns/{returnNumber}", operation_id="read_supplier_return")
    async def read_supplier_return(returnNumber: str) -> dict[str, Any]:
        return system.dock.read("supplierReturn", returnNumber)

    return router
