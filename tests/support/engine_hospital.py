"""The configuration of an engine in front of the real sandbox processes, with clocks short enough for tests."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from suture.people import digest
from tests.support.sandbox import NEXT_ERP, Sandbox

PEOPLE: Mapping[str, tuple[str, ...]] = {
    "ada": ("supervisor",),
    "amir": ("supervisor",),
    "cora": ("revenue-integrity",),
    "dan": ("finance",),
    "ben": ("supply-chain",),
    "bea": ("buyer",),
    "cal": ("buyer",),
    "rita": ("reader",),
}

SHORT_PAID = "100006"
"""The supplier whose invoices are paid short where they ask for too much; those of all others are held."""

APPROVERS = ("bea", "cal")
"""Who may let any order pass, whatever it costs."""

ROUTES = (
    ("inventory", "inventory"),
    ("billing", "billing"),
    ("finance", "erp"),
    ("procurement", "erp"),
    ("supplier", "supplier"),
)
"""Which system serves which domain, in both facilities."""

OF_AN_ERP = ("finance", "procurement")
"""What a facility leaves its ERP with."""

START = date(2026, 1, 1)

KEYED = ("erp", "supplier")
"""The systems that know a key again."""


@dataclass(frozen=True, kw_only=True)
class Timing:
    """Seconds: one call to a system, how long a write may still be applied, one attempt of an activity.

    `key_life`: how long the keyed systems are taken to know a key again; none for as long as they say.
    """

    call: float = 1.0
    in_flight: float = 3.0
    attempt: float = 8.0
    key_life: float | None = None


def hospital_of(
    sandbox: Sandbox,
    *,
    port: int,
    address: str,
    namespace: str,
    timing: Timing,
    tokens: Mapping[str, str],
    moves: date | None = None,
) -> str:
    """The file's text; secrets are those of the sandbox systems.

    From the day on which it `moves`, NORTH has its ERP's domains with the next one. SOUTH is mixed then from the start: its
    costs are posted in the first ERP, its orders are placed in the next.
    """
    north = list(_routes(ROUTES))
    south = list(north)
    if moves is not None:
        north += _routes([(domain, NEXT_ERP) for domain in OF_AN_ERP], since=moves)
        south = list(_routes([(domain, NEXT_ERP if domain == "procurement" else of) for domain, of in ROUTES]))
    head = {"address": address, "namespace": namespace, "port": port, "attempt": timing.attempt}
    head |= {"north": "".join(north), "south": "".join(south)}
    parts = [_HEAD.format(**head, shortened=SHORT_PAID)]
    for system in sandbox.systems:
        parts.append(
            _SYSTEM.format(
                name=system.called,
                kind=system.name,
                url=system.url,
                token=system.token_file,
                secret=system.hook_secret_file,
                call=timing.call,
                in_flight=timing.in_flight,
                more=_KEYS.format(life=timing.key_life) if system.name in KEYED and timing.key_life is not None else "",
            )
        )
    for who, roles in PEOPLE.items():
        named = ", ".join(f'"{role}"' for role in roles)
        parts.append(_PERSON.format(who=who, digest=digest(tokens[who]), roles=named))
        if who in APPROVERS:
            parts.append(_APPROVER)
    return "\n".join(parts)


def _routes(systems: Iterable[tuple[str, str]], *, since: date = START) -> Iterator[str]:
    for domain, system in systems:
        yield f'\n    {{ domain = "{domain}", system = "{system}", since = {since} }},'


_HEAD = """
[hospital]
name = "Mercy General"
legal_entity = "MERCY"
currency = "USD"

[facilities.NORTH]
timezone = "America/New_York"
legal_entity = "US01"
routes = [{north}
]

[facilities.SOUTH]
timezone = "America/New_York"
legal_entity = "US02"
routes = [{south}
]

[temporal]
address = "{address}"
namespace = "{namespace}"

[store]
url = "sqlite:///suture.db"

[keys]
file = "suture.keys"

[gateway]
port = {port}

[policy.attempts]
maximum = 10
first = "PT0.2S"
longest = "PT1S"
one = "PT{attempt}S"

[policy.confirmation]
look_again = "PT2S"
overdue = "PT2M"

[policy.account]
look_again = "PT1S"
overdue = "PT1M"

[policy.usage]
look_again = "PT1S"
overdue = "PT1M"

[policy.purchasing.replenishing]
calendar = {{ every = "PT1S", at = "PT0S", weekdays = [0, 1, 2, 3, 4, 5, 6] }}
acknowledgement = {{ look_again = "PT2S", overdue = "PT2M" }}
back_orders = "cancel"
sweep_every = "P300D"
cost_centres = {{ "OR-1" = "4110", "OR-2" = "4110", "CATH" = "4120" }}

[policy.purchasing.receiving]
order = {{ look_again = "PT1S", overdue = "PT1M" }}

[policy.purchasing.paying]
receipt = {{ look_again = "PT2S", overdue = "PT2M" }}

[policy.purchasing.paying.match]
override_alone = 50

[[policy.purchasing.paying.match.rules]]
supplier = "{shortened}"
on_difference = "short-pay"
"""

_SYSTEM = """
[systems.{name}]
kind = "sandbox-{kind}"
concurrency = 100
[systems.{name}.settings]
base_url = "{url}"
token_file = "{token}"
timeout = "PT{call}S"
in_flight = "PT{in_flight}S"
{more}

[sources.{name}]
system = "{name}"
secrets = ["{secret}"]
"""

_KEYS = 'idempotent_for = "PT{life}S"'

_PERSON = """
[people.{who}]
name = "{who}"
token_sha256 = "{digest}"
roles = [{roles}]
"""

_APPROVER = """
cost_centres = ["*"]
approval_limit = 1000000
"""
