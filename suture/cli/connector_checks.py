"""The checks of `suture connector check`: one system, by its name in the configuration. Nothing is written there."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import cast
from zoneinfo import ZoneInfo

from canonical.errors import Failure
from canonical.kinds import DOMAINS
from canonical.ports import Described, System
from suture.assembly import PORTS, build, folder_of, lacking, offers, serves
from suture.cli.check import Check
from suture.cli.failures import Ending, Failed
from suture.cli.system_checks import of_read, ping
from suture.connector.drift import Schema, Unreadable, drifts, read, write
from suture.connector.ledgers import ledgers_of
from suture.connector.reads import Asked, Broken, Read, missing, reads_of
from suture.settings import Settings


async def check_system(
    settings: Settings,
    name: str,
    *,
    record: bool = False,
    facility: str | None = None,
    location: str | None = None,
    cost_centre: str | None = None,
    item: str | None = None,
) -> list[Check]:
    """Reach it, hold its connector to the safe part of the contract, and compare its schema with the recorded one."""
    _must_be_one_of("system", name, settings.systems)
    served = facility or next(_facilities(settings, name))
    _must_be_one_of("facility", served, settings.facilities)
    asked = _asked(settings, served, location=location, cost_centre=cost_centre, item=item)
    system = build(settings, name, outgoing=dict)
    try:
        found = [*_ports(settings, name, system), reached := await ping(name, system)]
        if not reached.well:
            # Each further call would meet the same, and a stale credential asked again and again locks itself out.
            return found
        for each in reads_of(system, asked):
            found.append(await _read(each, name, asked))
        return found + await _schema(settings, name, system, reached.found, record=record)
    finally:
        await system.close()


def _asked(
    settings: Settings, facility: str, *, location: str | None, cost_centre: str | None, item: str | None
) -> Asked:
    """What nobody has named is taken from what the configuration says of the facility's purchasing."""
    policy = settings.policy_for(facility, "").purchasing
    centres = policy.replenishing.cost_centres if policy else {}
    place = location or next(iter(centres), None)
    return Asked(
        facility=facility,
        on=datetime.now(UTC).astimezone(ZoneInfo(settings.facilities[facility].timezone)).date(),
        location=place,
        cost_centre=cost_centre or (centres.get(place) if place else None),
        item=item,
    )


def _facilities(settings: Settings, name: str) -> Iterator[str]:
    """The facilities that it serves; the first of all where it serves none yet."""
    for facility, served in settings.facilities.items():
        if any(route.system == name for route in served.routes):
            yield facility
    yield next(iter(settings.facilities))


def _must_be_one_of(what: str, name: str, known: object) -> None:
    names = sorted(known) if isinstance(known, dict) else []
    if name not in names:
        raise Failed(f"no {what} {name}", do=f"the configuration has: {', '.join(names)}", ending=Ending.not_found)


def _ports(settings: Settings, name: str, system: System) -> Iterator[Check]:
    offered = [domain for domain in PORTS if serves(system, domain)]
    yield Check(what="ports", found=", ".join(offered) or "none", do="" if offered else "offer a port's every verb")
    routed = {route.domain for one in settings.facilities.values() for route in one.routes if route.system == name}
    for domain in sorted(routed - set(offered)):
        verbs = ", ".join(lacking(system, PORTS[domain]))
        do = "offer them, or name another system in the routes"
        yield Check(what=f"port {domain}", found=f"routed here, and lacks {verbs}", do=do, ending=Ending.refused)
    kept = ledgers_of(system)
    for domain in sorted(routed & set(offered)):
        absent = sorted(kind for kind, of in DOMAINS.items() if of == domain and kind not in kept)
        if absent and hasattr(system, "books"):
            do = "a process that writes one of these is parked at that step"
            yield Check(what=f"port {domain}", found=f"keeps no {', '.join(absent)}", do=do)


async def _read(read: Read, name: str, asked: Asked) -> Check:
    what = f"{read.port} {read.verb}"
    if missing(read, asked):
        option = f"--{read.needs.replace('_', '-')}"
        return Check(what=what, found="not asked: nothing says what the system knows", do=f"repeat this with {option}")
    try:
        return Check(what=what, found=await read.ask())
    except Failure as failure:
        return of_read(what, failure, name)
    except Broken as broken:
        do = "mend the connector: the contract suite asks the same of it"
        return Check(what=what, found=str(broken), do=do, ending=Ending.refused)
    except Exception as error:
        found, do = f"raises {type(error).__name__}", "raise a leaf of canonical/errors.py, or nothing"
        return Check(what=what, found=found, do=do, ending=Ending.refused)


async def _schema(settings: Settings, name: str, system: System, version: str, *, record: bool) -> list[Check]:
    what, again = "schema", f"suture connector check {name} --record"
    if not offers(system, Described):
        return [Check(what=what, found="it does not say of which fields it is made", do="drift shows in use alone")]
    folder = folder_of(settings.systems[name].kind)
    if folder is None:
        return [Check(what=what, found="its connector has no folder to keep a record in", do="install it as files")]
    try:
        live = Schema(version=version, fields=await cast(Described, system).schema())
    except Failure as failure:
        return [of_read(what, failure, name)]
    if record:
        return [Check(what=what, found=f"{len(live.fields)} fields of {version} recorded in {write(folder, live)}")]
    try:
        recorded = read(folder)
    except Unreadable as unfit:
        return [Check(what=what, found=str(unfit), do=f"record it anew: {again}", ending=Ending.refused)]
    if recorded is None:
        return [Check(what=what, found=f"{len(live.fields)} fields, none recorded", do=f"record them: {again}")]
    found = [
        Check(
            what=what,
            found=drift.words,
            do=f"see that the connector can live with it, then: {again}",
            ending=Ending.drifted if drift.breaks else Ending.ok,
        )
        for drift in drifts(recorded, live)
    ]
    if recorded.version != version:
        found.insert(0, Check(what=what, found=f"recorded of {recorded.version}, this is {version}", do=again))
    return found or [Check(what=what, found=f"{len(live.fields)} fields as recorded of {recorded.version}")]
