"""The vendor's one error shape, and the handlers that keep every answer in it."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException


class VendorError(Exception):
    """A refusal as the vendor words it."""

    def __init__(self, status: int, code: str, detail: str, field: str | None = None) -> None:
        super().__init__(code)
        self.status = status
        self.body = error_body(code, detail, field)


def error_body(code: str, detail: str, field: str | None = None) -> dict[str, dict[str, str | None]]:
    return {"error": {"code": code, "detail": _printable(detail), "field": _printable(field) if field else None}}


def _printable(text: str) -> str:
    # A lone surrogate is valid in JSON text but has no UTF-8 form: left as it is, the answer could not be written.
    return text.encode("utf-8", "replace").decode()


def install(app: FastAPI) -> None:
    @app.exception_handler(VendorError)
    async def refused(_: Request, error: VendorError) -> JSONResponse:
        return JSONResponse(error.body, error.status)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
        return JSONResponse(error_body("validationFailed", str(first["msg"]), field), 400)

    @app.exception_handler(HTTPException)
    async def not_served(_: Request, error: HTTPException) -> JSONResponse:
        code = {404: "notFound", 405: "methodNotAllowed"}.get(error.status_code, "badRequest")
        return JSONResponse(error_body(code, str(error.detail)), error.status_code, headers=error.headers)
