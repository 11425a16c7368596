"""Who serves a queue: not everybody whom the server still names."""

from datetime import UTC, datetime, timedelta

import pytest
from temporalio.api.workflowservice.v1 import DescribeTaskQueueResponse

from suture.cli.pollers import ACTIVITIES, WORKFLOWS, serving

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def told(*, polled: timedelta, waits: timedelta = timedelta(0)) -> DescribeTaskQueueResponse:
    """What the server says of a queue with one worker: how long ago it polled, and how long the oldest task waits."""
    answer = DescribeTaskQueueResponse()
    worker = answer.pollers.add(identity="7@ward")
    worker.last_access_time.FromDatetime(NOW - polled)
    answer.stats.approximate_backlog_age.FromTimedelta(waits)
    return answer


@pytest.mark.parametrize("kind", [WORKFLOWS, ACTIVITIES])
def test_a_worker_that_polled_within_the_last_minute_serves(kind: int) -> None:
    (worker,) = serving(told(polled=timedelta(seconds=61)), kind, now=NOW)
    assert worker.identity == "7@ward"


@pytest.mark.parametrize("kind", [WORKFLOWS, ACTIVITIES])
def test_a_worker_that_has_not_polled_for_long_serves_nothing(kind: int) -> None:
    assert serving(told(polled=timedelta(minutes=2)), kind, now=NOW) == ()


def test_tasks_of_runs_that_nobody_takes_tell_of_a_dead_worker_before_it_is_forgotten() -> None:
    waiting = told(polled=timedelta(seconds=30), waits=timedelta(seconds=25))
    assert serving(waiting, WORKFLOWS, now=NOW) == ()
    assert len(serving(waiting, ACTIVITIES, now=NOW)) == 1
