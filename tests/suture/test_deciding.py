"""The commands that decide a work item, as a shell takes them."""

import subprocess
from datetime import timedelta
from decimal import Decimal

from canonical.documents.work_item import Cause, Decision, Share, ToApprove, WorkItem
from canonical.errors import Audience
from suture.deciding import commands, mildest
from tests.support.documents import NOON


def item(*decisions: Decision, item_id: str = "usage-to-charge:NORTH:inventory:U-1:charge:1") -> WorkItem:
    """A question whose account, item or unit may be corrected."""
    return WorkItem(
        item_id=item_id,
        workflow_id="usage-to-charge:NORTH:inventory:U-1",
        correlation_id="c-1",
        facility="NORTH",
        process="usage-to-charge",
        step="charge",
        cause=Cause.no_charge_code,
        question="no charge code",
        owner=Audience.revenue_integrity,
        decisions=decisions,
        correctable=("account", "item", "unit") if Decision.correct in decisions else (),
        opened=NOON,
        due=NOON + timedelta(hours=1),
    )


def test_each_command_can_be_typed_as_it_stands() -> None:
    asked = item(*Decision, item_id="usage-to-charge:NORTH:inventory:U|1 ;$(x):charge:1")
    for command in commands(asked):
        script = f"suture() {{ printf '%s\\n' \"$@\"; }}; {command}"
        typed = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
        assert typed.stderr == "" and typed.stdout.splitlines()[:3] == ["work", "resolve", asked.item_id]


def test_the_mildest_comes_first_and_each_field_has_a_command_of_its_own() -> None:
    told = [command.partition(":charge:1 ")[2] for command in commands(item(*reversed(Decision)))]
    assert told == [
        "--retry",
        "--acknowledge",
        "--correct account=VALUE",
        "--correct item=VALUE",
        "--correct unit=VALUE",
        "--accept REFERENCE",
        "--override --reason TEXT",
        "--approve",
        "--reject --reason TEXT",
        "--abandon --reason TEXT",
    ]


def test_what_the_question_asks_for_comes_before_all_others() -> None:
    asked = item(Decision.retry, Decision.correct).model_copy(update={"question": "it has no item; give its `unit`"})
    assert [command.partition(":charge:1 ")[2] for command in commands(asked)] == [
        "--correct unit=VALUE",
        "--retry",
        "--correct account=VALUE",
        "--correct item=VALUE",
    ]


def test_what_is_to_be_approved_is_decided_by_a_command_of_its_own() -> None:
    share = Share(cost_centre="4100", amount=Decimal(1))
    asked = item(Decision.approve, Decision.reject, item_id="replenishment-approval:NORTH:basket:B:approval-1:1")
    asked = asked.model_copy(update={"to_approve": ToApprove(content="X", currency="USD", shares=(share,))})
    assert [command.split()[:3] for command in commands(asked)] == [
        ["suture", "approvals", "approve"],
        ["suture", "approvals", "reject"],
    ]


def test_an_item_that_takes_nothing_can_be_looked_at() -> None:
    assert mildest(item()) == "suture work show usage-to-charge:NORTH:inventory:U-1:charge:1"
    assert mildest(item(Decision.acknowledge)).endswith(" --acknowledge")
