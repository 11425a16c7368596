"""The exchange's one error shape, a problem document, and the handlers that keep every answer in it."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

PROBLEM = "application/problem+json"


class VendorError(Exception):
    """A refusal as the exchange words it."""

    def __init__(self, status: int, code: str, detail: str, field: str | None = None) -> None:
        super().__init__(code)
        self.status = status
        self.body = error_body(code, detail, field, status=status)


def error_body(code: str, detail: str, field: str | None = None, *, status: int) -> dict[str, str | int | None]:
    pointer = _printable(field) if field else None
    return {"type": code, "title": _printable(detail), "status": status, "pointer": pointer}


def _printable(text: str) -> str:
    # A lone surrogate is valid in JSON text but has no UTF-8 form: left as it is, the answer could not be written.
    return text.encode("utf-8", "replace").decode()


def install(app: FastAPI) -> None:
    @app.exception_handler(VendorError)
    async def refused(_: Request, error: VendorError) -> JSONResponse:
        return JSONResponse(error.body, error.status, media_type=PROBLEM)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        field = "/".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
        return JSONResponse(error_body("not-valid", str(first["msg"]), field, status=422), 422, media_type=PROBLEM)

    @app.exception_handler(HTTPException)
    async def not_served(_: Request, error: HTTPException) -> JSONResponse:
        code = {404: "not-there", 405: "method-not-allowed"}.get(error.status_code, "bad-request")
        body = error_body(code, str(error.detail), status=error.status_code)
        return JSONResponse(body, error.status_code, headers=error.headers, media_type=PROBLEM)
