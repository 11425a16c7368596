"""Finds the kinds of system that are installed, and builds the systems that the configuration names.

The only way from `suture` to connectors: by the entry-point group `suture.systems`, never by import.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel, ValidationError

from canonical.inbound import Inbound
from canonical.kinds import DOMAINS, Kind
from canonical.ports import (
    Billing,
    Finance,
    Inventory,
    KeepsBooks,
    Procurement,
    Storeroom,
    Supplier,
    System,
    SystemKind,
)
from canonical.run import Domain
from suture.configuration import as_json
from suture.problems import ConfigurationError, Problem, problems_of
from suture.secret_files import UnfitSecretFile, check_secret_file
from suture.settings import Settings

GROUP = "suture.systems"
PORTS: Mapping[Domain, type] = {
    "inventory": Inventory,
    "billing": Billing,
    "finance": Finance,
    "procurement": Procurement,
    "supplier": Supplier,
}
SECRET_ENDINGS = ("token_file", "secret_file", "password_file", "key_file")

Outgoing = Callable[[], Mapping[str, str]]


@dataclass(frozen=True)
class Assembly:
    """The systems that the configuration names, built; each domain holds those that serve it."""

    systems: Mapping[str, System]
    inventory: Mapping[str, Inventory]
    billing: Mapping[str, Billing]
    finance: Mapping[str, Finance]
    storerooms: Mapping[str, Storeroom]
    procurement: Mapping[str, Procurement]
    suppliers: Mapping[str, Supplier]

    @property
    def bears(self) -> dict[str, int]:
        """How many calls at once each system declares that it bears."""
        return {name: system.declares.at_once for name, system in self.systems.items()}

    async def close(self) -> None:
        """Close every system, also after one that fails to."""
        failures = []
        for system in self.systems.values():
            try:
                await system.close()
            except Exception as error:
                failures.append(error)
        if failures:
            raise ExceptionGroup("systems did not close", failures)


def installed() -> dict[str, EntryPoint]:
    """The kinds of system that are installed, by name."""
    return {point.name: point for point in entry_points(group=GROUP)}


@dataclass(frozen=True)
class Sender:
    """A system as the door hears it: its webhooks, translated by its own table, without a connection to it."""

    kind: SystemKind
    settings: BaseModel

    def translate(self, body: Mapping[str, Any]) -> Inbound:
        """A webhook body as an `Inbound`; `InvalidEvent` names the field and what was expected."""
        return self.kind.translate(body, self.settings)


def senders(settings: Settings) -> dict[str, Sender]:
    """Every configured system as the door hears it; the files that its table names need not be there."""
    of_kind = kinds(settings)
    own = _own_settings(settings, of_kind)
    return {name: Sender(kind, own[name]) for name, kind in of_kind.items()}


def kinds(settings: Settings) -> dict[str, SystemKind]:
    """The kind of each configured system."""
    points = installed()
    found: dict[str, SystemKind] = {}
    problems = []
    for name, system in settings.systems.items():
        point = points.get(system.kind)
        if point is None:
            expected = f"expected an installed kind of system: {', '.join(sorted(points)) or 'there are none'}"
            problems.append(Problem(settings.file, f"systems.{name}", "kind", expected))
            continue
        try:
            found[name] = cast(SystemKind, point.load())
        except (ImportError, AttributeError) as error:
            expected = f"expected a kind that can be loaded: {point.value}: {type(error).__name__}: {error}"
            problems.append(Problem(settings.file, f"systems.{name}", "kind", expected))
    if problems:
        raise ConfigurationError(*problems)
    return found


def assemble(settings: Settings, *, outgoing: Outgoing) -> Assembly:
    """Build every configured system; `outgoing` gives the headers of the moment (correlation id, trace)."""
    of_kind = kinds(settings)
    own = _own_settings(settings, of_kind)
    _check_files(settings, own)
    systems = {name: of_kind[name].build(name, own[name], outgoing=outgoing) for name in settings.systems}
    _check_routes(settings, systems)
    serving = {domain: {name: system for name, system in systems.items() if serves(system, domain)} for domain in PORTS}
    return Assembly(
        systems=systems,
        inventory=cast(Mapping[str, Inventory], serving["inventory"]),
        billing=cast(Mapping[str, Billing], serving["billing"]),
        finance=cast(Mapping[str, Finance], serving["finance"]),
        storerooms={name: cast(Storeroom, one) for name, one in systems.items() if offers(one, Storeroom)},
        procurement=cast(Mapping[str, Procurement], serving["procurement"]),
        suppliers=cast(Mapping[str, Supplier], serving["supplier"]),
    )


def build(settings: Settings, name: str, *, outgoing: Outgoing) -> System:
    """One of the configured systems alone, whatever is wrong with the others."""
    alone = settings.model_copy(update={"systems": {name: settings.systems[name]}})
    of_kind = kinds(alone)
    own = _own_settings(alone, of_kind)
    _check_files(alone, own)
    return of_kind[name].build(name, own[name], outgoing=outgoing)


def folder_of(kind: str) -> Path | None:
    """The folder of a kind of system, where its schema is recorded; none where it is not made of files."""
    found = find_spec(installed()[kind].module)
    return Path(found.origin).parent if found is not None and found.origin is not None else None


def serves(system: object, domain: Domain) -> bool:
    """Whether a system offers every verb of the domain's port."""
    return offers(system, PORTS[domain])


