"""What the vendor's codes mean in our own words; its text may name the patient and is evidence only."""

from pydantic import ValidationError

from canonical.errors import Audience, Failure
from connectors.protocols.answer import Answer
from connectors.systems.sandbox_billing.vendor import VendorErrors

REFUSED = (404, 409, 422)
"""Statuses with which this system answers by its rules of business."""

_BY_CODE = {
    "B102": "the account is not on file",
    "B103": "the charge code is not on the master",
    "B104": "the charge is not on file",
    "B105": "the surgical case is not on file",
    "B150": "the charge is on the final bill and needs a credit",
    "B151": "the charge was rejected, there is nothing to void",
    "B152": "the void's id was used on another charge",
    "B160": "the charge is not billed and needs a void",
    "B161": "the credit exceeds what was charged",
    "B162": "the credit's id was used on another charge",
    "B180": "the account is on hold",
}
_NOT_UNDERSTOOD = frozenset({"B001", "B002", "B003", "B004", "B005"})
_BY_REJECTION = {
    "R01": "the account is closed",
    "R02": "the account is final billed",
    "R03": "the code is not in force on the service date",
    "R04": "more units than allowed",
    "R05": "the amount disagrees with the master",
    "R06": "the surgical case belongs to another account",
    "R99": "rejected by hand",
}


def code_of(answer: Answer) -> str:
    """The vendor's code in a refusal; empty where it named none."""
    try:
        errors = VendorErrors.model_validate(answer.body).errors
    except ValidationError:
        return ""
    return errors[0].code if errors else ""


def refusal(answer: Answer) -> Failure:
    """The leaf for a refusal by the vendor's rules."""
    code = code_of(answer)
    if code in _NOT_UNDERSTOOD:
        return answer.refused("billing does not understand the call", audience=Audience.integration)
    summary = _BY_CODE.get(code, "billing refuses the call")
    return answer.refused(summary, audience=Audience.revenue_integrity)


def rejection(rej_cd: str | None) -> str:
    """Why the batch rejected a charge, in our own words."""
    if rej_cd is None:
        return ""
    return f"{rej_cd}: {_BY_REJECTION[rej_cd]}" if rej_cd in _BY_REJECTION else "rejected for a reason not known here"
