"""The vendor's webhooks as inbound events: approved materials, and purchase orders however they were made."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, ValidationError

from canonical.inbound import EVERY_FACILITY, EventType, Inbound, InvalidEvent
from connectors.protocols.webhook import read_as
from connectors.systems.sandbox_erp.mapping import MATERIAL_LENGTH, item_of
from connectors.systems.sandbox_erp.names import Names
from connectors.systems.sandbox_erp.orders import from_order
from connectors.systems.sandbox_erp.purchasing_shapes import KeptOrder, Stamp
from connectors.systems.sandbox_erp.shapes import Shape

_ADDED_BY_THE_INTAKE = {"legal_entity", "facility", "source", "received"}


class Event(Shape):
    EVENT_ID: str = Field(pattern=r"^[\x21-\x7e]{1,200}$")
    EVENT_TYPE: Literal["material.approved", "purchase_order.created", "purchase_order.changed"]
    EVENT_STAMP: Stamp


class Approved(Shape):
    MATERIAL: str = Field(pattern=rf"^[A-Za-z0-9][A-Za-z0-9._/-]{{0,{MATERIAL_LENGTH - 1}}}$")


class MaterialApproved(Event):
    EVENT_TYPE: Literal["material.approved"]
    CONTENT: Approved


class PurchaseOrderCreated(Event):
    EVENT_TYPE: Literal["purchase_order.created"]
    CONTENT: KeptOrder


class PurchaseOrderChanged(Event):
    """A cancelled order comes as one whose lines are all cancelled."""

    EVENT_TYPE: Literal["purchase_order.changed"]
    CONTENT: KeptOrder


BODIES = (MaterialApproved, PurchaseOrderCreated, PurchaseOrderChanged)


def translate(body: Mapping[str, Any], names: Names) -> Inbound:
    """An event of `BODIES`; `InvalidEvent` names the vendor's field, never its value."""
    match read_as(Event, body).EVENT_TYPE:
        case "material.approved":
            return _approval(read_as(MaterialApproved, body))
        case "purchase_order.created":
            return _order(read_as(PurchaseOrderCreated, body), EventType.order_placed, names)
        case "purchase_order.changed":
            return _order(read_as(PurchaseOrderChanged, body), EventType.order_changed, names)


def _approval(event: MaterialApproved) -> Inbound:
    item = item_of(event.CONTENT.MATERIAL)
    return Inbound(
        id=event.EVENT_ID,
        type=EventType.item_approved,
        facility=EVERY_FACILITY,
        number=item,
        time=event.EVENT_STAMP,
        data={"item": item},
    )


def _order(event: PurchaseOrderCreated | PurchaseOrderChanged, kind: EventType, names: Names) -> Inbound:
    facility = names.facility_of(event.CONTENT.HEADER.PLANT)
    if facility is None:
        raise InvalidEvent("CONTENT.HEADER.PLANT", "expected a plant that the configuration names")
    try:
        order = from_order(event.CONTENT, names, facility=facility, source="erp")
    except ValidationError:
        order = None
    # Raised here and not above, where it would carry what it was about with it.
    if order is None:
        raise InvalidEvent("CONTENT.ITEMS", "expected lines with quantities, prices and names that can be held")
    return Inbound(
        id=event.EVENT_ID,
        type=kind,
        facility=facility,
        number=order.number,
        time=event.EVENT_STAMP,
        data=order.model_dump(mode="json", exclude=_ADDED_BY_THE_INTAKE),
    )