def offers(system: object, port: type) -> bool:
    """Whether a system offers every verb of a port."""
    return not lacking(system, port)


def not_kept(system: object, domain: Domain) -> tuple[Kind, ...]:
    """The kinds of document that the processes of purchasing write in a domain, and a system with its verbs has no book of.

    Without a book of reservations none are asked for: such a system's budgets are advice. Of an inventory system that is no
    storeroom nothing is written.
    """
    if domain not in ("inventory", "procurement", "supplier") or not serves(system, domain):
        return ()
    is_no_storeroom = domain == "inventory" and not offers(system, Storeroom)
    kept = {} if is_no_storeroom else cast(KeepsBooks, system).books()
    wanted = (kind for kind, of in DOMAINS.items() if of == domain and kind is not Kind.reservation)
    return tuple(kind for kind in wanted if kind not in kept)


def lacking(system: object, port: type) -> tuple[str, ...]:
    """The verbs of a port that a system does not offer."""
    verbs = [verb for verb in vars(port) if not verb.startswith("_")]
    return tuple(verb for verb in verbs if not callable(getattr(system, verb, None)))


def _own_settings(settings: Settings, of_kind: Mapping[str, SystemKind]) -> dict[str, BaseModel]:
    """Each system's own table as its kind's model."""
    own: dict[str, BaseModel] = {}
    problems: list[Problem] = []
    for name, kind in of_kind.items():
        table = f"systems.{name}.settings"
        raw = _placed(settings.systems[name].settings, kind.settings, settings.file.parent)
        try:
            own[name] = kind.settings.model_validate_json(as_json(raw), strict=True)
        except ValidationError as error:
            problems.extend(problems_of(error, file=settings.file, model=kind.settings, table=table))
    if problems:
        raise ConfigurationError(*problems)
    return own


def _check_files(settings: Settings, own: Mapping[str, BaseModel]) -> None:
    problems = [
        problem for name, one in own.items() for problem in _unfit_files(one, settings.file, f"systems.{name}.settings")
    ]
    if problems:
        raise ConfigurationError(*problems)


def _placed(raw: Mapping[str, Any], model: type[BaseModel], base: Path) -> dict[str, Any]:
    """The table with its paths counted from the configuration's folder."""
    paths = {name for name, field in model.model_fields.items() if field.annotation in (Path, Path | None)}
    return {key: str(base / value) if key in paths and isinstance(value, str) else value for key, value in raw.items()}


def _unfit_files(own: BaseModel, file: Path, table: str) -> list[Problem]:
    """Files that are missing, or that hold a secret by their key's name and can be read by others."""
    problems = []
    for key, value in own:
        if not isinstance(value, Path):
            continue
        try:
            if key.endswith(SECRET_ENDINGS):
                check_secret_file(value)
            elif not value.exists():
                problems.append(Problem(file, table, key, f"expected a file at {value}, there is none"))
        except UnfitSecretFile as error:
            problems.append(Problem(file, table, key, str(error)))
    return problems


def _check_routes(settings: Settings, systems: Mapping[str, System]) -> None:
    problems = []
    for facility, served in settings.facilities.items():
        buys = any(route.domain == "procurement" for route in served.routes)
        for number, route in enumerate(served.routes):
            # A facility that only uses goods receives none and fills nothing up.
            wants_books = buys or route.domain != "inventory"
            unkept = not_kept(systems[route.system], route.domain) if wants_books else ()
            if unkept or not serves(systems[route.system], route.domain):
                able = [
                    name
                    for name, one in systems.items()
                    if serves(one, route.domain) and not (wants_books and not_kept(one, route.domain))
                ]
                lacks = f"; {route.system} keeps no {', '.join(unkept)}" if unkept else ""
                expected = (
                    f"expected a system that serves {route.domain}: {', '.join(sorted(able)) or 'there is none'}{lacks}"
                )
                problems.append(Problem(settings.file, f"facilities.{facility}.routes[{number}]", "system", expected))
    if problems:
        raise ConfigurationError(*problems)
