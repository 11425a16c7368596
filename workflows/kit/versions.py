"""Versions: which ways a run goes where the story has changed since it began; a kept history replays by the ways it went."""

from temporalio import workflow

# A run that begins knows every way of this day. A way that comes later gets a new day here, and stands in `SINCE` of the day
# that was before.
BEGUN_WITH = "knows-the-ways-of-2026-11-29"
BEGUN_BEFORE = "knows-the-ways-of-2026-11"
SINCE = frozenset({"a-cost-booked-with-the-movement-is-looked-for"})
"""The ways that a run of the day before does not know."""


def begin() -> None:
    """Say at once, when a run begins, that it goes every way known then.

    A change that is first asked for after a local activity can be missed in a replay: where a query (the Web UI's, say)
    was answered while the activity was under way, its answer comes a task earlier than the marker (TMPRL1100).
    """
    if not workflow.patched(BEGUN_WITH):
        workflow.patched(BEGUN_BEFORE)


def goes(way: str) -> bool:
    """Whether this run goes the way that was named so when the story changed."""
    if workflow.patched(BEGUN_WITH):
        return True
    return (way not in SINCE and workflow.patched(BEGUN_BEFORE)) or workflow.patched(way)
