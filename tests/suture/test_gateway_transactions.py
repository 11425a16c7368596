"""Looking a transaction up: who may, what is told, and that it says nothing about a patient."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from canonical.documents.work_item import Cause, Decision, WorkItem
from canonical.effect import EffectState, Intent, Posted
from canonical.errors import Audience
from canonical.memory import RunProjection
from suture.store.store import Store
from tests.support.front_door import DASHBOARD, NOBODY, OWNER, READER, FrontDoor, captured

NOW = datetime(2026, 11, 2, 16, tzinfo=UTC)
RUN = "usage-to-charge:NORTH:inventory:U-1"


@pytest.fixture
async def door(tmp_path: Path, store: Store, store_url: str) -> AsyncIterator[FrontDoor]:
    door = FrontDoor.open(tmp_path, store, url=store_url)
    async with door.http:
        yield door


async def accepted(door: FrontDoor) -> str:
    answer = await door.send(captured("U-1"))
    return str(answer.json()["correlation_id"])


async def project(door: FrontDoor, correlation_id: str, **changes: Any) -> None:
    run = RunProjection(
        workflow_id=RUN,
        business_key=RUN,
        ordinal=1,
        correlation_id=correlation_id,
        process="usage-to-charge",
        facility="NORTH",
        stage="charge and cost",
        started=NOW,
    )
    await door.store.runs.project(run.model_copy(update=changes))


async def test_an_event_that_waits_for_temporal_is_accepted(door: FrontDoor) -> None:
    correlation_id = await accepted(door)
    answer = await door.show(correlation_id)
    assert answer.status_code == 200
    told = answer.json()
    assert (told["correlation_id"], told["state"]) == (correlation_id, "accepted")
    assert [event["state"] for event in told["events"]] == ["stored"]
    assert (told["runs"], told["effects"], told["work_items"]) == ([], [], [])


async def test_a_run_is_told_with_its_effects_and_its_open_questions(door: FrontDoor) -> None:
    correlation_id = await accepted(door)
    case = await door.store.vault.tokenise("case", "SC-900017")
    await project(door, correlation_id, waiting_for=("no-charge-code",))
    intent = Intent(
        key=f"{RUN}:stock:1",
        workflow_id=RUN,
        correlation_id=correlation_id,
        process="usage-to-charge",
        facility="NORTH",
        step="stock",
        revision=1,
        domain="inventory",
        system="inventory",
        amount=Decimal("30.10"),
        currency="USD",
        quantity=Decimal(2),
        unit="each",
        token=case,
    )
    await door.store.effects.intend(intent, at=NOW)
    await door.store.effects.settle(
        intent.key, EffectState.applied, at=NOW + timedelta(seconds=1), posted=Posted(reference="mov-1")
    )
    item = WorkItem(
        item_id=f"{RUN}:charge:1",
        workflow_id=RUN,
        correlation_id=correlation_id,
        facility="NORTH",
        process="usage-to-charge",
        step="charge",
        cause=Cause.no_charge_code,
        question=f"item 4702 has no charge code on the service date, {case}",
        owner=Audience.revenue_integrity,
        decisions=(Decision.retry, Decision.correct, Decision.accept, Decision.abandon),
        correctable=("item", "no_charge_reason"),
        opened=NOW,
        due=NOW + timedelta(hours=8),
        evidence="in the vendor's words",
    )
    await door.store.work_items.opened(item)

    answer = await door.show(correlation_id)
    told = answer.json()
    assert told["state"] == "waiting for a person"
    assert told["runs"][0]["waiting_for"] == ["no-charge-code"]
    escaped = RUN.replace(":", "%3A")
    assert told["runs"][0]["web_ui"] == f"http://127.0.0.1:8233/namespaces/default/workflows/{escaped}"
    effect = told["effects"][0]
    assert (effect["system"], effect["kind"], effect["state"]) == ("inventory", "do", "applied")
    assert (effect["reference"], effect["amount"], effect["quantity"]) == ("mov-1", "30.10", "2")
    question = told["work_items"][0]
    assert question["commands"] == [
        f"suture work resolve {RUN}:charge:1 --retry",
        f"suture work resolve {RUN}:charge:1 --correct item=VALUE",
        f"suture work resolve {RUN}:charge:1 --correct no_charge_reason=VALUE",
        f"suture work resolve {RUN}:charge:1 --accept REFERENCE",
        f"suture work resolve {RUN}:charge:1 --abandon --reason TEXT",
    ]
    assert question["question"].endswith("case_...")
    for secret in (case, "SC-900017", "ENC-55512", "vendor's words"):
        assert secret not in answer.text


async def test_a_closed_run_and_a_running_one_are_told_apart(door: FrontDoor) -> None:
    correlation_id = await accepted(door)
    await project(door, correlation_id)
    assert (await door.show(correlation_id)).json()["state"] == "running"
    await project(door, correlation_id, stage="closed", outcome="posted", closed=NOW + timedelta(minutes=1))
    event = (await door.store.inbox.of_correlation(correlation_id))[0]
    await door.store.inbox.done(event.id, at=NOW)
    told = (await door.show(correlation_id)).json()
    assert (told["state"], told["runs"][0]["outcome"]) == ("closed", "posted")


async def test_who_may_look(door: FrontDoor) -> None:
    correlation_id = await accepted(door)
    expected = {READER: 200, DASHBOARD: 200, NOBODY: 403, OWNER: 403, "unheard-of": 401, "": 401, None: 401}
    for token, status in expected.items():
        answer = await door.show(correlation_id, token=token)
        assert answer.status_code == status, token
        assert correlation_id in answer.text or status != 200
    unknown = await door.show(correlation_id, token=None)
    assert unknown.headers["www-authenticate"] == "Bearer"
    for scheme in ("Basic ZGFuYTp4", "Bearer", "Bearer \u00ff", f"Token {READER}"):
        headers = [(b"authorization", scheme.encode("latin-1"))]
        answer = await door.http.get(f"/v1/transactions/{correlation_id}", headers=headers)
        assert answer.status_code == 401, scheme


async def test_what_was_never_accepted_is_not_found(door: FrontDoor) -> None:
    for address in ("c-" + "a" * 26, "c-nothing", "%00", "%F0%9F%98%80", "x" * 4000):
        answer = await door.show(address)
        assert answer.status_code == 404
        assert answer.json()["error"] == "no-such-transaction"


async def test_without_a_token_nobody_learns_what_exists(door: FrontDoor) -> None:
    correlation_id = await accepted(door)
    there = await door.show(correlation_id, token=None)
    absent = await door.show("c-" + "a" * 26, token=None)
    assert (there.status_code, there.content) == (absent.status_code, absent.content)
