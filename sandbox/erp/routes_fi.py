"""Finance: journals, reversals, trial balance, periods, accounts, cost centres."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from sandbox.erp import journals, periods
from sandbox.erp.answers import Refusal, encoded
from sandbox.erp.forms import Journal, Reversal
from sandbox.erp.hooks import Cause
from sandbox.erp.request_keys import Outcome
from sandbox.erp.system import System
from sandbox.erp.trial_balance import trial_balance

router = APIRouter(prefix="/fi", tags=["FI"])
Company = Annotated[str, Query(alias="COMP_CODE", max_length=4)]
Document = Annotated[str, Path(alias="DOC_NO", pattern=r"^[0-9]{10}$")]


def system_of(request: Request) -> System:
    """The ERP behind this application."""
    system: System = request.app.state.system
    return system


def cause_of(request: Request) -> Cause:
    """The headers that travel on with an event."""
    return Cause(
        correlation_id=request.headers.get("x-correlation-id", ""), traceparent=request.headers.get("traceparent", "")
    )


def written(system: System, outcome: Outcome) -> Response:
    """The answer to a write; what it announced is sent."""
    system.wake_sender()
    headers = {"X-Replayed": "true"} if outcome.replayed else {}
    return Response(encoded(outcome.body), outcome.status, headers, media_type="application/json")


@router.post("/journals", operation_id="post_journal", status_code=201)
async def post_journal(request: Request, body: Journal) -> Response:
    """Post a journal."""
    system, key, cause = system_of(request), request.headers.get("x-request-key", ""), cause_of(request)
    stamp = system.clock.stamp()
    outcome = system.keys.once(
        key,
        {"OPERATION": "post_journal", "BODY": body.model_dump()},
        status=201,
        do=lambda change: journals.post(change, body, key=key, stamp=stamp, cause=cause),
    )
    return written(system, outcome)


@router.post("/journals/{DOC_NO}/reversal", operation_id="reverse_journal", status_code=201)
async def reverse_journal(request: Request, document: Document, body: Reversal) -> Response:
    """Reverse a journal."""
    system, key, cause = system_of(request), request.headers.get("x-request-key", ""), cause_of(request)
    stamp = system.clock.stamp()
    outcome = system.keys.once(
        key,
        {"OPERATION": "reverse_journal", "DOC_NO": document, "BODY": body.model_dump()},
        status=201,
        do=lambda change: journals.reverse(change, document, body, key=key, stamp=stamp, cause=cause),
    )
    return written(system, outcome)


@router.get("/journals", operation_id="find_journals")
async def find_journals(
    request: Request,
    references: Annotated[list[str] | None, Query(alias="REF_DOC_NO")] = None,
    company: Annotated[str | None, Query(alias="COMP_CODE", max_length=4)] = None,
    first: Annotated[str, Query(alias="PSTNG_DATE_FROM", pattern=r"^[0-9]{8}$")] = "00000000",
    last: Annotated[str, Query(alias="PSTNG_DATE_TO", pattern=r"^[0-9]{8}$")] = "99991231",
    after: Annotated[str, Query(alias="AFTER_DOC_NO", max_length=10)] = "",
    limit: Annotated[int, Query(alias="MAX_ROWS", ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """Documents by external reference (several at once), or of a company code by posting date."""
    database = system_of(request).database
    if references:
        return {"JOURNALS": journals.by_reference(database, references)}
    if company is None:
        raise Refusal(400, "00", "055", "Fill in REF_DOC_NO or COMP_CODE")
    found = journals.by_date(database, company=company, first=first, last=last, after=after, limit=limit)
    return {"JOURNALS": found, "NEXT_DOC_NO": found[-1]["HEADER"]["DOC_NO"] if len(found) == limit else ""}


@router.get("/journals/{DOC_NO}", operation_id="read_journal")
async def read_journal(request: Request, document: Document) -> dict[str, Any]:
    """One document."""
    return journals.read(system_of(request).database, document)


@router.get("/trial_balance", operation_id="trial_balance")
async def read_trial_balance(
    request: Request,
    company: Company,
    up_to: Annotated[str, Query(alias="DATE_TO", pattern=r"^[0-9]{8}$")] = "99991231",
) -> dict[str, Any]:
    """The trial balance of a company code."""
    return trial_balance(system_of(request).database, company=company, up_to=up_to)


@router.get("/periods", operation_id="list_periods")
async def list_periods(request: Request, company: Company) -> dict[str, Any]:
    """The posting periods of a company code."""
    return {"PERIODS": periods.listed(system_of(request).database, company=company)}


@router.get("/gl_accounts", operation_id="list_accounts")
async def list_accounts(request: Request) -> dict[str, Any]:
    """The chart of accounts."""
    rows = system_of(request).database.rows("SELECT * FROM GL_ACCOUNT ORDER BY GL_ACCOUNT")
    return {"GL_ACCOUNTS": [dict(row) for row in rows]}


@router.get("/cost_centers", operation_id="list_cost_centers")
async def list_cost_centers(
    request: Request, plant: Annotated[str | None, Query(alias="PLANT", max_length=4)] = None
) -> dict[str, Any]:
    """The cost centres of a plant, or all."""
    rows = system_of(request).database.rows(
        "SELECT * FROM COST_CENTER WHERE ?1 IS NULL OR PLANT = ?1 ORDER BY COST_CTR", plant
    )
    return {"COST_CENTERS": [dict(row) for row in rows]}
