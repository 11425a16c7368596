"""Around every request: its trace, its line in the access log, and the last resort against a defect of ours."""

import logging
import traceback
from secrets import token_hex
from time import perf_counter
from typing import Any

from opentelemetry import trace
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from suture.gateway.problem import failed
from suture.telemetry.context import continued, correlation_id

ACCESS = logging.getLogger("suture.gateway.access")
_LOG = logging.getLogger(__name__)
_TRACER = trace.get_tracer("suture.gateway")
_UNKNOWN = "(no such path)"


class Doorway:
    """Middleware. A path is logged and traced as its template, for an unknown path may hold anything."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = perf_counter()
        status = 0

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with (
            continued(Headers(scope=scope).get("traceparent", "")),
            _TRACER.start_as_current_span(
                scope["method"], kind=trace.SpanKind.SERVER, record_exception=False, set_status_on_exception=False
            ) as span,
        ):
            correlation_id.set("")
            try:
                await self._app(scope, receive, watched)
            except Exception as defect:
                request_id = token_hex(8)
                _report(defect, request_id)
                if status == 0:
                    answer = failed(request_id).response(500, {"X-Request-Id": request_id})
                    await answer(scope, receive, watched)
            finally:
                seconds = perf_counter() - began
                about = _about(scope, status)
                span.update_name(f"{about['http.request.method']} {about['http.route']}")
                span.set_attributes(about)
                if status >= 500:
                    span.set_status(trace.StatusCode.ERROR)
                ACCESS.info(
                    "%s %s %d",
                    about["http.request.method"],
                    about["http.route"],
                    status,
                    extra={"milliseconds": round(seconds * 1000, 1), "source": about["suture.source"]},
                )


def _about(scope: Scope, status: int) -> dict[str, Any]:
    return {
        "http.request.method": scope["method"],
        "http.route": getattr(scope.get("route"), "path", _UNKNOWN),
        "http.response.status_code": status,
        "suture.source": scope.get("suture.source", ""),
        "suture.correlation_id": correlation_id.get(),
    }


def _report(defect: Exception, request_id: str) -> None:
    """The places of a defect, without its message: that may quote a document."""
    where = " < ".join(
        f"{frame.filename}:{frame.lineno}" for frame in reversed(traceback.extract_tb(defect.__traceback__))
    )
    _LOG.error("a request failed: %s at %s", type(defect).__name__, where, extra={"request_id": request_id})
