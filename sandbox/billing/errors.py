"""The vendor's error body and the codes it uses.

B001 request not readable      B102 account unknown            B150 charge already billed, credit it
B002 field not valid           B103 charge code unknown        B151 charge was rejected, nothing to void
B003 no such resource          B104 charge unknown             B160 charge not billed, void it
B004 method not allowed        B105 case unknown               B161 credit exceeds what was charged
B005 body too large            B180 refused by an account hold B152 B162 id used on another charge
B401 token unknown             B403 scope missing              B429 too many requests
B500 internal                  B503 interface down
"""

import json
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException


class VendorError(Exception):
    """A refusal that is answered in the vendor's own shape."""

    def __init__(self, *, status: int, code: str, text: str, loc: str | None = None) -> None:
        super().__init__(code)
        self.status = status
        self.body = error_body(code=code, text=text, loc=loc)


def error_body(*, code: str, text: str, loc: str | None = None) -> dict[str, Any]:
    """One error as the vendor writes it."""
    return {"errors": [{"code": code, "text": text, "loc": loc}]}


def error_bytes(*, code: str, text: str, loc: str | None = None) -> bytes:
    """One error as it goes over the wire."""
    return json.dumps(error_body(code=code, text=text, loc=loc)).encode()


_BY_STATUS = {400: "B001", 404: "B003", 405: "B004"}


def answer_errors(app: FastAPI) -> None:
    """Make every error of this application leave in the vendor's shape."""

    async def vendor_error(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, VendorError)
        return JSONResponse(error.body, status_code=error.status)

    async def invalid(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        found = error.errors()
        if any(each["type"] == "json_invalid" for each in found):
            return JSONResponse(error_body(code="B001", text="Body is not JSON"), status_code=400)
        errors = [
            {"code": "B002", "text": _plain(each["msg"]), "loc": _plain(".".join(str(at) for at in each["loc"][1:]))}
            for each in found
        ]
        return JSONResponse({"errors": errors}, status_code=422)

    async def http_error(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        code = _BY_STATUS.get(error.status_code, "B001")
        return JSONResponse(
            error_body(code=code, text=_plain(str(error.detail))),
            status_code=error.status_code,
            headers=error.headers,
        )

    app.add_exception_handler(VendorError, vendor_error)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http_error)


def _plain(text: str) -> str:
    # A lone surrogate from a caller's JSON cannot be written as UTF-8.
    return text.encode("utf-8", "replace").decode("utf-8")
