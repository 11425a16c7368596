"""The configuration of a hospital by its plan, as text: also the example to start one's own from."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from suture.free_port import free_port, is_free
from suture.up.plan import SANDBOX, SANDBOX_SYSTEMS, Campus, Plan

PEOPLE: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "ada": ("Ada Moreau, supervisor on call", ("supervisor", "operator", "reader")),
    "ben": ("Ben Adler, supply chain", ("supply-chain", "item-master", "reader")),
    "cora": ("Cora Diaz, revenue integrity", ("revenue-integrity", "reader")),
    "dan": ("Dan Weiss, finance", ("finance", "reader")),
    "eve": ("Eve Okoro, patient safety", ("safety", "reader")),
    "ivo": ("Ivo Brandt, integration", ("integration", "operator", "reader")),
    "bea": ("Bea Lindqvist, buyer", ("buyer", "reader")),
    "rob": ("Rob Tanaka, receiving", ("receiving", "reader")),
    "pia": ("Pia Novak, payables", ("payables", "reader")),
    "paul": ("Paul Reyes, payables and purchasing", ("payables", "buyer", "reader")),
    "olga": ("Olga Hansen, head of surgery", ("reader",)),
    "carl": ("Carl Osei, head of the cath lab", ("reader",)),
    "amy": ("Amy Walsh, head of emergency and intensive care", ("reader",)),
    "max": ("Max Keller, chief financial officer", ("finance", "reader")),
}
"""Who works in the sandbox hospital: id -> name and roles. The first one's token is the CLI's default."""

AUTHORITY: Mapping[str, tuple[int, tuple[str, ...]]] = {
    "olga": (20_000, ("4110",)),
    "carl": (25_000, ("4120",)),
    "amy": (20_000, ("4130", "4140")),
    "max": (250_000, ("*",)),
}
"""Who may let orders pass: up to how much, and for which cost centres."""

LIMITS: Mapping[str, int] = {"pia": 5_000, "paul": 50_000, "bea": 5_000}
"""The money at risk that a person may decide about, where it is limited."""

USUAL_UI = 8233


@dataclass(frozen=True)
class Ports:
    """Where everything listens, on the loopback interface only."""

    temporal: int
    ui: int
    gateway: int
    codec: int
    erp: int
    inventory: int
    billing: int
    supplier: int
    gateway_metrics: int
    worker_metrics: int
    tryton: int = 8095
    fhir: int = 8096
    postgresql: int = 8097

    @classmethod
    def choose(cls) -> "Ports":
        """The usual ports where they are free, others where they are not."""
        usual = {"temporal": 7233, "ui": USUAL_UI, "gateway": 8080, "codec": 8081}
        sandbox = {"erp": 8091, "inventory": 8092, "billing": 8093, "supplier": 8094}
        peers = {"tryton": cls.tryton, "fhir": cls.fhir, "postgresql": cls.postgresql}
        metrics = {"gateway_metrics": 9464, "worker_metrics": 9465}
        ports = usual | sandbox | peers | metrics
        return cls(**{name: port if is_free(port) else free_port() for name, port in ports.items()})


def hospital_toml(ports: Ports, digests: Mapping[str, str], *, temporal: str = "", plan: Plan = SANDBOX) -> str:
    """The whole file. `temporal` is the address of somebody's server, whose Web UI is expected at its usual port."""
    ui = f"{temporal.rpartition(':')[0]}:{USUAL_UI}" if temporal else f"127.0.0.1:{ports.ui}"
    systems = [_SYSTEM.format(name=name, port=getattr(ports, name), in_flight=4) for name in SANDBOX_SYSTEMS]
    systems += [table.format(**asdict(ports)) for table in plan.peers.values()]
    people = "".join(
        _PERSON.format(id=person, name=name, digest=digests[person], roles=_texts(roles)) + _authority(person)
        for person, (name, roles) in PEOPLE.items()
    )
    hospital = _HOSPITAL.format(
        says=plan.says,
        temporal=temporal or f"127.0.0.1:{ports.temporal}",
        ui=ui,
        gateway=ports.gateway,
        codec=ports.codec,
        gateway_metrics=ports.gateway_metrics,
        worker_metrics=ports.worker_metrics,
    )
    policy = _POLICY.replace("@attempts", plan.attempts)
    return hospital + "\n".join(("".join(map(_facility, plan.campuses)), "".join(systems), people, policy))


