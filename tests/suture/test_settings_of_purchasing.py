"""What `hospital.toml` says of purchasing, for the hospital and where a facility differs."""

from datetime import timedelta
from pathlib import Path

import pytest

from canonical.clock import Clock
from suture.configuration import read
from suture.problems import ConfigurationError
from tests.support.hospital import write_hospital


def _refused(folder: Path, old: str, new: str) -> str:
    file = write_hospital(folder, change=(old, new))
    with pytest.raises(ConfigurationError) as caught:
        read(file)
    return str(caught.value).replace(str(folder), "")


def test_replenishment_goes_by_what_the_file_says_of_sources_that_failed(tmp_path: Path) -> None:
    rests = "[policy.purchasing.replenishing]\nfailed_rests = 'P3D'\n[policy.confirmation]"
    policy = read(write_hospital(tmp_path, change=("[policy.confirmation]", rests)))
    purchasing = policy.policy_for("NORTH", "replenishment-request").purchasing
    assert purchasing is not None
    assert purchasing.replenishing.failed_rests == timedelta(days=3)
    told = _refused(tmp_path, "[policy.confirmation]", rests.replace("P3D", "-P3D"))
    assert "failed_rests" in told


def test_a_facility_says_what_differs_of_purchasing_there_and_the_rest_is_the_hospitals(tmp_path: Path) -> None:
    everywhere = '[policy.purchasing.receiving]\nover = 5\ninvoice = { look_again = "PT1H", overdue = "P3D" }\n'
    here = '[facilities.NORTH.purchasing.receiving]\ninvoice = { overdue = "P1D" }\n'
    file = write_hospital(tmp_path, change=("[policy.confirmation]", f"{everywhere}{here}[policy.confirmation]"))
    settings = read(file)
    purchasing = settings.policy_for("NORTH", "receipt-to-invoice").purchasing
    assert purchasing is not None and settings.policy.purchasing is not None
    assert purchasing.receiving.invoice == Clock(look_again=timedelta(hours=1), overdue=timedelta(days=1))
    assert purchasing.receiving.over == 5 and purchasing.paying == settings.policy.purchasing.paying
    assert settings.policy.purchasing.receiving.invoice.overdue == timedelta(days=3)
    assert settings.policy_for("NORTH", "usage-to-charge").purchasing is None


def test_a_facility_may_say_of_purchasing_what_the_hospital_does_not(tmp_path: Path) -> None:
    here = "[facilities.NORTH.purchasing.receiving]\nover = 7\n"
    settings = read(write_hospital(tmp_path, change=("[policy.confirmation]", f"{here}[policy.confirmation]")))
    purchasing = settings.policy_for("NORTH", "receipt-to-invoice").purchasing
    assert purchasing is not None and purchasing.receiving.over == 7


def test_the_policy_of_receiving_says_how_long_goods_must_still_keep(tmp_path: Path) -> None:
    keeps = '[policy.purchasing.receiving]\nshelf_life = "P90D"\n[policy.confirmation]'
    settings = read(write_hospital(tmp_path, change=("[policy.confirmation]", keeps)))
    purchasing = settings.policy_for("NORTH", "receipt-to-invoice").purchasing
    assert purchasing is not None and purchasing.receiving.shelf_life == timedelta(days=90)
    wrong = keeps.replace("P90D", "-P1D")
    told = _refused(tmp_path, "[policy.confirmation]", wrong)
    assert "[policy.purchasing.receiving] shelf_life: expected" in told
