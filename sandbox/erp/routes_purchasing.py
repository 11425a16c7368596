"""Purchasing and payables: the documents of every book, and what is read of orders, contracts and budgets."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from sandbox.erp import budgets, commitments, contracts, purchase_orders, purchasing_documents, received_not_invoiced
from sandbox.erp.answers import Refusal
from sandbox.erp.books import BOOKS, Book
from sandbox.erp.forms import Form
from sandbox.erp.kept_orders import named
from sandbox.erp.purchasing_forms import TakingBack
from sandbox.erp.routes_fi import cause_of, system_of, written
from sandbox.erp.writing import Writing

router = APIRouter(tags=["MM", "FI"])
Document = Annotated[str, Path(alias="DOC_NO", pattern=r"^[0-9]{10}$")]
References = Annotated[list[str], Query(alias="REF_DOC_NO", min_length=1)]


def _once(
    request: Request, operation: str, body: Form, do: Callable[[Writing], dict[str, Any]], *, document: str = ""
) -> Response:
    system, key, cause = system_of(request), request.headers.get("x-request-key", ""), cause_of(request)
    stamp = system.clock.stamp()
    outcome = system.keys.once(
        key,
        {"OPERATION": operation, "DOC_NO": document, "BODY": body.model_dump()},
        status=201,
        do=lambda change: do(Writing(change=change, key=key, stamp=stamp, cause=cause)),
    )
    return written(system, outcome)


def _posting(book: Book) -> Callable[[Request, Form], Awaitable[Response]]:
    async def post(request: Request, body: Form) -> Response:
        return _once(request, f"post_{book.noun}", body, lambda writing: book.write(writing, body))

    # The form differs from book to book, which no annotation in the source can say.
    post.__annotations__["body"] = book.form
    return post


def _taking_back(book: Book) -> Callable[[Request, Document, TakingBack], Awaitable[Response]]:
    async def reverse(request: Request, document: Document, body: TakingBack) -> Response:
        operation = f"reverse_{book.noun}"
        return _once(
            request, operation, body, lambda writing: book.take_back(writing, document, body), document=document
        )

    return reverse


def _finding(book: Book) -> Callable[[Request, References], Awaitable[dict[str, Any]]]:
    async def find(request: Request, references: References) -> dict[str, Any]:
        return {"DOCUMENTS": purchasing_documents.by_reference(system_of(request).database, book.kind, references)}

    return find


def _reading(book: Book) -> Callable[[Request, Document], Awaitable[dict[str, Any]]]:
    async def read(request: Request, document: Document) -> dict[str, Any]:
        connection = system_of(request).database.connection
        return purchasing_documents.shown(purchasing_documents.row_of(connection, book.kind, document))

    return read


def _serve(book: Book) -> None:
    one, noun = f"{book.path}/{{DOC_NO}}", book.noun
    router.add_api_route(book.path, _posting(book), methods=["POST"], operation_id=f"post_{noun}", status_code=201)
    router.add_api_route(
        f"{one}/reversal", _taking_back(book), methods=["POST"], operation_id=f"reverse_{noun}", status_code=201
    )
    router.add_api_route(book.path, _finding(book), methods=["GET"], operation_id=f"find_{noun}s")
    router.add_api_route(one, _reading(book), methods=["GET"], operation_id=f"read_{noun}")


for _book in BOOKS:
    _serve(_book)


@router.get("/mm/order_status", operation_id="read_order_status")
async def read_order_status(
    request: Request, order: Annotated[str, Query(alias="PO_REF", max_length=64)]
) -> dict[str, Any]:
    """A purchase order as it now counts, by its own or external number."""
    connection = system_of(request).database.connection
    found = named(connection, order)
    if found is None:
        raise Refusal(404, "06", "025", f"Purchase order {order} does not exist", v1=order)
    return purchase_orders.status(connection, found)


@router.get("/mm/commitments", operation_id="list_commitments")
async def list_commitments(
    request: Request,
    company: Annotated[str | None, Query(alias="COMP_CODE", max_length=4)] = None,
    order: Annotated[str | None, Query(alias="PO_REF", max_length=64)] = None,
) -> dict[str, Any]:
    """Commitments with their history, of a company code or an order."""
    database = system_of(request).database
    found = named(database.connection, order) if order else None
    number = found.number if found else order
    return {"COMMITMENTS": commitments.listed(database, company=company, order=number)}


@router.get("/mm/received_not_invoiced", operation_id="list_received_not_invoiced")
async def list_received_not_invoiced(
    request: Request, company: Annotated[str, Query(alias="COMP_CODE", max_length=4)]
) -> dict[str, Any]:
    """What was received and not invoiced, by order line."""
    return received_not_invoiced.listed(system_of(request).database, company=company)


@router.get("/mm/contracts", operation_id="list_contracts")
async def list_contracts(
    request: Request, material: Annotated[str, Query(alias="MATERIAL", max_length=18)]
) -> dict[str, Any]:
    """Every contract for a material."""
    return {"CONTRACTS": contracts.listed(system_of(request).database, material)}


@router.get("/fi/budgets", operation_id="read_budget")
async def read_budget(
    request: Request,
    centre: Annotated[str, Query(alias="COST_CTR", max_length=10)],
    date: Annotated[str, Query(alias="DATE", pattern=r"^[0-9]{8}$")],
) -> dict[str, Any]:
    """What is left of a cost centre's budget in the year of a date."""
    return budgets.shown(system_of(request).database.connection, centre=centre, date=date)