def _facility(campus: Campus) -> str:
    routes = "".join(
        f'    {{ domain = "{domain}", system = "{system}", since = 2026-01-01 }},\n'
        for domain, system in campus.systems.items()
    )
    head = _FACILITY.format(name=campus.name, timezone=campus.timezone, trigger=campus.trigger)
    return f"{head}routes = [\n{routes}]\n"


def _authority(person: str) -> str:
    lines = [f"limit = {LIMITS[person]}"] if person in LIMITS else []
    if person in AUTHORITY:
        limit, centres = AUTHORITY[person]
        lines += [f"approval_limit = {limit}", f"cost_centres = [{_texts(centres)}]"]
    return "".join(f"{line}\n" for line in lines)


def _texts(words: Sequence[str]) -> str:
    return ", ".join(f'"{word}"' for word in words)


_HOSPITAL = """\
# {says} Relative paths count from this file's folder.

[hospital]
name = "Mercy General"
legal_entity = "MERCY"
currency = "USD"

[temporal]
address = "{temporal}"
ui_url = "http://{ui}"

[store]
url = "sqlite:///suture.db"

[keys]
file = "suture.keys"

[gateway]
port = {gateway}

[codec]
port = {codec}

[telemetry.prometheus]
gateway = "127.0.0.1:{gateway_metrics}"
worker = "127.0.0.1:{worker_metrics}"
"""

_FACILITY = """
[facilities.{name}]
timezone = "{timezone}"
charge_trigger = "{trigger}"
"""

_SYSTEM = """
[systems.{name}]
kind = "sandbox-{name}"
rate_per_second = 200
[systems.{name}.settings]
base_url = "http://127.0.0.1:{port}"
token_file = "systems/{name}.token"
timeout = "PT2S"
in_flight = "PT{in_flight}S"

[sources.{name}]
system = "{name}"
secrets = ["systems/{name}.hook-secret"]
"""

_PERSON = """
[people.{id}]
name = "{name}"
token_sha256 = "{digest}"
roles = [{roles}]
"""

_POLICY = """
# Clocks of a demonstration: a real hospital waits hours where this one waits seconds.
[policy]
version = "demo-1"

[policy.attempts]
@attempts

[policy.confirmation]
look_again = "PT5S"
overdue = "PT1M"

[policy.account]
look_again = "PT5S"
overdue = "PT10S"

[policy.surgical_case]
look_again = "PT5S"
overdue = "PT1H"

[policy.suspense]
look_again = "PT5S"
overdue = "PT0S"

[policy.verification]
look_again = "PT1S"
overdue = "PT10S"

[policy.usage]
look_again = "PT5S"
overdue = "PT1M"

[policy.purchasing.receiving]
goods = { look_again = "PT5S", overdue = "PT40S" }
invoice = { look_again = "PT5S", overdue = "PT10M" }
credit = { look_again = "PT5S", overdue = "PT10S" }
order = { look_again = "PT2S", overdue = "PT20S" }
authorisation = { look_again = "PT5S", overdue = "PT1M" }

[policy.purchasing.paying]
receipt = { look_again = "PT10S", overdue = "PT8S" }

[policy.purchasing.paying.match]
version = "demo-1"
override_alone = 500

[[policy.purchasing.paying.match.rules]]
supplier = "100007"
on_difference = "short-pay"

[policy.purchasing.replenishing]
calendar = { every = "PT15S", at = "PT0S", weekdays = [0, 1, 2, 3, 4, 5, 6] }
acknowledgement = { look_again = "PT3S", overdue = "PT20S" }
dates = { look_again = "PT3S", overdue = "PT2M" }
usage_sheet = { look_again = "PT3S", overdue = "PT20S" }
ordered = { look_again = "PT5S", overdue = "PT5M" }
basket_limit = 10000
cost_centre_limit = 3000
approval_expires = "PT1M"
sweep_every = "P1D"
cost_centres = { OR-1 = "4110", OR-2 = "4110", CATH = "4120", CABINET-9 = "4120", ED-CART = "4130", ICU-CART = "4140" }

[policy.purchasing.replenishing.approval]
rungs = [{ after = "PT15S" }, { after = "PT15S", to = "finance" }]

# What differs at one campus.
[facilities.SOUTH.purchasing]
receiving = { invoice = { look_again = "PT2S", overdue = "PT15S" } }
replenishing = { dates = { look_again = "PT2S", overdue = "PT5S" } }
"""
