"""What `hospital.toml` says as one frozen model: `suture.configuration` reads it, the entry points pass it down."""

from datetime import date
from pathlib import Path
from typing import Any, Self

from pydantic import Field, PrivateAttr, model_validator

from canonical.documents.document import Code
from canonical.identity import USE_PROCESS, system_queue
from canonical.policy import Policy
from canonical.purchasing.policy import PurchasingPolicy
from canonical.run import Domain, Leg
from suture.tables import (
    Codec,
    Facility,
    Gateway,
    Hospital,
    Keys,
    Name,
    Privacy,
    Someone,
    Source,
    Store,
    System,
    Table,
    Telemetry,
    Temporal,
)

DOMAINS: tuple[Domain, ...] = ("inventory", "billing", "finance")
PURCHASING: tuple[Domain, ...] = ("procurement", "supplier")
"""The domains that a facility may do without: then nothing is ordered, received or paid through the engine."""


class Settings(Table):
    """The whole file. Paths are absolute once read; `file` is where it was read from."""

    hospital: Hospital
    facilities: dict[Code, Facility] = Field(min_length=1)
    systems: dict[Name, System] = Field(min_length=1)
    sources: dict[Name, Source] = {}
    temporal: Temporal = Temporal()
    store: Store = Store()
    keys: Keys = Keys()
    gateway: Gateway = Gateway()
    codec: Codec = Codec()
    people: dict[Name, Someone] = {}
    privacy: Privacy = Privacy()
    telemetry: Telemetry = Telemetry()
    policy: Policy = Policy()
    _file: Path = PrivateAttr(default=Path("hospital.toml"))

    @property
    def file(self) -> Path:
        """Where these settings were read from; errors found later name it too."""
        return self._file

    @model_validator(mode="after")
    def _refers_to_what_it_has(self) -> Self:
        for name, facility in self.facilities.items():
            seen: set[tuple[str, date]] = set()
            for route in facility.routes:
                if route.system not in self.systems:
                    raise ValueError(f"facilities.{name}.routes: system: expected one of {_names(self.systems)}")
                if (route.domain, route.since) in seen:
                    raise ValueError(f"facilities.{name}.routes: since: expected one {route.domain} route per day")
                seen.add((route.domain, route.since))
            for domain in DOMAINS:
                if not any(route.domain == domain for route in facility.routes):
                    raise ValueError(f"facilities.{name}: routes: expected a route for {domain}")
        for name, source in self.sources.items():
            if source.system not in self.systems:
                raise ValueError(f"sources.{name}: system: expected one of {_names(self.systems)}")
        if self.policy.charge_when is not None:
            raise ValueError("policy: charge_when: expected at the facility, as charge_trigger")
        digests = [someone.token_sha256 for someone in self.people.values()]
        if len(set(digests)) < len(digests):
            raise ValueError("people: token_sha256: expected a token of their own for each person")
        return self

    def placed(self, file: Path) -> Self:
        """These settings as read from `file`: every path absolute. A kind's own paths are made so by the assembly."""
        base, sqlite = file.parent, "sqlite:///"
        url = self.store.url
        if url.startswith(sqlite):
            url = f"{sqlite}{base / url.removeprefix(sqlite)}"
        sources = {
            name: source.model_copy(update={"secrets": tuple(base / secret for secret in source.secrets)})
            for name, source in self.sources.items()
        }
        placed = self.model_copy(
            update={
                "store": self.store.model_copy(update={"url": url}),
                "keys": self.keys.model_copy(update={"file": base / self.keys.file}),
                "sources": sources,
            }
        )
        placed._file = file
        return placed

    def route(self, facility: str, on: date) -> tuple[Leg, ...]:
        """Which system serves each domain of a facility on a day; `KeyError` where one that must be there is not."""
        served = self.facilities[facility]
        legs = [(domain, served.system(domain, on)) for domain in (*DOMAINS, *PURCHASING)]
        for domain, system in legs:
            if system is None and domain in DOMAINS:
                raise KeyError(f"{facility}: no {domain} route on {on}")
        return tuple(Leg(domain=d, system=s, queue=system_queue(s)) for d, s in legs if s is not None)

    def policy_for(self, facility: str, process: str) -> Policy:
        """The policy that a run of this process carries: of purchasing, uses know nothing."""
        served = self.facilities[facility]
        purchasing = served.purchasing or self.policy.purchasing or PurchasingPolicy()
        slices = {"charge_when": served.charge_when, "purchasing": None if process == USE_PROCESS else purchasing}
        return self.policy.model_copy(update=slices)


def _names(table: dict[str, Any]) -> str:
    return ", ".join(sorted(table))
