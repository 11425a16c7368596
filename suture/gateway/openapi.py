"""What the OpenAPI document says beyond what the signatures tell: refusals, and the signed body that is read raw."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from canonical.ports import SystemKind
from suture.gateway.problem import Problem

Responses = dict[int | str, dict[str, Any]]

_RETRY_AFTER = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer", "minimum": 1}}}
_CORRELATION = {"X-Correlation-Id": {"description": "As in the body.", "schema": {"type": "string"}}}
_SCHEMAS = "#/components/schemas/"
_WORDS = {
    401: "Not authenticated. For webhooks one body, whatever is wrong with source, signature, headers or clock.",
    403: "Known, but without one of the roles reader, operator and supervisor.",
    404: "No such transaction.",
    408: "The body did not arrive in time.",
    409: "The same webhook-id came before with another content: nothing was stored, and people are asked.",
    413: "The body has more than 256 KiB.",
    422: "No event: which field, and what was expected; never its value. Nothing was stored.",
    429: "The source sends more events than it may.",
    503: "The store cannot be reached, or the gateway is busy. Sending again never counts an event twice.",
}


def refusals(*statuses: int) -> Responses:
    """The documented refusals of an operation."""
    return {
        status: {"model": Problem, "description": _WORDS[status]}
        | ({"headers": _RETRY_AFTER} if status in (429, 503) else {})
        for status in statuses
    }


def taken(description: str, model: type) -> dict[str, Any]:
    """An answer that names the transaction."""
    return {"model": model, "description": description, "headers": _CORRELATION}


def complete(app: FastAPI, kinds: Mapping[str, SystemKind]) -> None:
    """Say in the document what FastAPI cannot know: what each kind of system sends, and that no look-up is misread."""
    document = app.openapi()
    schemas, paths = document["components"]["schemas"], document["paths"]
    bodies = [body for name in sorted(kinds) for body in _bodies(name, kinds[name], schemas)]
    content = paths["/v1/events/{source}"]["post"]["requestBody"]["content"]
    content["application/json"]["schema"] = {"type": "object", "anyOf": bodies} if bodies else {"type": "object"}
    # Any text is a correlation id that may not be known.
    del paths["/v1/transactions/{correlation_id}"]["get"]["responses"]["422"]
    for unused in ("HTTPValidationError", "ValidationError"):
        del schemas[unused]


def _bodies(name: str, kind: SystemKind, schemas: dict[str, Any]) -> list[dict[str, str]]:
    """References to what a kind sends, whose schemas are put among the others under the kind's name."""
    template = f"{_SCHEMAS}{name}.{{model}}"
    made, found = models_json_schema([(body, "validation") for body in kind.bodies], ref_template=template)
    schemas |= {f"{name}.{model}": schema for model, schema in found.get("$defs", {}).items()}
    return [{"$ref": made[body, "validation"]["$ref"]} for body in kind.bodies]


def _header(name: str, description: str, **schema: object) -> dict[str, Any]:
    about = {"type": "string"} | schema
    return {"name": name, "in": "header", "required": True, "description": description, "schema": about}


SIGNED_BODY: dict[str, Any] = {
    "parameters": [
        _header("webhook-id", "The event's id, the same for every repeat.", minLength=1, maxLength=200),
        _header("webhook-timestamp", "Seconds since 1970, at most five minutes off.", pattern=r"^[0-9]{1,12}$"),
        _header("webhook-signature", "`v1,` and the base64 of HMAC-SHA-256 over `<id>.<timestamp>.<body>`."),
    ],
    "requestBody": {
        "required": True,
        "description": "The event in its vendor's own form, at most 256 KiB of JSON; which form, the source's system "
        "says. More fields than these may be there: nobody reads them.",
        "content": {"application/json": {"schema": {"type": "object"}}},
    },
}

PRESENTED_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The resource in its vendor's own form, at most 256 KiB of JSON. The secret is in the header that "
        "the configuration names for the source.",
        "content": {"application/fhir+json": {"schema": {"type": "object"}}},
    },
}
