"""What `suture doctor` asks Temporal: its version, what is registered in our namespace, and which workers serve it."""

from temporalio.api.workflowservice.v1 import GetSystemInfoRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from suture.cli.check import Check, failed
from suture.cli.failures import Ending, Failed
from suture.cli.pollers import pollers
from suture.cli.session import ANSWERS_WITHIN, connected
from suture.keys import Keyring
from suture.settings import Settings
from suture.temporal.search_attributes import missing

START = "start it, or correct [temporal] in the configuration; events wait in the store until then"


async def check_temporal(settings: Settings, keyring: Keyring | None) -> list[Check]:
    """The server, and what runs on it."""
    if keyring is None:
        return [
            Check(what="Temporal", found="not asked: there are no keys", do="first the keys", ending=Ending.usage),
        ]
    try:
        client = await connected(settings, keyring)
        system = await client.workflow_service.get_system_info(GetSystemInfoRequest(), timeout=ANSWERS_WITHIN)
    except (Failed, RPCError) as error:
        return [failed("Temporal", error, START)]
    where = f"{settings.temporal.address}, namespace {settings.temporal.namespace}"
    server = Check(what="Temporal", found=f"version {system.server_version} at {where}")
    try:
        return [server, await _attributes(client), await _workers(client, settings)]
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            return [server, failed("namespace", error, START)]
        found = f"the server has none called {settings.temporal.namespace}"
        do = "correct [temporal] namespace, or create it: temporal operator namespace create"
        return [server, Check(what="namespace", found=found, do=do, ending=Ending.usage)]


async def _attributes(client: Client) -> Check:
    what = "search attributes"
    if absent := await missing(client):
        do = "temporal operator search-attribute create, as deploy/ shows; suture up does it on its own server"
        return Check(what=what, found=f"missing: {', '.join(absent)}", do=do, ending=Ending.refused)
    return Check(what=what, found="all there")


async def _workers(client: Client, settings: Settings) -> Check:
    found = await pollers(client, settings, within=ANSWERS_WITHIN)
    unserved = [queue for queue, polled in found.items() if not polled]
    workers = sorted({worker for polled in found.values() for worker in polled}, key=str)
    told = ", ".join(map(str, workers)) or "none"
    if unserved:
        words = f"nobody polls: {', '.join(unserved)}; workers: {told}"
        return Check(what="workers", found=words, do="start it: python -m worker", ending=Ending.unreachable)
    return Check(what="workers", found=f"poll every queue: {told}")
