"""The demo's day is whole: enough uses, every fault at every write, and data that the systems and the engine can read."""

from collections import Counter
from typing import get_args

import pytest

from canonical.documents.work_item import Cause, Decision
from connectors.protocols.barcode.scan import read_barcode
from sandbox.billing.faults import FaultKind as BillingFault
from sandbox.erp.faults import FaultKind as ErpFault
from sandbox.inventory.catalogue import CatalogueItem
from sandbox.inventory.faults import Kind as InventoryFault
from sandbox.inventory.shapes import CorrectionRequest, UseRequest
from suture.demo.day import BY_NUMBER, USES
from suture.demo.labels import gs1, gtin, hibc
from suture.demo.mending import MENDS
from suture.demo.uses import OPERATIONS, Nothing, Use
from suture.demo.wire import WIRE


def test_the_day_has_at_least_forty_uses_each_under_a_number_of_its_own() -> None:
    assert len(USES) >= 40
    assert len(BY_NUMBER) == len(USES)


@pytest.mark.parametrize(
    ("step", "kinds"),
    [("stock", get_args(InventoryFault)), ("charge", get_args(BillingFault)), ("cost", get_args(ErpFault))],
)
def test_every_fault_of_a_system_strikes_the_write_into_it(step: str, kinds: tuple[str, ...]) -> None:
    struck = {fault.kind for use in WIRE for fault in use.faults if fault.step == step}
    assert struck == set(kinds)


@pytest.mark.parametrize("use", USES, ids=lambda use: use.number)
def test_a_use_is_told_in_the_form_that_the_vendor_takes(use: Use) -> None:
    told = UseRequest.model_validate(use.body(7))
    assert told.use_id == use.number
    assert told.scanned_at.date() == use.on
    if use.correction is not None:
        CorrectionRequest.model_validate({"kind": use.correction.kind, "replacement": use.correction.replacement})


@pytest.mark.parametrize("use", [use for use in USES if use.barcode], ids=lambda use: use.number)
def test_every_label_of_the_day_can_be_read(use: Use) -> None:
    assert use.barcode is not None
    assert read_barcode(use.barcode).device_identifier


def test_labels_name_the_goods_as_the_catalogue_does() -> None:
    assert {pack.gtin for pack in CatalogueItem(4722).packs} == {gtin(4722), gtin(4722, box=True)}
    scan = read_barcode(gs1(4722, box=True, lot="L1", serial="S1"))
    assert (scan.device_identifier, scan.lot, scan.serial) == (gtin(4722, box=True), "L1", "S1")
    assert read_barcode(hibc(4714, lot="L4714B")).lot == "L4714B"


def test_serials_are_used_once_except_where_the_same_act_is_told_twice() -> None:
    serials = Counter(use.serial for use in USES if use.serial)
    assert [serial for serial, times in serials.items() if times > 1] == ["SN4712007"]


def test_what_people_answer_is_a_decision_and_what_they_mend_is_told_in_words() -> None:
    answers = [answer for use in USES for answer in use.answers.values()]
    assert {answer.options[0].removeprefix("--") for answer in answers} <= set(Decision)
    assert {answer.first for answer in answers if answer.first} == set(MENDS)


def test_the_rules_of_the_trade_are_played() -> None:
    ends = {use.end.charge.words for use in USES if isinstance(use.end.charge, Nothing)}
    ends |= {use.end.cost.words for use in USES if isinstance(use.end.cost, Nothing)}
    assert {"sample goods", "sample at zero", "expensed at issue", "opened but not used", "wasted", "not used"} <= ends
    assert {use.facility for use in USES} == {"NORTH", "SOUTH"}
    assert {use.correction.kind for use in USES if use.correction} == {"wrongPatient", "wrongItem", "notUsed"}
    assert {"CABINET-9", "ED-CART", "ICU-CART"} <= {use.location for use in USES}
    foreseen = {cause for use in USES for cause in use.answers}
    assert {Cause.no_charge_code, Cause.unknown_item, Cause.charge_rejected, Cause.possible_duplicate} <= foreseen
    assert set(OPERATIONS) == {"stock", "charge", "cost"}
