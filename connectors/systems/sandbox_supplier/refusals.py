"""The desk's refusals: what each problem means, and who must act on it."""

from canonical.errors import Audience, Failure, Uncertain
from connectors.protocols.answer import Answer

REFUSING = (400, 404, 409, 422)
NOT_THERE = "not-there"
KEY_REUSED = "key-reused"

_MEANINGS: dict[str, tuple[str, Audience]] = {
    NOT_THERE: ("the order desk has no such message", Audience.integration),
    "unknown-partner": ("the order desk does not know the supplier", Audience.integration),
    "unknown-account": ("the order desk does not know the facility's account", Audience.integration),
    "part-missing": ("a line of goods names no part that the supplier knows", Audience.item_master),
    "unknown-order": ("the supplier has no open order of this number", Audience.buyer),
    "revision-known": ("the supplier has this or a later revision of the order already", Audience.buyer),
    "already-shipped": ("the supplier has goods on their way for it", Audience.buyer),
    "already-invoiced": ("the supplier has issued an invoice or a credit for it", Audience.buyer),
    "superseded": ("a later change of the order stands on this one", Audience.buyer),
    "refused-by-rule": ("a rule of the supplier refuses it", Audience.buyer),
    "not-valid": ("the order desk finds the call malformed", Audience.integration),
}


def problem(answer: Answer) -> str:
    """The desk's word for what is wrong; empty where there is none."""
    match answer.body:
        case {"type": str(code), "title": str()}:
            return code
        case _:
            return ""


def refusal(answer: Answer) -> Failure:
    """The leaf for a refusal: by the desk's problem where it is one of its own, else by the status alone."""
    said = problem(answer)
    if said == KEY_REUSED:
        # Not a refusal of the message: one came under this key, in another form, and a look-up finds it.
        return answer.failure(Uncertain, "an earlier message with the same key had another content")
    if said in _MEANINGS:
        summary, audience = _MEANINGS[said]
        return answer.refused(summary, audience=audience)
    return answer.as_failure()
