"""What `suture show` tells of a use: that it went through, or what keeps it from that."""

from temporalio.api.failure.v1 import Failure
from temporalio.client import Client

from suture.cli.history import UNREADABLE, why
from suture.keys import Keyring
from suture.temporal.plugin import suture_plugin
from tests.support.at_work import AtWork, envelope_of_nothing
from tests.support.documents import projection
from tests.support.house import eventually
from tests.support.trouble import Trouble, refusal


async def test_a_use_goes_through_and_show_says_so(engine: AtWork) -> None:
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


async def test_a_run_that_temporal_does_not_know_is_told_as_trouble(engine: AtWork) -> None:
    await engine.store.runs.project(projection("U-12", correlation_id="c-lost"))
    shown = await engine.run("show", "c-lost")
    assert shown.out.startswith("Temporal does not know this run, and it never told its outcome")
    assert "next: suture doctor" in shown.out and "nothing is wrong" not in shown.out


async def test_a_run_that_no_worker_takes_up_is_told_as_trouble(engine: AtWork) -> None:
    Trouble(engine.inventory, "move").before(refusal())
    async with engine.working():
        correlation = await engine.start("U-13")
        item = await engine.item()
    await engine.client.get_workflow_handle(item["workflow_id"]).signal("receive", envelope_of_nothing())

    async def told() -> str | None:
        shown = (await engine.run("show", correlation)).out
        return shown if "the run waits for a worker since" in shown else None

    assert "next: suture doctor" in await eventually(told, within=30)


async def test_a_failure_under_a_lost_key_does_not_hide_the_rest(engine: AtWork) -> None:
    lost = await Client.connect(
        engine.client.service_client.config.target_host, plugins=[suture_plugin(Keyring.make())]
    )
    failure = Failure()
    await lost.data_converter.encode_failure(refusal(), failure)
    assert await why(engine.client, failure) == UNREADABLE
