"""The benchmark runs: its report has its shape, whatever the speed."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from bench.bare_trade import shape_of
from bench.figures import Latency, Measured, Report, Trips
from bench.matching import measure
from bench.run import Extent, run
from bench.table import show


def test_percentiles_are_measurements_that_were_made() -> None:
    assert Latency.of([0.001 * number for number in range(1, 101)]) == Latency(p50=50.0, p95=95.0)
    assert Latency.of([0.5]) == Latency(p50=500.0, p95=500.0)


@pytest.mark.slow
async def test_the_benchmark_reports_both_workflows_and_the_gateway(tmp_path: Path) -> None:
    said: list[str] = []
    extent = Extent(runs=5, concurrency=3, rounds=1, alone=1, events=20, clients=4, invoices=2)
    report = await run(extent, tmp_path, say=said.append)
    for measured in (report.bare, report.usage_to_charge):
        assert measured.runs_per_second > 0
        assert measured.in_flight.p50 <= measured.in_flight.p95
        assert measured.cpu_milliseconds.worker > 0
        assert (measured.trips.activities, measured.trips.local_activities) == (6, 2)
    need, order = report.trade
    assert (len(need.each), len(order.each)) == (3, 2)
    for trade in report.trade:
        wanted = sum(round(one.activities) for one in trade.each), sum(round(one.signals) for one in trade.each)
        assert (trade.bare.trips.activities, trade.bare.trips.signals) == wanted
        assert trade.bare.trips.local_activities == sum(round(one.local_activities) for one in trade.each)
        assert wrote(trade.ours) and trade.ratios.throughput > 0
    assert wrote(report.usage_to_charge)
    assert not wrote(report.bare)
    assert report.ratios.throughput > 0
    assert [flood.dispatching for flood in report.gateway] == [False, True]
    assert [flood.refused for flood in report.gateway] == [0, 0]
    assert all(row.lines_per_second > 0 for row in report.matching)
    assert Report.model_validate_json(report.model_dump_json()) == report
    assert any(line.startswith("round 1 of 1") for line in said)
    told = Console(file=StringIO(), width=160)
    show(report, told)


def test_the_match_is_measured_alone() -> None:
    rows = measure(2)
    assert [row.what for row in rows if "2,000 lines" in row.what] == [
        "2,000 lines, 100 orders, paid",
        "2,000 lines, 100 orders, held",
    ]
    assert all(0 < row.slowest <= row.lines_per_second for row in rows)


def test_a_bare_shape_has_the_steps_that_were_counted() -> None:
    counted = Trips(
        events=0, workflow_tasks=0, activities=3, local_activities=6, signals=2, timers=0, upserts=0, kilobytes=0
    )
    assert shape_of(counted) == "ssllallalal"


def wrote(measured: Measured) -> bool:
    """Whether the store and the codec were at work."""
    return measured.store.commits > 0 and measured.store.sealed_payloads > 0
