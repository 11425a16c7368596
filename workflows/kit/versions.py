"""Versions: which ways a run goes where the story has changed since it began; a kept history replays by the ways it went."""

from temporalio import workflow

# A run that begins knows every way below. A way that comes later stands here under a name of its own, and the next one too.
BEGUN_WITH = "knows-the-ways-of-2026-11"


def begin() -> None:
    """Say at once, when a run begins, that it goes every way known then.

    A change that is first asked for after a local activity can be missed in a replay: where a query (the Web UI's, say)
    was answered while the activity was under way, its answer comes a task earlier than the marker (TMPRL1100).
    """
    workflow.patched(BEGUN_WITH)


def goes(way: str) -> bool:
    """Whether this run goes the way that was named so when the story changed."""
    return workflow.patched(BEGUN_WITH) or workflow.patched(way)
