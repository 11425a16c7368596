"""The tables of `hospital.toml`, one frozen model each."""

import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from canonical.documents.charge import CaseStatus
from canonical.errors import Audience
from canonical.purchasing.policy import PurchasingPolicy
from canonical.run import Domain
from suture.telemetry.scrub import Mask


def _known_zone(name: str) -> str:
    """Refuse a time zone that the tz database does not have."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("expected a time zone of the tz database, for example America/Chicago") from error
    return name


def _form(pattern: str, words: str) -> AfterValidator:
    """Refuse a text of another form, in words: people read them, not the pattern."""
    form = re.compile(pattern)

    def check(text: str) -> str:
        if form.fullmatch(text) is None:
            raise ValueError(f"expected {words}")
        return text

    return AfterValidator(check)


def _web_address(text: str) -> str:
    """Refuse what a browser could not open; without a slash at its end, so that a path can follow."""
    try:
        parts = urlsplit(text)
        sound = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        sound = False
    if not sound or parts.query or parts.fragment or not text.isprintable() or " " in text:
        raise ValueError("expected a web address, for example http://127.0.0.1:8233")
    return text.rstrip("/")


def _patient_number(form: str) -> str:
    """Refuse what cannot be searched for beside the other forms, or would be found everywhere."""
    try:
        compiled = re.compile(form)
        Mask([form])
        sound = compiled.groups == 0 and compiled.search("") is None
    except (re.error, OverflowError, RecursionError):
        sound = False
    if not sound:
        raise ValueError(
            "expected a regular expression that asks for a letter or digit at least, without (groups), "
            r"for example '\bPT\d{7}\b'"
        )
    return form


Name = Annotated[str, _form(r"[a-z][a-z0-9-]{0,39}", "at most 40 small letters, digits and dashes, a letter in front")]
Currency = Annotated[str, _form(r"[A-Z]{3}", "the three capital letters of a currency, for example USD")]
Zone = Annotated[str, AfterValidator(_known_zone)]
Digest = Annotated[str, _form(r"[0-9a-f]{64}", "a SHA-256 as 64 digits and letters a to f")]
Bind = Annotated[str, _form(r"[^\s:]+:\d{1,5}", "host:port, for example 127.0.0.1:7233")]
PatientNumber = Annotated[str, AfterValidator(_patient_number)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
StoreAddress = Annotated[
    str, _form(r"(?s)(sqlite:///|postgresql(\+psycopg)?://).*", "sqlite:///<path> or postgresql://<address>")
]
Port = Annotated[int, Field(ge=0, le=65535)]
Role = Audience | Literal["reader", "operator", "supervisor", "history-reader"]


A_DAY = timedelta(days=1)


class Table(BaseModel):
    """A table of the file: frozen; an unknown key is an error; a string is never taken for a number."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Hospital(Table):
    """`[hospital]`: what holds for every facility that does not say otherwise."""

    name: str = Field(min_length=1)
    legal_entity: str = Field(min_length=1)
    currency: Currency


class Route(Table):
    """`[[facilities.<NAME>.routes]]`: from this day on, this system serves the domain."""

    domain: Domain
    system: Name
    since: date


class Facility(Table):
    """`[facilities.<NAME>]`: its clock, its books, what triggers a charge, and which system serves what.

    `purchasing` is what differs from `[policy.purchasing]` here.
    """

    timezone: Zone
    legal_entity: str
    currency: Currency
    charge_trigger: Literal["scan", "case-verified", "case-closed"] = "scan"
    routes: tuple[Route, ...]
    purchasing: PurchasingPolicy | None = None

    @property
    def charge_when(self) -> CaseStatus | None:
        """The case status that the charge waits for; none where it follows the scan."""
        return {"case-verified": CaseStatus.verified, "case-closed": CaseStatus.closed}.get(self.charge_trigger)

    def system(self, domain: Domain, on: date) -> str | None:
        """The system that serves a domain on a day; none before the first route."""
        routes = [route for route in self.routes if route.domain == domain and route.since <= on]
        return max(routes, key=lambda route: route.since).system if routes else None

    def served_last(self, domain: Domain, system: str, on: date) -> date | None:
        """The last day up to this one on which a system served a domain; none where it never did."""
        if self.system(domain, on) == system:
            return on
        ends = [route.since - A_DAY for route in self.routes if route.domain == domain and route.since <= on]
        return max((day for day in ends if self.system(domain, day) == system), default=None)


class System(Table):
    """`[systems.<name>]`: a system of others, its kind, its limits; `settings` belong to the kind.

    `concurrency` is how many calls each worker process has under way; without it, as many as the kind says it bears.
    """

    kind: str
    rate_per_second: float | None = Field(default=None, gt=0)
    concurrency: int | None = Field(default=None, ge=1, le=1000)
    settings: dict[str, Any] = {}


HeaderName = Annotated[str, _form("[A-Za-z][A-Za-z0-9-]{0,63}", "the name of a header, for example X-Hook-Secret")]


class Source(Table):
    """`[sources.<name>]`: who may send webhooks; a repeat that differs in ignored fields only is the same content.

    One that cannot sign presents its secret in `secret_header`, and is known by it alone.
    """

    system: Name
    secrets: tuple[Path, ...] = Field(min_length=1, max_length=2)
    secret_header: HeaderName | None = None
    ignore_fields: tuple[str, ...] = ()
    rate_per_second: float = Field(default=200, gt=0)


class Temporal(Table):
    """`[temporal]`: the server, and where people see its Web UI."""

    address: Bind = "127.0.0.1:7233"
    namespace: str = "default"
    ui_url: WebAddress = "http://127.0.0.1:8233"


class Store(Table):
    """`[store]`: an SQLite file or a PostgreSQL database by URL."""

    url: StoreAddress = Field(default="sqlite:///suture.db", repr=False)


class Keys(Table):
    """`[keys]`: the file that `suture keys make` writes."""

    file: Path = Path("suture.keys")


class Gateway(Table):
    """`[gateway]`: where the front door listens; `read_tokens` are digests of tokens that may only look."""

    host: str = "127.0.0.1"
    port: Port = 8080
    read_tokens: tuple[Digest, ...] = ()


class Codec(Table):
    """`[codec]`: where the codec endpoint of the Web UI listens."""

    host: str = "127.0.0.1"
    port: Port = 8081


class Someone(Table):
    """`[people.<id>]`: a person behind a token's digest (SHA-256, hex), with roles and the amount they may decide.

    `cost_centres` and `approval_limit` say which orders they may let pass, and up to how much; `"*"` is every cost centre,
    `"SOUTH/4110"` one of a facility alone, `"SOUTH/*"` every one of it.
    """

    name: str = Field(min_length=1)
    token_sha256: Digest
    roles: tuple[Role, ...]
    limit: Decimal | None = Field(default=None, ge=0)
    cost_centres: tuple[str, ...] = ()
    approval_limit: Decimal | None = Field(default=None, ge=0)


class Privacy(Table):
    """`[privacy]`: forms of the hospital's own patient numbers, beside social security and medical record numbers."""

    patient_numbers: tuple[PatientNumber, ...] = ()


class Prometheus(Table):
    """`[telemetry.prometheus]`: one endpoint per process; `worker` is a worker with all roles."""

    gateway: Bind | None = None
    worker: Bind | None = None
    transactions: Bind | None = None
    systems: Bind | None = None
    heavy: Bind | None = None


class Telemetry(Table):
    """`[telemetry]`: where spans go, if anywhere."""

    otlp_endpoint: WebAddress | None = None
    prometheus: Prometheus = Prometheus()
