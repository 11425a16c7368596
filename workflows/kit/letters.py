"""Letters: how one run tells another something, through the inbox like every event."""

from typing import Any

from temporalio import workflow

from activities.mailing import Mailing
from canonical.asking.mail import Letter
from canonical.documents.document import Document
from canonical.inbound import EventType
from canonical.run import RunContext
from workflows.kit.calls import ask_store


async def write_letter(
    context: RunContext, letter: str, kind: EventType, number: str, data: dict[str, Any], *, facility: str = ""
) -> str:
    """Send the letter of this name, once in the life of the run; answers the business key that it went to.

    To the run's own facility, unless another is named.
    """
    event = Letter(
        id=f"{context.workflow_id}:{letter}",
        type=kind,
        facility=facility or context.name.facility,
        number=number,
        time=workflow.now(),
        data=data,
    )
    return (await ask_store(Mailing.send, event, summary=f"tells {kind} {number}")).business_key


UNTOLD = {"facility", "source", "number", "legal_entity", "received"}
"""What the door knows better than any letter."""


def as_data(document: Document, **changes: object) -> dict[str, Any]:
    """A document as a letter carries it, with what it says otherwise there."""
    return document.model_copy(update=changes).model_dump(mode="json", exclude=UNTOLD)
