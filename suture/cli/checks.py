"""The checks of `suture doctor`, in the order in which one thing depends on another; none stops the next."""

import asyncio
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import httpx
from sqlalchemy import make_url

from suture.assembly import assemble
from suture.cli import output
from suture.cli.check import Check, failed
from suture.cli.failures import Ending
from suture.cli.session import keyring_of
from suture.cli.system_checks import SECONDS, ping
from suture.cli.temporal_checks import check_temporal
from suture.configuration import read
from suture.keys import Keyring, KeysError
from suture.problems import ConfigurationError
from suture.settings import Settings
from suture.store.database import server_of
from suture.store.errors import StoreNotMigrated
from suture.store.migrate import check_revision, head


async def check_all(file: Path) -> list[Check]:
    """Check the configuration, and everything that it names."""
    found = [Check(what="suture", found=f"version {version('suture')}")]
    try:
        settings = read(file)
    except ConfigurationError as wrong:
        return found + _of_configuration("configuration", wrong)
    found.append(Check(what="configuration", found=f"{settings.file}: {len(settings.facilities)} facilities"))
    keys, keyring = _keys(settings)
    found.append(keys)
    found.append(await asyncio.to_thread(_store, settings))
    parts = await asyncio.gather(
        check_temporal(settings, keyring), _systems(settings), _gateway(settings), _codec(settings), _ui(settings)
    )
    return found + [check for part in parts for check in part]


def ending(found: Sequence[Check]) -> Ending:
    """The exit code: that of the first thing that is not well, because the others may follow from it."""
    return next((check.ending for check in found if not check.well), Ending.ok)


def tell(found: Sequence[Check], *, as_json: bool) -> None:
    """What is wrong first, then what is worth a remark, then everything."""
    if as_json:
        output.emit([check.model_dump(mode="json") | {"well": check.well} for check in found])
        return
    wrong = [check for check in found if not check.well]
    remarks = [check for check in found if check.well and check.do]
    for check in wrong + remarks:
        output.say(f"{check.what}: {check.found}", style="" if check.well else "bold red")
        output.say(f"  next: {check.do}")
    output.say(f"{len(wrong)} of {len(found)} not well" if wrong else "all is well", style="bold" if wrong else "green")
    output.table(("", "WHAT", "FOUND"), [(check.mark, check.what, check.found) for check in found])


def _of_configuration(what: str, wrong: ConfigurationError) -> list[Check]:
    return [
        Check(what=what, found=str(problem), do="correct the file", ending=Ending.usage) for problem in wrong.problems
    ]


def _keys(settings: Settings) -> tuple[Check, Keyring | None]:
    try:
        keyring = keyring_of(settings)
    except KeysError as unfit:
        return Check(what="keys", found=unfit.what, do=unfit.do, ending=Ending.usage), None
    return Check(what="keys", found=f"{len(keyring.sealing)}, current {keyring.current}"), keyring


def _store(settings: Settings) -> Check:
    url = settings.store.url
    try:
        check_revision(url)
        return Check(what="store", found=f"{server_of(url)}, revision {head()}")
    except StoreNotMigrated as unfit:
        # Where that is, without what a URL may hold of secrets.
        place = make_url(url).set(password=None, query={}).render_as_string()
        return Check(what="store", found=f"{unfit.what}: {place}", do=unfit.do, ending=Ending.usage)
    except Exception as error:
        do = "start its server or mend its disk, or correct [store] url; gateway and worker then go on by themselves"
        return failed("store", error, do)


async def _systems(settings: Settings) -> list[Check]:
    try:
        assembly = assemble(settings, outgoing=dict)
    except ConfigurationError as wrong:
        return _of_configuration("systems", wrong)
    try:
        return list(await asyncio.gather(*(ping(name, system) for name, system in assembly.systems.items())))
    finally:
        await assembly.close()


async def _gateway(settings: Settings) -> list[Check]:
    url = f"http://{settings.gateway.host}:{settings.gateway.port}"
    do = "start it: suture up, or python -m suture.gateway; until then no event is accepted"
    found = await _asks("gateway", "GET", f"{url}/readyz", do, ending=Ending.unreachable)
    if found.found.endswith("answers 503"):
        found = found.model_copy(update={"do": "it runs, and accepts nothing: mend the store, see above and its log"})
    return [found]


async def _codec(settings: Settings) -> list[Check]:
    url = f"http://{settings.codec.host}:{settings.codec.port}/decode"
    do = "start it: suture up, or python -m suture.codec_server; without it the Web UI shows payloads sealed, no more"
    return [await _asks("codec endpoint", "OPTIONS", url, do)]


async def _ui(settings: Settings) -> list[Check]:
    do = "start it, or correct ui_url in [temporal]; nothing else depends on it"
    return [await _asks("web ui", "GET", settings.temporal.ui_url, do)]


async def _asks(what: str, method: str, url: str, do: str, *, ending: Ending = Ending.ok) -> Check:
    """Whether an address answers; `ending` is how grave it is if not."""
    try:
        async with httpx.AsyncClient(timeout=SECONDS, follow_redirects=True, trust_env=False) as client:
            answer = await client.request(method, url)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Check(what=what, found=f"no answer at {url}: {type(error).__name__}", do=do, ending=ending)
    if answer.status_code >= 400:
        return Check(what=what, found=f"{url} answers {answer.status_code}", do=do, ending=ending)
    return Check(what=what, found=f"answers at {url}")
