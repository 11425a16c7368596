"""What the bodies of this vendor's webhooks name: campuses and numbers; a bad one is told by its field, never its value."""

from canonical.inbound import InvalidEvent
from connectors.protocols import webhook
from connectors.systems.sandbox_inventory.names import Names
from connectors.systems.sandbox_inventory.shapes import NUMBER


def facility_in(campus: str, field: str, names: Names) -> str:
    """The facility that a campus is."""
    facility = names.facility_of(campus)
    if facility is None:
        raise InvalidEvent(field, "expected the name of a campus, for example northCampus")
    return facility


def number_in(text: str, field: str) -> str:
    """A number that an id can be made of."""
    return webhook.number_in(
        text, field, pattern=NUMBER, expected="expected 1 to 64 printable characters without blanks"
    )
