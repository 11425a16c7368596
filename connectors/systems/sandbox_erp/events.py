"""The vendor's webhooks as inbound events: an approved material, and nothing else that the ERP sends."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema

from canonical.inbound import EVERY_FACILITY, EventType, Inbound, InvalidEvent
from connectors.systems.sandbox_erp.mapping import MATERIAL_LENGTH, item_of

Model = TypeVar("Model", bound=BaseModel)


def _stamp(text: object) -> object:
    return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC) if isinstance(text, str) else text


Stamp = Annotated[
    datetime,
    BeforeValidator(_stamp),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]{14}$", "description": "YYYYMMDDHHMMSS in UTC."}),
]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Approved(_Part):
    MATERIAL: str = Field(pattern=rf"^[A-Za-z0-9][A-Za-z0-9._/-]{{0,{MATERIAL_LENGTH - 1}}}$")


class MaterialApproved(_Part):
    EVENT_ID: str = Field(pattern=r"^[\x21-\x7e]{1,200}$")
    EVENT_TYPE: Literal["material.approved"]
    EVENT_STAMP: Stamp
    CONTENT: Approved


BODIES = (MaterialApproved,)


def translate(body: Mapping[str, Any]) -> Inbound:
    """`material.approved`; `InvalidEvent` names the vendor's field, never its value."""
    event = _read(MaterialApproved, body)
    item = item_of(event.CONTENT.MATERIAL)
    return Inbound(
        id=event.EVENT_ID,
        type=EventType.item_approved,
        facility=EVERY_FACILITY,
        number=item,
        time=event.EVENT_STAMP,
        data={"item": item},
    )


def _read(model: type[Model], body: Mapping[str, Any]) -> Model:
    try:
        return model.model_validate(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    field = ".".join(map(str, first["loc"])) or "body"
    raise InvalidEvent(field, _expected(field))


def _expected(field: str) -> str:
    return {
        "EVENT_TYPE": "expected material.approved",
        "EVENT_STAMP": "expected YYYYMMDDHHMMSS",
        "EVENT_ID": "expected 1 to 200 printable characters without blanks",
        "CONTENT.MATERIAL": f"expected 1 to {MATERIAL_LENGTH} letters, digits, dots, dashes or slashes",
    }.get(field, "expected an object in the vendor's form")
