"""An OpenAPI document becomes a flat list of fields, each with its place and its type."""

from typing import Any

import httpx
import pytest

from canonical.errors import Misread
from connectors.protocols.openapi import schema_of
from connectors.protocols.openapi_fields import fields_of
from connectors.protocols.rest import RestClient

LINE = {
    "type": "object",
    "properties": {
        "quantity": {"type": "number", "minimum": 0},
        "kits": {"type": "array", "items": {"$ref": "#/s/Line"}},
    },
    "required": ["quantity"],
}
ORDER = {
    "type": "object",
    "properties": {
        "number": {"type": "string", "maxLength": 10},
        "lines": {"type": "array", "items": {"$ref": "#/s/Line"}},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "state": {"enum": ["open", "closed"]},
        "names": {"additionalProperties": {"properties": {"given": {"type": "string"}}}},
    },
    "required": ["number"],
}


def operation(**more: Any) -> dict[str, Any]:
    return {"responses": {"422": {"content": {"application/json": {"schema": ORDER}}}}} | more


def fields(operations: dict[str, Any], **more: Any) -> dict[str, str]:
    return fields_of({"paths": {"/orders": operations, "/_own/x": {"get": operation()}}, "s": {"Line": LINE}}, **more)


def test_what_is_taken_is_told_by_place_with_its_type_and_whether_it_must_be_given() -> None:
    content = {"content": {"application/json": {"schema": ORDER}}}
    assert fields({"post": operation(requestBody=content)}, without=("/_own",)) == {
        "POST /orders": "operation",
        "POST /orders takes lines": "list of object",
        "POST /orders takes lines[].kits": "list of object",
        "POST /orders takes lines[].quantity": "number minimum 0, required",
        "POST /orders takes names": "anything",
        "POST /orders takes names{}.given": "string",
        "POST /orders takes note": "string or null",
        "POST /orders takes number": "string maxLength 10, required",
        "POST /orders takes state": "one of closed, open",
    }


def test_what_is_answered_is_told_for_success_alone_and_what_holds_itself_is_named_once() -> None:
    answered = {"200": {"content": {"application/json": {"schema": {"type": "array", "items": {"$ref": "#/s/Line"}}}}}}
    asked = {"name": "number", "in": "query", "required": True, "schema": {"type": "string", "format": "uuid"}}
    assert fields({"get": {"responses": answered, "parameters": [asked]}}) == {
        "GET /_own/x": "operation",
        "GET /orders": "operation",
        "GET /orders answers 200[].kits": "list of object",
        "GET /orders answers 200[].quantity": "number minimum 0",
        "GET /orders takes query number": "string format uuid, required",
    }


@pytest.mark.parametrize(
    "document",
    [
        [],
        {"info": {}},
        {"paths": {"/a": {"get": {"parameters": [{"in": "query"}]}}}},
        {"paths": {"/a": {"get": {"requestBody": {"$ref": "#/nowhere"}}}}},
        {"paths": {"/a": {"get": {"responses": {"200": {"content": []}}}}}},
        {"paths": {"/a": {"get": {"requestBody": {"$ref": "#/b"}}}}, "b": {"$ref": "#/b"}},
    ],
)
async def test_what_is_no_openapi_document_is_misread(document: Any) -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json=document))
    rest = RestClient(system="vendor", base_url="http://vendor", token="t", transport=transport)
    with pytest.raises(Misread):
        await schema_of(rest)
    await rest.close()
