"""What a person chose on the command line about one work item: exactly one decision, with what belongs to it."""

from collections.abc import Sequence

from canonical.documents.work_item import Decision
from canonical.model import Frozen
from suture.cli.failures import Ending, Failed


class Choice(Frozen):
    """One decision; the corrected fields are still as typed, so numbers of patients may be among them."""

    decision: Decision
    correction: dict[str, str] = {}
    reference: str | None = None


def chosen(
    item_id: str,
    *,
    retry: bool,
    correct: Sequence[str] | None,
    accept: str | None,
    override: bool,
    abandon: bool,
    acknowledge: bool,
    approve: bool = False,
    reject: bool = False,
) -> Choice:
    """The one decision that was given about the item."""
    given = [
        decision
        for decision, there in (
            (Decision.retry, retry),
            (Decision.correct, bool(correct)),
            (Decision.accept, accept is not None),
            (Decision.override, override),
            (Decision.abandon, abandon),
            (Decision.acknowledge, acknowledge),
            (Decision.approve, approve),
            (Decision.reject, reject),
        )
        if there
    ]
    if len(given) != 1:
        raise Failed(
            f"expected one decision, got {len(given)}: --retry, --correct FIELD=VALUE, --accept REFERENCE, --override, "
            "--approve, --reject, --abandon or --acknowledge",
            do=f"what this item takes: suture work show {item_id}",
            ending=Ending.usage,
        )
    return Choice(decision=given[0], correction=_fields(correct or ()), reference=accept)


def _fields(words: Sequence[str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for word in words:
        field, equals, value = word.partition("=")
        if not (equals and field.isidentifier() and value.strip()):
            # The word itself is not repeated: it may hold a patient's number.
            raise Failed("--correct: expected FIELD=VALUE, with a value", ending=Ending.usage)
        if field in fields:
            raise Failed(f"--correct: {field} is given twice", ending=Ending.usage)
        fields[field] = value.strip()
    return fields
