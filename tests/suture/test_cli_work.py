"""Bringing work items home from the command line: real commands, a real Temporal server, real workers."""

# long because one hospital at work serves all the commands that bring work home.
import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from temporalio import workflow
from temporalio.api.failure.v1 import Failure
from temporalio.client import Client
from temporalio.worker import Worker

from activities.charges import Charges
from activities.costs import Costs
from activities.notes import Notes
from activities.stock import Stock
from bench.in_process import InProcessBilling, InProcessFinance, InProcessInventory
from canonical.documents.usage_run import UsageStart
from canonical.envelope import Envelope
from canonical.identity import TRANSACTIONS_QUEUE
from canonical.ports import ClearStanding
from suture.cli.history import UNREADABLE, why
from suture.keys import Keyring
from suture.people import People
from suture.policies import Policies
from suture.serving import ROLES, queues
from suture.store.store import Store
from suture.temporal.plugin import suture_plugin
from tests.conftest import StartTemporal
from tests.support.command_line import CommandLine, Ended, command_line, usage
from tests.support.documents import projection
from tests.support.hospital import TOKEN
from tests.support.house import eventually
from tests.support.trouble import Trouble, away, refusal
from workflows.usage_to_charge import UsageToCharge


@dataclass
class Engine:
    """A hospital's command line, its store, and workers over systems in this process that can be told to refuse."""

    line: CommandLine
    client: Client
    store: Store
    inventory: InProcessInventory = field(default_factory=lambda: InProcessInventory("inventory", "M"))
    billing: InProcessBilling = field(default_factory=lambda: InProcessBilling("billing", "C"))
    finance: InProcessFinance = field(default_factory=lambda: InProcessFinance("erp", "J"))

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Serve every queue that the configuration names."""
        store = self.store
        calls: dict[str, Sequence[Callable[..., Any]]] = {
            "inventory": Stock(self.inventory, store.effects).all(),
            "billing": Charges(self.billing, store.effects, store.vault).all(),
            "erp": Costs(self.finance, store.effects).all(),
        }
        settings = self.line.settings
        register = (People(settings.people), Policies(settings))
        notes = Notes(store.runs, store.effects, store.work_items, *register).all()
        served = queues(ROLES, settings=self.line.settings, workflows=[UsageToCharge], notes=notes, calls=calls)

        async def dies(error: BaseException) -> None:
            raise error

        async with AsyncExitStack() as stack:
            for queue in served:
                await stack.enter_async_context(queue.worker(self.client, build_id="test", on_fatal_error=dies))
            yield

    async def run(self, *words: str) -> Ended:
        """Run a command, while the workers go on."""
        return await asyncio.to_thread(self.line.invoke, *words)

    async def start(self, number: str, **changes: Any) -> str:
        """Hand in a use; answers its correlation id."""
        file = self.line.document(f"{number}.json", usage(number, **changes))
        words = ("start", "usage-to-charge", "--file", file, "--source", "inventory", self.line.token("olga"), "--json")
        ended = await self.run(*words)
        assert ended.code == 0 and ended.json["delivered"], ended
        return str(ended.json["correlation_id"])

    async def item(self, *, cause: str | None = None) -> dict[str, Any]:
        """The one open work item (of this cause), once it is open."""
        async with asyncio.timeout(20):
            while True:
                found = [one.item for one in await self.store.work_items.open_items()]
                if chosen := [one for one in found if cause in (None, one.cause)]:
                    return chosen[0].model_dump(mode="json")
                await asyncio.sleep(0.05)

    async def closed(self, workflow_id: str) -> str:
        """The outcome of a run, once it has told it."""
        async with asyncio.timeout(20):
            while True:
                runs = await self.store.runs.find(workflow_id=workflow_id)
                if runs and runs[0].closed:
                    return runs[0].outcome
                await asyncio.sleep(0.05)

    async def resolve(self, item_id: str, who: str, *words: str) -> Ended:
        """Decide an item as somebody."""
        return await self.run("work", "resolve", item_id, *words, self.line.token(who))

    async def resolve_in_a_shell(self, item_id: str, who: str, *words: str) -> Ended:
        """Decide an item as somebody, in a process of its own: so that two do it at once."""
        command = ("work", "resolve", item_id, *words, self.line.token(who))
        return await asyncio.to_thread(self.line.run, *command)


@pytest.fixture
async def engine(tmp_path: Path, start_temporal: StartTemporal) -> AsyncIterator[Engine]:
    """A hospital on a Temporal server of its own; nobody works yet."""
    server = await start_temporal()
    line = command_line(tmp_path, temporal=server.address)
    async with line.store() as store:
        client = await Client.connect(server.address, plugins=[suture_plugin(store.keyring)])
        yield Engine(line, client, store)


async def test_a_use_goes_through_and_show_says_so(engine: Engine) -> None:
    async with engine.working():
        correlation = await engine.start("U-1")
        assert await engine.closed("usage-to-charge:NORTH:inventory:U-1") == "posted"
        story, told = await engine.run("show", correlation, "--json"), await engine.run("show", correlation)
        by_key = await engine.run("show", "usage-to-charge:NORTH:inventory:U-1", "--json")
        stuck, listed = await engine.run("list", "--stuck", "--fail"), await engine.run("list", "--all", "--json")
        doctor = await engine.run("doctor", "--json")
    assert told.out.startswith("closed: posted\n")
    assert story.json == by_key.json
    assert {effect["intent"]["system"] for effect in story.json["effects"]} == {"inventory", "billing", "erp"}
    (run,) = story.json["runs"]
    assert run["history"]["status"] == "completed"
    assert all(step["state"] == "done" and step["attempts"] == 1 for step in run["history"]["steps"])
    assert any(step["summary"] for step in run["history"]["steps"])
    assert run["web_ui"].endswith("/namespaces/default/workflows/usage-to-charge%3ANORTH%3Ainventory%3AU-1")
    assert len(story.json["lineage"]) == 3
    assert (stuck.code, stuck.out.split(";")[0]) == (0, "nothing is stuck")
    assert [run["workflow_id"] for run in listed.json] == ["usage-to-charge:NORTH:inventory:U-1"]
    found = {check["what"]: check for check in doctor.json}
    assert found["Temporal"]["found"].startswith("version 1.") and found["workers"]["found"].endswith(" version test")
    assert found["search attributes"]["well"]


async def test_an_item_is_listed_taken_and_resolved_by_whoever_has_the_right(engine: Engine) -> None:
    Trouble(engine.inventory, "move").before(refusal("no such bin, said the vendor"))
    async with engine.working():
        correlation = await engine.start("U-2")
        item = await engine.item()
        item_id = item["item_id"]
        listed, nameless = await engine.run("work", "list"), await engine.run("work", "show", item_id)
        shown = await engine.run("work", "show", item_id, engine.line.token("sam"))
        audited = await engine.store.audit.acts(subject=item_id)
        wrong = await engine.resolve(item_id, "finn", "--retry")
        taken, contested = [await engine.run("work", "take", item_id, engine.line.token(who)) for who in ("sam", "sue")]
        mine = await engine.run("work", "list", "--mine", "--json", engine.line.token("sam"))
        story = await engine.run("show", correlation)
        done = await engine.resolve(item_id, "sam", "--retry", "--reason", "bin made")
        outcome = await engine.closed(item["workflow_id"])
        again = await engine.resolve(item_id, "sam", "--retry")
        other = await engine.resolve(item_id, "sue", "--abandon")
    assert f"next: suture work resolve {item_id} --retry" in listed.out
    assert "no such bin" in shown.out and "no such bin" not in listed.out + nameless.out
    assert "left out" in nameless.err
    assert [(act.who, act.action) for act in audited] == [("sam", "evidence read")]
    assert wrong.code == 1 and "needs the role supply-chain" in wrong.err and wrong.err.count("\n") == 1
    assert taken.code == 0 and contested.code == 1 and "sam has" in contested.err
    assert [one["item"]["item_id"] for one in mine.json] == [item_id]
    assert story.out.startswith("waits for a person (supply-chain)") and "no such bin" not in story.out
    assert done.code == 0 and "decided by sam: retry" in done.out
    assert outcome == "posted"
    assert again.code == 0 and "nothing was done twice" in again.out
    assert other.code == 1 and "already closed by sam: retry" in other.err


async def test_of_two_people_at_once_one_decides_and_the_other_is_told(engine: Engine) -> None:
    Trouble(engine.inventory, "move").before(refusal())
    async with engine.working():
        await engine.start("U-3")
        item_id = (await engine.item())["item_id"]
        ends = await asyncio.gather(
            engine.resolve_in_a_shell(item_id, "sam", "--retry"),
            engine.resolve_in_a_shell(item_id, "sue", "--accept", "HAND-1"),
        )
    assert sorted(end.code for end in ends) == [0, 1]
    assert "already" in next(end.err for end in ends if end.code)


async def test_one_decision_sent_twice_at_once_counts_once(engine: Engine) -> None:
    move = Trouble(engine.inventory, "move").before(refusal())
    async with engine.working():
        await engine.start("U-4")
        item = await engine.item()
        ends = await asyncio.gather(*(engine.resolve_in_a_shell(item["item_id"], "sam", "--retry") for _ in range(2)))
        await engine.closed(item["workflow_id"])
    assert [end.code for end in ends] == [0, 0], ends
    assert move.calls == 2


async def test_with_no_worker_a_decision_is_safe_to_repeat(engine: Engine) -> None:
    Trouble(engine.inventory, "move").before(refusal())
    async with engine.working():
        await engine.start("U-5")
        item = await engine.item()
    waiting = await engine.resolve(item["item_id"], "sam", "--retry", "--within", "2")
    async with engine.working():
        done = await engine.resolve(item["item_id"], "sam", "--retry")
        outcome = await engine.closed(item["workflow_id"])
    assert waiting.code == 4 and "the run has not answered within 2 s; safe to repeat" in waiting.err
    assert (done.code, outcome) == (0, "posted")


async def test_a_corrected_account_leaves_the_command_as_a_token(engine: Engine) -> None:
    asked: list[str | None] = []
    known = engine.billing.account

    async def account(*, facility: str, case_number: str, account_number: str | None) -> ClearStanding:
        asked.append(account_number)
        found = await known(facility=facility, case_number=case_number, account_number=account_number)
        return found.model_copy(update={"account_number": account_number})

    engine.billing.account = account  # type: ignore[method-assign]
    policy = engine.line.settings.file
    policy.write_text(policy.read_text() + '\n[policy.account]\nlook_again = "PT0.05S"\noverdue = "PT0S"\n')
    async with engine.working():
        await engine.start("U-6", account=None)
        item = await engine.item(cause="no-account")
        fixed = await engine.resolve(item["item_id"], "finn", "--correct", "account=ACCOUNT 99")
        assert fixed.code == 1
        fields = await engine.run(
            "work", "resolve", item["item_id"], "--correct", "colour=red", f"--token-file={_dana(engine)}"
        )
        done = await engine.run(
            "work", "resolve", item["item_id"], "--correct", "account=ACCOUNT 99", f"--token-file={_dana(engine)}"
        )
        outcome = await engine.closed(item["workflow_id"])
    assert fields.code == 1 and "lets you correct" in fields.err
    assert (done.code, outcome) == (0, "posted"), done
    assert asked[-1] == "ACCOUNT 99"


async def test_no_random_correction_is_taken_by_a_run(engine: Engine) -> None:
    Trouble(engine.billing, "post_charge").before(refusal())
    async with engine.working():
        await engine.start("U-16")
        item = await engine.item(cause="refused")
        assert "correct" in item["decisions"]

        @settings(max_examples=30, deadline=None)
        @given(
            field=st.from_regex(r"[a-z_]{1,40}", fullmatch=True).filter(lambda name: name not in item["correctable"]),
            value=st.text(max_size=200),
        )
        def refuse(field: str, value: str) -> None:
            words = (
                "work",
                "resolve",
                item["item_id"],
                "--correct",
                f"{field}={value}",
                f"--token-file={_dana(engine)}",
            )
            ended = engine.line.invoke(*words)
            assert ended.code in (1, 2) and ended.out == "", ended
            assert ended.err.startswith("suture: ") and ended.err.count("\n") == 1

        await asyncio.to_thread(refuse)
        assert (await engine.item())["item_id"] == item["item_id"]


async def test_what_an_abandoned_run_left_goes_on_in_a_new_one_or_is_acknowledged(engine: Engine) -> None:
    Trouble(engine.inventory, "move").before(refusal(), refusal())
    async with engine.working():
        await engine.start("U-7")
        first = await engine.item()
        assert (await engine.resolve(first["item_id"], "sam", "--abandon")).code == 0
        left = await engine.item(cause="left-behind")
        assert await engine.closed(left["workflow_id"]) == "abandoned"
        refused = await engine.resolve(left["item_id"], "sam", "--abandon")
        wrong = await engine.resolve(left["item_id"], "finn", "--retry")
        taken_up = await engine.resolve(left["item_id"], "sam", "--retry", "--json")
        second = await engine.item(cause="refused")
        assert (await engine.resolve(second["item_id"], "sam", "--abandon")).code == 0
        left_again = await engine.item(cause="left-behind")
        await engine.closed(left_again["workflow_id"])
        acknowledged = await engine.resolve(left_again["item_id"], "sam", "--acknowledge", "--reason", "billed by hand")
        items = await engine.run("work", "list")
    assert refused.code == 1 and "--acknowledge" in refused.err
    assert wrong.code == 1
    assert taken_up.code == 0 and taken_up.json["goes_on_as"] == "usage-to-charge:NORTH:inventory:U-7:2"
    assert left_again["workflow_id"] == "usage-to-charge:NORTH:inventory:U-7:2"
    assert acknowledged.code == 0
    assert items.out == "nothing waits for a person\n"
    acts = [act.action for act in await engine.store.audit.acts(subject=left_again["item_id"])]
    assert acts == ["work-item.acknowledge"]


async def test_cancel_leaves_the_rest_to_a_person_and_a_correction_goes_by_signal(engine: Engine) -> None:
    Trouble(engine.inventory, "move").before(refusal())
    key = "usage-to-charge:NORTH:inventory:U-8"
    async with engine.working():
        await engine.start("U-8")
        await engine.item()
        denied = await engine.run("cancel", key, engine.line.token("finn"))
        asked = await engine.run("cancel", key, engine.line.token("olga"))
        outcome = await engine.closed(key)
        again = await engine.run("cancel", key, engine.line.token("olga"))
        correction = {
            "facility": "NORTH",
            "number": "U-8",
            "occurred": "2026-11-02T16:00:00Z",
            "correction": "K-1",
            "kind": "not-used",
        }
        file = engine.line.document("correction.json", correction)
        signalled = await engine.run("signal", key, "--file", file, engine.line.token("olga"), "--json")
        corrected = await engine.closed(f"{key}:2")
    assert denied.code == 1
    assert (asked.code, outcome) == (0, "cancelled")
    assert again.code == 1 and "closed: cancelled" in again.err
    assert signalled.code == 0 and signalled.json["delivered"]
    assert corrected == "not used"


async def test_stuck_names_the_queues_that_nobody_serves_and_the_run_that_waits(engine: Engine) -> None:
    await engine.start("U-9")
    stuck = await engine.run("list", "--stuck", "--fail", "--json")
    assert stuck.code == 5
    assert [one["what"] for one in stuck.json][:2] == ["queue transactions", "queue system-inventory"]


async def test_a_run_that_temporal_does_not_know_is_told_as_trouble(engine: Engine) -> None:
    await engine.store.runs.project(projection("U-12", correlation_id="c-lost"))
    shown = await engine.run("show", "c-lost")
    assert shown.out.startswith("Temporal does not know this run, and it never told its outcome")
    assert "next: suture doctor" in shown.out and "nothing is wrong" not in shown.out


async def test_a_run_that_no_worker_takes_up_is_told_as_trouble(engine: Engine) -> None:
    Trouble(engine.inventory, "move").before(refusal())
    async with engine.working():
        correlation = await engine.start("U-13")
        item = await engine.item()
    await engine.client.get_workflow_handle(item["workflow_id"]).signal("receive", envelope_of_nothing())

    async def told() -> str | None:
        shown = (await engine.run("show", correlation)).out
        return shown if "the run waits for a worker since" in shown else None

    assert "next: suture doctor" in await eventually(told, within=30)


async def test_what_temporal_does_not_answer_hides_nothing_else(engine: Engine) -> None:
    file = engine.line.settings.file
    await engine.store.runs.project(projection("U-14", correlation_id="c-lost"))
    await engine.store.runs.project(projection("U-15", workflow_id="", correlation_id="c-nameless"))
    without_worker = await engine.run("list", "--stuck", "--json")
    file.write_text(file.read_text().replace("[temporal]", '[temporal]\nnamespace = "elsewhere"'))
    nowhere = await engine.run("list", "--stuck", "--json")
    assert "not every open run could be looked at" in str(without_worker.json)
    assert "queue transactions" in str(without_worker.json) and "c-lost" in str(without_worker.json)
    assert nowhere.json[0]["why"].endswith("which queues have a worker is not known")
    assert "c-lost" in str(nowhere.json)


async def test_a_failure_under_a_lost_key_does_not_hide_the_rest(engine: Engine) -> None:
    lost = await Client.connect(
        engine.client.service_client.config.target_host, plugins=[suture_plugin(Keyring.make())]
    )
    failure = Failure()
    await lost.data_converter.encode_failure(refusal(), failure)
    assert await why(engine.client, failure) == UNREADABLE


@workflow.defn(name="usage-to-charge", sandboxed=False)
class Broken:
    """A version of the workflow with a bug in it."""

    @workflow.run
    async def run(self, start: UsageStart) -> None:
        raise RuntimeError("a bug")


async def test_stuck_names_an_activity_that_fails_again_and_again(engine: Engine) -> None:
    Trouble(engine.finance, "post_cost").before(*[away()] * 50)
    async with engine.working():
        correlation = await engine.start("U-10")

        async def repeated() -> Ended | None:
            ended = await engine.run("list", "--stuck", "--attempts", "2", "--json")
            return ended if ended.json else None

        stuck = await eventually(repeated)
        calm = await engine.run("list", "--stuck", "--attempts", "50", "--fail")
    (one,) = stuck.json
    assert one["why"].startswith("cost.post: attempt ") and "the system does not answer" in one["why"]
    assert one["next"] == f"suture show {correlation}"
    assert calm.code == 0 and calm.out.startswith("nothing is stuck")


async def test_stuck_names_a_run_whose_own_code_fails(engine: Engine) -> None:
    Trouble(engine.inventory, "move").before(refusal())
    async with engine.working():
        await engine.start("U-11")
        item = await engine.item()
    handle = engine.client.get_workflow_handle(item["workflow_id"])
    await handle.signal("receive", envelope_of_nothing())
    worker = Worker(engine.client, task_queue=TRANSACTIONS_QUEUE, workflows=[Broken], build_id="broken")
    async with worker:

        async def failing() -> dict[str, Any] | None:
            ended = await engine.run("list", "--stuck", "--json")
            return next((one for one in ended.json if one["what"] == item["workflow_id"]), None)

        stuck = await eventually(failing, within=40)

        async def ending(code: int) -> Ended:
            async def ended() -> Ended | None:
                once = await engine.resolve(item["item_id"], "sam", "--retry", "--within", "2")
                return once if once.code == code else None

            return await eventually(ended, within=60)

        refused = await ending(5)
    assert stuck["why"].startswith("its own code fails: ")
    assert "read the worker's log" in stuck["next"]
    assert "nothing was decided: the run's own code fails; safe to repeat" in refused.err
    async with engine.working():
        await ending(0)
        outcome = await engine.closed(item["workflow_id"])
    assert outcome == "posted"


def envelope_of_nothing() -> Envelope:
    """News that wake a run and change nothing."""
    now = datetime.now(UTC)
    return Envelope(
        id="e", source="inventory", type="item.approved", subject="4702", time=now, facility="NORTH", data={}
    )


def _dana(engine: Engine) -> Path:
    """The token file of the hospital's revenue integrity analyst."""
    file = engine.line.folder / "dana.token"
    file.touch(mode=0o600)
    file.write_text(TOKEN)
    return file
