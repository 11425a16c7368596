"""The benchmark of the real systems runs: both sides do the same work, and a limit holds, whatever the speed."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from bench.real.figures import RealReport
from bench.real.run import RealExtent, run_real
from bench.real.table import show_real


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_both_sides_are_measured_on_both_systems_and_a_burst_under_a_limit(tmp_path: Path) -> None:
    said: list[str] = []
    extent = RealExtent(rounds=1, at_once=(1, 2), share=0.01, movements=6, limits=((2, None),))
    report = await run_real(extent, tmp_path / "real", say=said.append)
    verbs = {verb.what: verb.at_once for verb in (*report.tryton, *report.fhir)}
    assert list(verbs) == [
        *("item and stock look-up", "movement", "order", "receipt", "whole purchase"),
        *("post a charge", "find a charge", "void a charge"),
    ]
    for at_once in verbs.values():
        assert [one.clients for one in at_once] == [1, 2]
        assert all(one.ratio > 0 and one.ours.calls >= one.bare.calls >= 1 for one in at_once)
    # What the connector adds to the transitions themselves: a read of what stands then, and of what is received.
    assert [
        round(verbs[what][0].ours.calls - verbs[what][0].bare.calls) for what in ("movement", "order", "receipt")
    ] == [
        *(1, 0, 1),
    ]
    [burst] = report.bursts
    assert (burst.failed, burst.movements) == (0, 6)
    assert 1 <= burst.most_under_way <= 2
    assert RealReport.model_validate_json(report.model_dump_json()) == report
    told = Console(file=StringIO(), width=160)
    show_real(report, told)
    assert any(line.startswith("6 movements at once") for line in said)
