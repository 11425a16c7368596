"""What Tryton refuses: its errors come as answers that say 200, with the kind of error and its message."""

from typing import Any

from canonical.errors import Audience, BusinessRefusal, Failure, NotPermitted, PeriodClosed, Rejected, Transient
from connectors.protocols.answer import Answer

# The messages are those of the login's language, which is asked for as English.
_NO_RIGHT = ("You are not allowed to", "You don't have access")
# Said in the same words of what nobody may change in the state that a record is in.
_BY_STATE = ("You are not allowed to modify the field", "You are not allowed to delete the record")
_OUT_OF_TURN = 'You can not call "'
_CLOSED = (
    "closed period",
    "closed journal-period",
    "must reopen the period",
    "period is closed",
    "because the period",
    "is closed",
)


class OutOfTurn(BusinessRefusal):
    """A button was pressed that leads nowhere from the state in which the record is."""


class Warned(BusinessRefusal):
    """Tryton asks a person whether to go on; `name` is how the question is answered."""

    name = ""


class Overtaken(Transient):
    """Somebody else has changed a record since it was read; nothing was applied."""


def refusal(answer: Answer, error: Any, *, audience: Audience) -> Failure:
    """The leaf for an error; nothing was applied, for Tryton takes everything back that a failed call did."""
    kind, message = _read(error)
    if kind == "UserError" and message.startswith(_NO_RIGHT) and not message.startswith(_BY_STATE):
        return answer.refused(
            f"the login lacks the right for {answer.operation}", kind=NotPermitted, audience=Audience.integration
        )
    if kind == "UserError" and message.startswith(_OUT_OF_TURN):
        return answer.refused(
            "the document is not in a state from which this leads on", kind=OutOfTurn, audience=audience
        )
    if kind == "UserError":
        closed = "period" in message and any(words in message for words in _CLOSED)
        if closed:
            return answer.refused("the period is closed", kind=PeriodClosed, audience=Audience.finance)
        return answer.refused("Tryton refuses by a rule of its own", audience=audience)
    if kind == "UserWarning":
        warned = answer.refused("Tryton asks a person to confirm", kind=Warned, audience=audience)
        if isinstance(warned, Warned):
            warned.name = message
        return warned
    if kind == "ConcurrencyException":
        return answer.failure(Overtaken, "somebody else has changed the record meanwhile")
    if kind == "LoginException":
        return answer.refused("the login is asked for more than a password", kind=NotPermitted, audience=audience)
    return answer.refused("Tryton failed while it worked on the call", kind=Rejected, audience=Audience.integration)


def not_known(system: str, operation: str, what: str, audience: Audience) -> BusinessRefusal:
    """What a document names and Tryton does not have."""
    return BusinessRefusal(f"Tryton does not know {what}", system=system, operation=operation, audience=audience)


def refused(system: str, operation: str, why: str, audience: Audience) -> BusinessRefusal:
    """Refused by us before it is sent, or by the state that Tryton left a document in."""
    return BusinessRefusal(why, system=system, operation=operation, audience=audience)


def _read(error: Any) -> tuple[str, str]:
    """The kind of error, and its first words."""
    if not isinstance(error, list) or not error:
        return "", ""
    told = error[1] if len(error) > 1 else ""
    if isinstance(told, list):
        told = told[0] if told else ""
    return str(error[0]), str(told)
