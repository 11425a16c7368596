"""Metrics: our own counters beside Temporal's, on the one Prometheus endpoint of the process; labels are never ids."""

from dataclasses import dataclass
from datetime import timedelta

from temporalio.common import MetricCounter, MetricHistogramFloat, MetricMeter

END_TO_END = "suture_end_to_end"
BUCKETS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600, 14400, 86400, 604800, 2592000)
"""From a straight run to one that waited a month for a person, in seconds."""


@dataclass(frozen=True)
class _Counters:
    accepted: MetricCounter
    duplicates: MetricCounter
    conflicts: MetricCounter
    attempts: MetricCounter
    effects: MetricCounter
    opened: MetricCounter
    closed: MetricCounter
    end_to_end: MetricHistogramFloat


def _counters(meter: MetricMeter) -> _Counters:
    return _Counters(
        accepted=meter.create_counter("suture_events_accepted", "events stored in the inbox"),
        duplicates=meter.create_counter("suture_duplicates_suppressed", "deliveries of an event stored before"),
        conflicts=meter.create_counter("suture_conflicts", "deliveries of an event id with other content"),
        attempts=meter.create_counter("suture_activity_attempts", "attempts of activities, by outcome"),
        effects=meter.create_counter("suture_effects", "outcomes of writes into systems, by state"),
        opened=meter.create_counter("suture_work_items_opened", "work items opened, by cause"),
        closed=meter.create_counter("suture_work_items_closed", "work items closed, by cause and decision"),
        end_to_end=meter.create_histogram_float(END_TO_END, "from the start of a run to its close", "seconds"),
    )


_of_this_process = _counters(MetricMeter.noop)


def use(meter: MetricMeter) -> None:
    """Count with this meter from now on; until then nothing is counted."""
    global _of_this_process
    _of_this_process = _counters(meter)


def events_accepted(*, source: str, facility: str, process: str = "") -> None:
    """An event was stored in the inbox."""
    _of_this_process.accepted.add(1, {"source": source, "facility": facility, "process": process})


def duplicates_suppressed(*, source: str, facility: str = "") -> None:
    """A delivery of an event that is in the inbox already."""
    _of_this_process.duplicates.add(1, {"source": source, "facility": facility})


def conflicts(*, source: str, facility: str = "") -> None:
    """A delivery of a known event id with other content."""
    _of_this_process.conflicts.add(1, {"source": source, "facility": facility})


def attempts(*, activity: str, facility: str, process: str, system: str, outcome: str) -> None:
    """An attempt of an activity ended: `done`, or the category of its failure."""
    labels = {"activity": activity, "facility": facility, "process": process, "system": system, "outcome": outcome}
    _of_this_process.attempts.add(1, labels)


def effects(*, domain: str, facility: str, process: str, system: str, state: str, count: int = 1) -> None:
    """What an attempt of a write came to."""
    labels = {"domain": domain, "facility": facility, "process": process, "system": system, "state": state}
    _of_this_process.effects.add(count, labels)


def work_item_opened(*, cause: str, facility: str, process: str) -> None:
    """A person is asked."""
    _of_this_process.opened.add(1, {"cause": cause, "facility": facility, "process": process})


def work_item_closed(*, cause: str, facility: str, process: str, decision: str) -> None:
    """A person has decided, or the run has answered its own question (`decision` is then `none`)."""
    labels = {"cause": cause, "facility": facility, "process": process, "decision": decision}
    _of_this_process.closed.add(1, labels)


def end_to_end(took: timedelta, *, facility: str, process: str, outcome: str) -> None:
    """A run is closed."""
    labels = {"facility": facility, "process": process, "outcome": outcome}
    _of_this_process.end_to_end.record(took.total_seconds(), labels)
