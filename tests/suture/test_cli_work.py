"""Bringing work items home from the command line: real commands, a real Temporal server, real workers."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from canonical.ports import ClearStanding
from tests.support.at_work import AtWork
from tests.support.trouble import Trouble, refusal


async def test_an_item_is_listed_taken_and_resolved_by_whoever_has_the_right(engine: AtWork) -> None:
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


async def test_of_two_people_at_once_one_decides_and_the_other_is_told(engine: AtWork) -> None:
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


async def test_one_decision_sent_twice_at_once_counts_once(engine: AtWork) -> None:
    move = Trouble(engine.inventory, "move").before(refusal())
    async with engine.working():
        await engine.start("U-4")
        item = await engine.item()
        ends = await asyncio.gather(*(engine.resolve_in_a_shell(item["item_id"], "sam", "--retry") for _ in range(2)))
        await engine.closed(item["workflow_id"])
    assert [end.code for end in ends] == [0, 0], ends
    assert move.calls == 2


async def test_with_no_worker_a_decision_is_safe_to_repeat(engine: AtWork) -> None:
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


async def test_a_corrected_account_leaves_the_command_as_a_token(engine: AtWork) -> None:
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
            "work", "resolve", item["item_id"], "--correct", "colour=red", f"--token-file={engine.dana()}"
        )
        done = await engine.run(
            "work", "resolve", item["item_id"], "--correct", "account=ACCOUNT 99", f"--token-file={engine.dana()}"
        )
        outcome = await engine.closed(item["workflow_id"])
    assert fields.code == 1 and "lets you correct" in fields.err
    assert (done.code, outcome) == (0, "posted"), done
    assert asked[-1] == "ACCOUNT 99"


async def test_no_random_correction_is_taken_by_a_run(engine: AtWork) -> None:
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
                f"--token-file={engine.dana()}",
            )
            ended = engine.line.invoke(*words)
            assert ended.code in (1, 2) and ended.out == "", ended
            assert ended.err.startswith("suture: ") and ended.err.count("\n") == 1

        await asyncio.to_thread(refuse)
        assert (await engine.item())["item_id"] == item["item_id"]


async def test_what_an_abandoned_run_left_goes_on_in_a_new_one_or_is_acknowledged(engine: AtWork) -> None:
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


async def test_cancel_leaves_the_rest_to_a_person_and_a_correction_goes_by_signal(engine: AtWork) -> None:
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
