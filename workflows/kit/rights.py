"""Rights: who may decide a work item: by role and limit, by authority over money, and never twice by the same person."""

from temporalio.exceptions import ApplicationError

from canonical.documents.work_item import Decision, WorkItem
from canonical.memory import Person
from canonical.replenishing.approving import answers_for, authority

SUPERVISOR = "supervisor"
"""The role that may decide any work item."""


def known(person: Person | None) -> Person:
    """The person behind a token; refused in words where there is none."""
    if person is None:
        raise ApplicationError("no person has this token", type="NotEntitled")
    return person


def right(person: Person, item: WorkItem, decision: Decision) -> str:
    """In whose place the person decides, where it is not by their own right; refused in words where by none."""
    if item.to_approve is not None:
        found = authority(person, item.to_approve)
        if found.why_not:
            raise ApplicationError(found.why_not, type="NotEntitled")
        return found.in_place_of
    if item.owner not in person.roles and SUPERVISOR not in person.roles:
        raise ApplicationError(f"deciding this needs the role {item.owner}", type="NotEntitled")
    if decision is Decision.override and person.person == item.agreed_by:
        raise ApplicationError("you have agreed already; this needs a second person", type="NotEntitled")
    at_risk = max((risk.amount for risk in item.at_risk), default=None)
    if person.limit is not None and at_risk is not None and at_risk > person.limit:
        raise ApplicationError("the amount at risk is above your limit", type="NotEntitled")
    return _for_others(person, item) if decision is Decision.override and SUPERVISOR not in person.roles else ""


def _for_others(person: Person, item: WorkItem) -> str:
    """In whose place a person lets pass what cost centres of other facilities bear; refused in words where in none."""
    borne = [one.partition("/") for one in item.cost_centres]
    for holder in (person, *person.in_place_of):
        if all(answers_for(holder, facility, centre) for facility, _, centre in borne):
            return "" if holder is person else holder.person
    told = ", ".join(item.cost_centres)
    raise ApplicationError(f"your authority does not cover the cost centre {told}", type="NotEntitled")
