"""What gateway and worker expose to Prometheus after one transaction: what happened, counted once, and no id."""

import re
from collections.abc import Iterator

import pytest
import yaml

from tests.architecture.repository import ROOT
from tests.chaos.conftest import FIRST, Watched

SAMPLE = re.compile(r"^(?P<name>\w+)(?:\{(?P<labels>[^}]*)\})? (?P<value>\S+)$")
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
LOOKS_LIKE_AN_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}|[0-9a-f]{16}|\bc-[a-z2-7]{20}|_[A-Z2-7]{26}|[A-Z2-7]{26}")
OURS = "usage-to-charge"


def samples(text: str) -> Iterator[tuple[str, dict[str, str], float]]:
    """Each sample of an exposition: its name, labels and value."""
    for line in text.splitlines():
        if line and not line.startswith("#"):
            found = SAMPLE.match(line)
            assert found is not None, line
            yield found["name"], dict(LABEL.findall(found["labels"] or "")), float(found["value"])


def total(text: str, name: str, **labels: str) -> float:
    """The sum of a metric over the samples that carry these labels."""
    return sum(value for each, told, value in samples(text) if each == name and labels.items() <= told.items())


async def test_the_gateway_counts_the_events_that_it_accepted(watched: Watched) -> None:
    exposed = watched.first.metrics["gateway"]
    assert total(exposed, "suture_events_accepted_total", source="inventory", facility="NORTH", process=OURS) == 1
    # What billing told later of the charge is an event too; there is nothing else.
    assert total(exposed, "suture_events_accepted_total", source="billing") == 1
    assert total(exposed, "suture_events_accepted_total") == 2
    assert total(exposed, "suture_duplicates_suppressed_total") == total(exposed, "suture_conflicts_total") == 0


async def test_the_worker_counts_three_effects_and_one_run_with_its_time(watched: Watched) -> None:
    exposed = watched.first.metrics["worker"]
    for domain, system in (("inventory", "inventory"), ("billing", "billing"), ("finance", "erp")):
        where = {"domain": domain, "system": system, "facility": "NORTH", "process": OURS}
        assert total(exposed, "suture_effects_total", state="applied", **where) == 1
    assert total(exposed, "suture_effects_total") == 3
    for activity in ("stock.item", "charge.look-up", "cost.valuation", "stock.move", "charge.post", "cost.post"):
        assert total(exposed, "suture_activity_attempts_total", activity=activity, outcome="done") == 1
    attempts = total(exposed, "suture_activity_attempts_total")
    assert attempts == total(exposed, "suture_activity_attempts_total", outcome="done")
    assert total(exposed, "suture_work_items_opened_total") == 0

    of_run = {"facility": "NORTH", "process": OURS, "outcome": "posted"}
    assert total(exposed, "suture_end_to_end_seconds_count", **of_run) == 1
    run = watched.first.run
    assert run.closed is not None
    took = total(exposed, "suture_end_to_end_seconds_sum", **of_run)
    assert took == pytest.approx((run.closed - run.started).total_seconds(), abs=1)
    assert total(exposed, "suture_end_to_end_seconds_bucket", le="3600", **of_run) == 1


async def test_temporals_own_metrics_stand_beside_ours(watched: Watched) -> None:
    gateway, worker = watched.first.metrics["gateway"], watched.first.metrics["worker"]
    assert total(gateway, "temporal_request_total", operation="SignalWithStartWorkflowExecution") == 1
    assert total(gateway, "temporal_request_total", operation="SignalWorkflowExecution") == 1
    assert total(worker, "temporal_workflow_completed_total", workflow_type=OURS) == 1
    assert total(worker, "temporal_activity_execution_latency_seconds_count", activity_type="charge.post") == 1


async def test_what_wakes_somebody_is_counted_where_it_is_looked_for(watched: Watched) -> None:
    exposed = "\n".join(watched.first.metrics.values())
    told = {name for name, _, _ in samples(exposed)}
    # Nothing asked a person.
    told |= {"suture_work_items_opened_total", "suture_work_items_closed_total"}
    (group,) = yaml.safe_load((ROOT / "deploy" / "prometheus" / "alerts.yaml").read_text())["groups"]
    asked = {name for alert in group["rules"] for name in re.findall(r"\b(?:suture|temporal)_\w+", alert["expr"])}
    assert asked <= told
    assert total(exposed, "temporal_request_total", service_name="suture-gateway") > 0
    for queue in ("transactions", "system-erp", "system-billing", "system-inventory", "system-supplier"):
        assert total(exposed, "temporal_num_pollers", task_queue=queue) > 0


async def test_no_label_holds_an_id_or_anything_of_a_document(watched: Watched) -> None:
    body, run = FIRST.body(0), watched.first.run
    secret = {run.correlation_id, run.workflow_id, FIRST.number, *map(str, body["patient"].values())}
    secret |= {str(body[field]) for field in ("surgicalCaseNumber", "encounterNumber", "actId", "lot", "sku")}
    for process, exposed in watched.first.metrics.items():
        told = {value for _, labels, _ in samples(exposed) for value in labels.values()}
        assert told, process
        assert not [value for value in told if LOOKS_LIKE_AN_ID.search(value)]
        assert not [value for value in told for each in secret if each in value]
