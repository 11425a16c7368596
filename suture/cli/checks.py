"""The checks of `suture doctor`, in the order in which one thing depends on another; none stops the next."""

import asyncio
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import httpx
from temporalio.api.workflowservice.v1 import GetSystemInfoRequest
from temporalio.client import Client
from temporalio.service import RPCError

from canonical.errors import Failure
from canonical.model import Frozen
from canonical.ports import System
from suture.assembly import assemble
from suture.cli import output
from suture.cli.failures import Ending, Failed, one_line, told
from suture.cli.pollers import unserved
from suture.cli.session import ANSWERS_WITHIN, connected
from suture.configuration import read
from suture.keys import Keyring, load
from suture.problems import ConfigurationError
from suture.settings import Settings
from suture.store.migrate import check_revision, head
from suture.temporal.search_attributes import missing

SECONDS = ANSWERS_WITHIN.total_seconds()


class Check(Frozen):
    """One dependency: what was found, and where it is not well, what to do and how grave that is."""

    what: str
    found: str
    do: str = ""
    ending: Ending = Ending.ok

    @property
    def well(self) -> bool:
        """Whether nothing is to be done."""
        return self.ending is Ending.ok


async def check_all(file: Path) -> list[Check]:
    """Check the configuration, and everything that it names."""
    found = [Check(what="suture", found=f"version {version('suture')}")]
    try:
        settings = read(file)
    except ConfigurationError as wrong:
        return found + [
            Check(what="configuration", found=str(problem), do="correct the file", ending=Ending.usage)
            for problem in wrong.problems
        ]
    found.append(Check(what="configuration", found=f"{settings.file}: {len(settings.facilities)} facilities"))
    keys, keyring = _keys(settings)
    found.append(keys)
    found.append(await asyncio.to_thread(_store, settings))
    parts = await asyncio.gather(_temporal(settings, keyring), _systems(settings), _gateway(settings), _ui(settings))
    return found + [check for part in parts for check in part]


def ending(found: Sequence[Check]) -> Ending:
    """The exit code: that of the first thing that is not well, because the others may follow from it."""
    return next((check.ending for check in found if not check.well), Ending.ok)


def tell(found: Sequence[Check], *, as_json: bool) -> None:
    """What is wrong first, then everything."""
    if as_json:
        output.emit([check.model_dump(mode="json") | {"well": check.well} for check in found])
        return
    wrong = [check for check in found if not check.well]
    for check in wrong:
        output.say(f"{check.what}: {check.found}", style="bold red")
        output.say(f"  next: {check.do}")
    output.say(f"{len(wrong)} of {len(found)} not well" if wrong else "all is well", style="bold" if wrong else "green")
    output.table(("", "WHAT", "FOUND"), [("ok" if check.well else "NO", check.what, check.found) for check in found])


def _failed(what: str, error: Exception, do: str) -> Check:
    failed = told(error)
    return Check(what=what, found=one_line(failed.what), do=failed.do or do, ending=failed.ending)


def _keys(settings: Settings) -> tuple[Check, Keyring | None]:
    try:
        keyring = load(settings.keys.file)
    except Exception as error:
        return _failed("keys", error, "suture keys make, or restore the file from its backup"), None
    return Check(what="keys", found=f"{len(keyring.sealing)}, current {keyring.current}"), keyring


def _store(settings: Settings) -> Check:
    try:
        check_revision(settings.store.url)
    except Exception as error:
        return _failed("store", error, "suture store migrate")
    return Check(what="store", found=f"{settings.store.url.partition(':')[0]}, revision {head()}")


async def _temporal(settings: Settings, keyring: Keyring | None) -> list[Check]:
    if keyring is None:
        return [
            Check(what="Temporal", found="not asked: there are no keys", do="suture keys make", ending=Ending.usage)
        ]
    try:
        client = await connected(settings, keyring)
        return await _server(client, settings)
    except (Failed, RPCError) as error:
        return [_failed("Temporal", error, "start it, or correct [temporal] in the configuration")]


async def _server(client: Client, settings: Settings) -> list[Check]:
    system = await client.workflow_service.get_system_info(GetSystemInfoRequest(), timeout=ANSWERS_WITHIN)
    where = f"{settings.temporal.address}, namespace {settings.temporal.namespace}"
    checks = [Check(what="Temporal", found=f"version {system.server_version} at {where}")]
    if absent := await missing(client):
        found = f"missing: {', '.join(absent)}"
        do = "temporal operator search-attribute create, as deploy/ shows; suture up does it on its own server"
        checks.append(Check(what="search attributes", found=found, do=do, ending=Ending.refused))
    else:
        checks.append(Check(what="search attributes", found="all there"))
    if queues := await unserved(client, settings, within=ANSWERS_WITHIN):
        found = f"nobody polls: {', '.join(queues)}"
        checks.append(Check(what="worker", found=found, do="start it: python -m worker", ending=Ending.unreachable))
    else:
        checks.append(Check(what="worker", found="polls every queue"))
    return checks


async def _systems(settings: Settings) -> list[Check]:
    try:
        assembly = assemble(settings, outgoing=dict)
    except ConfigurationError as wrong:
        return [
            Check(what="systems", found=str(problem), do="correct the file", ending=Ending.usage)
            for problem in wrong.problems
        ]
    try:
        return list(await asyncio.gather(*(_ping(name, system) for name, system in assembly.systems.items())))
    finally:
        await assembly.close()


async def _ping(name: str, system: System) -> Check:
    what = f"system {name}"
    try:
        async with asyncio.timeout(SECONDS):
            return Check(what=what, found=await system.ping())
    except TimeoutError:
        found, do = f"no answer within {SECONDS:g} s", "is it running? is the address right?"
    except Failure as failure:
        answered = f" ({failure.status})" if failure.status else ""
        found = f"{failure.category}: {failure.summary}{answered}"
        do = "renew its credential" if failure.status in (401, 403) else f"is it running? see [systems.{name}]"
    return Check(what=what, found=found, do=do, ending=Ending.unreachable)


async def _gateway(settings: Settings) -> list[Check]:
    url = f"http://{settings.gateway.host}:{settings.gateway.port}"
    return [
        await _asks("gateway", f"{url}/readyz", f"ready at {url}", "start it: suture up, or python -m suture.gateway")
    ]


async def _ui(settings: Settings) -> list[Check]:
    url = settings.temporal.ui_url
    return [await _asks("web ui", url, url, "start it, or correct ui_url in [temporal]; nothing else depends on it")]


async def _asks(what: str, url: str, well: str, do: str) -> Check:
    try:
        async with httpx.AsyncClient(timeout=SECONDS, follow_redirects=True, trust_env=False) as client:
            answer = await client.get(url)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Check(what=what, found=f"no answer at {url}: {type(error).__name__}", do=do, ending=Ending.unreachable)
    if answer.status_code >= 400:
        return Check(what=what, found=f"{url} answers {answer.status_code}", do=do, ending=Ending.unreachable)
    return Check(what=what, found=well)
