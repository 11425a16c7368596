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
from sandbox.inventory.routes_control import HookKind
from sandbox.inventory.shapes import CorrectionRequest, Disposition, UseRequest
from suture.demo.causes import OF_USES, SHOWN
from suture.demo.corrections import EARLY
from suture.demo.day import BY_NUMBER, USES
from suture.demo.labels import gs1, gtin, hibc
from suture.demo.mending import MENDS
from suture.demo.real.uses import USES as REAL_USES
from suture.demo.uses import OPERATIONS, Nothing, Use
from suture.demo.wire import WIRE
from tests.suture import test_demo_purchases


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
    answers = [answer for use in (*USES, *REAL_USES) for answer in use.answers.values()]
    assert {answer.options[0].removeprefix("--") for answer in answers} <= set(Decision)
    assert {answer.first for answer in answers if answer.first} == set(MENDS)


LEFT_TO_THE_TESTS = {
    Cause.unknown_unit: "the vendor takes no unit that its catalogue does not know",
    Cause.undecided_eligibility: "the vendor prices every code",
    Cause.no_account: "the trauma patient is registered before it is due",
    Cause.case_not_closed: "cases are closed before it is due",
    Cause.uncertain: "every doubt of the day is cleared by asking",
    Cause.confirmation_overdue: "the batch of the day is always run",
    Cause.invalid_data: "the vendors' own staff enter what can be read",
    Cause.event_refused: "so do their webhooks",
    Cause.no_usage: "every correction of the day finds its use",
    Cause.by_hand_stands: "what was done by hand in the day is not corrected later",
    Cause.no_contract: "every item that is a supplier's own until used has a contract",
}

RULES = {
    "1: already posted is verified, not repeated": ("U-114", "U-241"),
    "1: not found in time is a work item": ("U-244",),
    "2: a use is reversed only by a correction": ("U-401", "U-402", "U-403", "U-404"),
    "2: abandoned or cancelled, what is posted stays": ("U-242", "U-245"),
    "3: safety findings never hide a use": ("U-201", "U-202", "U-203", "U-204", "U-205", "U-206"),
    "4: a charge at the scan": ("U-101",),
    "4: a charge when the case is closed": ("U-117", "U-118", "U-119"),
    "5: a missing code is never no charge": ("U-211", "U-212"),
    "5: a price by markup on cost": ("U-116",),
    "6: expensed at issue": ("U-109", "U-110", "U-120"),
    "6: consigned, bill-only, sample": ("U-111", "U-112", "U-113"),
    "7: the same act from two sources": ("U-232", "U-234"),
    "8: credit and rebill after the final bill": ("U-406",),
    "8: a posting into a closed period": ("U-217",),
    "8: a reversal into a closed period": ("U-409",),
    "10: accepted is not posted": ("U-221", "U-222", "U-223"),
    "11: no account yet": ("U-215", "U-216"),
    "11: the pack level scanned sets the unit": ("U-105", "U-106"),
    "11: an unknown item waits in suspense": ("U-213",),
    "the same event again": ("U-235",),
    "the same event id with another body": ("U-247",),
    "the same version with other content": ("U-246",),
    "an amendment, a late report, a correction before its use": ("U-408", "U-236", "U-407"),
}
"""What the day shows of the rules of the trade. Its two campuses charge at the scan and when the case is closed: there is
none that charges when it is verified."""


def test_the_rules_of_the_trade_are_played() -> None:
    assert {number for numbers in RULES.values() for number in numbers} <= set(BY_NUMBER)
    ends = {use.end.charge.words for use in USES if isinstance(use.end.charge, Nothing)}
    ends |= {use.end.cost.words for use in USES if isinstance(use.end.cost, Nothing)}
    assert {"sample", "sample at zero", "expensed at issue", "opened but not used", "wasted", "not used"} <= ends
    assert {use.facility for use in USES} == {"NORTH", "SOUTH"}
    assert {use.correction.kind for use in USES if use.correction} == {"wrongPatient", "wrongItem", "notUsed"}
    assert {"CABINET-9", "ED-CART", "ICU-CART"} <= {use.location for use in USES}
    assert BY_NUMBER["U-409"].end.postings[0].month < BY_NUMBER["U-409"].end.postings[1].month
    assert set(OPERATIONS) == {"stock", "charge", "cost"}


def test_every_disposition_is_played() -> None:
    assert {use.disposition for use in USES} == set(get_args(Disposition))


def test_every_cause_for_which_a_person_is_asked_is_played_or_left_to_the_tests_with_a_reason() -> None:
    assert SHOWN.keys() | LEFT_TO_THE_TESTS.keys() == set(Cause)
    assert not SHOWN.keys() & LEFT_TO_THE_TESTS.keys()
    assert {cause for use in USES for cause in use.answers} <= OF_USES.keys()


def test_webhooks_come_twice_late_and_out_of_order() -> None:
    assert {use.webhook for use in USES} - {""} | {"reorder"} == set(get_args(HookKind)) - {"hold"}
    assert EARLY in USES and EARLY.correction is not None


def test_every_decision_is_taken() -> None:
    taken = {answer.options[0].removeprefix("--") for use in USES for answer in use.answers.values()}
    assert taken | test_demo_purchases.decided() == set(Decision)
