"""What a FHIR server refuses, told by the elements that it names: its text may quote the patient and is evidence alone."""

import re
from typing import Any

from canonical.errors import Audience, Failure
from connectors.protocols.answer import Answer

REFUSED = (400, 404, 409, 410, 412, 422)
"""Statuses that are answered by an OperationOutcome."""

_PATH = re.compile(r"[A-Z][A-Za-z]{1,40}(\.[A-Za-z]{1,40}(\[[0-9]{1,4}\])?){0,12}")


def refusal(answer: Answer) -> Failure:
    """The leaf for a refusal.

    409 says that the server lost against another writer, and that nothing of this call was applied: `Transient`.
    412 (the condition matches several), 400 and 422 are refused for good; the summary names elements, never values.
    """
    if answer.status == 409:
        return answer.not_yet("another writer was faster")
    if answer.status in (404, 410):
        return answer.refused("what the call is about is not on file", audience=Audience.integration)
    if answer.status == 412:
        return answer.refused("the key is carried by several resources", audience=Audience.integration)
    named = ", ".join(paths(answer.body))
    summary = f"the server refuses the resource at {named}" if named else "the server refuses the resource"
    return answer.refused(summary, audience=Audience.integration)


def paths(outcome: Any) -> tuple[str, ...]:
    """The elements that an OperationOutcome names by FHIRPath; a path that is more than names and places is left out."""
    issues = outcome.get("issue") if isinstance(outcome, dict) else None
    said: list[str] = []
    for issue in issues if isinstance(issues, list) else []:
        for name in ("expression", "location"):
            given = issue.get(name) if isinstance(issue, dict) else None
            said += [each for each in given if isinstance(each, str)] if isinstance(given, list) else []
    return tuple(dict.fromkeys(each for each in said if _PATH.fullmatch(each)))
