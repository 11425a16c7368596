"""The commands that decide a work item, each as it can be typed; a word in capitals stands for what is to be told."""

from shlex import join

from canonical.documents.work_item import Decision, WorkItem


def commands(item: WorkItem) -> tuple[str, ...]:
    """One for each thing that may be decided, the mildest first, and for each field that may be corrected."""
    ways: dict[Decision, list[tuple[str, ...]]] = {
        Decision.retry: [("--retry",)],
        Decision.acknowledge: [("--acknowledge",)],
        Decision.correct: [("--correct", f"{field}=VALUE") for field in item.correctable],
        Decision.accept: [("--accept", "REFERENCE")],
        Decision.abandon: [("--abandon", "--reason", "TEXT")],
    }
    words = [words for decision, found in ways.items() if decision in item.decisions for words in found]
    return tuple(join(("suture", "work", "resolve", item.item_id, *each)) for each in words)


def mildest(item: WorkItem) -> str:
    """The command that changes least; to look at the item, where it takes none."""
    return next(iter(commands(item)), join(("suture", "work", "show", item.item_id)))
