"""Takes patients' numbers out of an event, also where a wristband was scanned in place of the goods' label."""

import pytest

from suture.store.store import Store
from suture.telemetry.scrub import Mask
from suture.tokeniser import Tokeniser
from tests.support.documents import ACCOUNT, CASE, usage

LABELS = ("L4711A", "SN4708001", "ACC-1", "2026-11-22")
WRISTBANDS = ("MRN-7700123", "mrn7700123", ACCOUNT, f"]C1{CASE}", CASE.lower(), "123-45-6789")


@pytest.mark.parametrize("field", ["lot", "serial"])
@pytest.mark.parametrize("wristband", WRISTBANDS)
def test_a_patients_number_on_the_goods_becomes_a_lot_that_nobody_knows(
    store: Store, field: str, wristband: str
) -> None:
    tokeniser = Tokeniser(store.vault)
    scan = {"agency": "GS1", "device_identifier": "00950000047118", field: wristband}
    told = tokeniser.data(usage(**{field: wristband, "scan": scan, "replacement": usage(**{field: wristband})}))
    token = store.vault.token("id", wristband).token
    assert told[field] == told["scan"][field] == told["replacement"][field] == token
    assert told["scan"]["agency"] == "GS1"
    assert token in [made.token for made in tokeniser.made]


def test_a_number_of_the_hospitals_own_form_on_the_goods_becomes_one_too(store: Store) -> None:
    own = Mask([r"\b[0-9]{7}\b"])
    told = Tokeniser(store.vault, mask=own).data(usage(lot="7700123", serial="77001234"))
    assert (told["lot"], told["serial"]) == (store.vault.token("id", "7700123").token, "77001234")
    assert Tokeniser(store.vault).data(usage(lot="7700123"))["lot"] == "7700123"


@pytest.mark.parametrize("field", ["lot", "serial"])
def test_a_patients_number_on_a_line_of_a_paper_or_on_its_lots_becomes_a_token(store: Store, field: str) -> None:
    tokeniser = Tokeniser(store.vault)
    lots = [{field: "MRN-7700123", "quantity": "1"}, {field: "L4702A", "quantity": "2"}]
    told = tokeniser.data({"lines": [{"item": "4702", "lots": lots}, {"item": "4703", field: "MRN-7700123"}]})
    token = store.vault.token("id", "MRN-7700123").token
    assert told["lines"] == [
        {"item": "4702", "lots": [{field: token, "quantity": "1"}, {field: "L4702A", "quantity": "2"}]},
        {"item": "4703", field: token},
    ]
    assert [made.token for made in tokeniser.made] == [token, token]


def test_a_usage_sheet_that_scans_the_number_of_its_own_case_hands_on_no_clear_number(store: Store) -> None:
    told = Tokeniser(store.vault).data({"surgical_case": "CQ7ZXKW4", "lines": [{"item": "4702", "lot": "cq7zxkw4"}]})
    assert told["lines"][0]["lot"] == store.vault.token("id", "cq7zxkw4").token


@pytest.mark.parametrize("lines", [None, "none", 3, ["a"], [["b"]], [{"lots": "none"}]])
def test_lines_of_another_form_are_left_to_whoever_reads_the_document(store: Store, lines: object) -> None:
    assert Tokeniser(store.vault).data({"lines": lines}) == {"lines": lines}


@pytest.mark.parametrize("label", LABELS)
def test_what_is_printed_on_goods_stays(store: Store, label: str) -> None:
    told = Tokeniser(store.vault).data(usage(lot=label, serial=label, scan={"lot": label}))
    assert (told["lot"], told["serial"], told["scan"]) == (label, label, {"lot": label})


def test_a_token_on_the_goods_stays_when_it_comes_again(store: Store) -> None:
    first = Tokeniser(store.vault).data(usage(lot="MRN-7700123"))
    again = Tokeniser(store.vault)
    assert again.data(first) == first
    assert again.made == []


def test_a_person_who_corrects_a_lot_by_a_wristband_hands_on_its_token(store: Store) -> None:
    assert Tokeniser(store.vault).data({"lot": "MRN-7700123"})["lot"].startswith("id_")


@pytest.mark.parametrize("number", ["MRN-7700123", "123-45-6789", "U 7", "../7"])
def test_a_number_of_a_document_that_may_be_a_patients_or_anything_becomes_a_token(store: Store, number: str) -> None:
    assert Tokeniser(store.vault).outside_id(number, field="number") == store.vault.token("id", number).token


@pytest.mark.parametrize("number", ["U-711", "use_8f3a", "2026/117"])
def test_a_plain_number_of_a_document_stays(store: Store, number: str) -> None:
    assert Tokeniser(store.vault).outside_id(number, field="number") == number
