"""Finds the kinds of system that are installed, and builds the systems that the configuration names.

The only way from `suture` to connectors: by the entry-point group `suture.systems`, never by import.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel, ValidationError

from canonical.ports import Billing, Finance, Inventory, System, SystemKind
from canonical.run import Domain
from suture.configuration import as_json
from suture.problems import ConfigurationError, Problem, problems_of
from suture.secret_files import UnfitSecretFile, check_secret_file
from suture.settings import Settings

GROUP = "suture.systems"
PORTS: Mapping[Domain, type] = {"inventory": Inventory, "billing": Billing, "finance": Finance}
SECRET_ENDINGS = ("token_file", "secret_file", "password_file", "key_file")

Outgoing = Callable[[], Mapping[str, str]]


@dataclass(frozen=True)
class Assembly:
    """The systems that the configuration names, built; each domain holds those that serve it."""

    systems: Mapping[str, System]
    inventory: Mapping[str, Inventory]
    billing: Mapping[str, Billing]
    finance: Mapping[str, Finance]

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


def kinds(settings: Settings) -> dict[str, SystemKind]:
    """The kind of each configured system: enough to translate its webhooks, without a connection to it."""
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
    systems = {name: of_kind[name].build(name, own[name], outgoing=outgoing) for name in settings.systems}
    _check_routes(settings, systems)
    serving = {domain: {name: system for name, system in systems.items() if serves(system, domain)} for domain in PORTS}
    return Assembly(
        systems=systems,
        inventory=cast(Mapping[str, Inventory], serving["inventory"]),
        billing=cast(Mapping[str, Billing], serving["billing"]),
        finance=cast(Mapping[str, Finance], serving["finance"]),
    )


def serves(system: object, domain: Domain) -> bool:
    """Whether a system offers every verb of the domain's port."""
    verbs = [verb for verb in vars(PORTS[domain]) if not verb.startswith("_")]
    return all(callable(getattr(system, verb, None)) for verb in verbs)


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
            continue
        problems.extend(_unfit_files(own[name], settings.file, table))
    if problems:
        raise ConfigurationError(*problems)
    return own


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
        for number, route in enumerate(served.routes):
            if not serves(systems[route.system], route.domain):
                able = ", ".join(sorted(name for name, system in systems.items() if serves(system, route.domain)))
                expected = f"expected a system that serves {route.domain}: {able or 'there is none'}"
                problems.append(Problem(settings.file, f"facilities.{facility}.routes[{number}]", "system", expected))
    if problems:
        raise ConfigurationError(*problems)
