"""`suture start`: every process that a document starts, each with the types of document that its run takes."""

import re
from pathlib import Path

import pytest

from canonical.identity import BASKET_PROCESS
from suture.cli.entering import DOCUMENTS
from suture.cli.start import STARTABLE, Startable
from suture.starting import STARTS
from tests.support.command_line import command_line


def test_all_processes_that_a_document_of_others_starts_can_be_started() -> None:
    # What goes into a basket comes of other runs.
    assert {one.process for one in STARTABLE} == DOCUMENTS.keys() - {BASKET_PROCESS} == STARTS.keys() - {BASKET_PROCESS}


@pytest.mark.parametrize("offered", STARTABLE, ids=lambda one: one.process)
def test_the_types_that_help_names_are_those_that_the_run_takes(offered: Startable, tmp_path: Path) -> None:
    named = re.findall(r"[a-z]+\.[a-z]+", offered.types)
    taken = DOCUMENTS[offered.process]
    assert named[0] == taken[0] and set(named) <= set(taken)
    assert "others" in offered.types or len(named) == len(taken)
    document = tmp_path / "document.json"
    document.write_text("{}")
    words = ("start", offered.process, "--file", str(document), "--source", "inventory", "--type", "order.moved")
    ended = command_line(tmp_path).invoke(*words)
    assert (ended.code, ended.out) == (2, "") and taken[-1] in ended.err
