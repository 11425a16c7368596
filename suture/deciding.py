"""The commands that decide a work item, each as it can be typed; a word in capitals stands for what is to be told."""

from shlex import join

from canonical.documents.work_item import Decision, WorkItem


def commands(item: WorkItem) -> tuple[str, ...]:
    """One for each thing that may be decided, and for each field that may be corrected.

    What the question itself asks for (a field between backticks) comes first, then the mildest.
    """
    ways: dict[Decision, list[tuple[str, ...]]] = {
        Decision.retry: [("--retry",)],
        Decision.acknowledge: [("--acknowledge",)],
        Decision.correct: [("--correct", f"{field}=VALUE") for field in item.correctable],
        Decision.accept: [("--accept", "REFERENCE")],
        Decision.override: [("--override", "--reason", "TEXT")],
        Decision.approve: [("--approve",)],
        Decision.reject: [("--reject", "--reason", "TEXT")],
        Decision.abandon: [("--abandon", "--reason", "TEXT")],
    }
    if item.to_approve is not None:
        reject = join(("suture", "approvals", "reject", item.item_id, "--reason", "TEXT"))
        return (join(("suture", "approvals", "approve", item.item_id)), reject)
    words = [words for decision, found in ways.items() if decision in item.decisions for words in found]
    asked = [("--correct", f"{field}=VALUE") for field in item.correctable if f"`{field}`" in item.question]
    first = [each for each in words if each in asked]
    rest = [each for each in words if each not in asked]
    return tuple(join(("suture", "work", "resolve", item.item_id, *each)) for each in (*first, *rest))


def mildest(item: WorkItem) -> str:
    """What the question asks for, else what changes least; to look at the item, where it takes no command."""
    return next(iter(commands(item)), join(("suture", "work", "show", item.item_id)))
