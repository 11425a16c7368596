"""The configuration of an engine in front of the real sandbox processes, with clocks short enough for tests."""

from collections.abc import Mapping
from dataclasses import dataclass

from suture.people import digest
from tests.support.sandbox import Sandbox

PEOPLE: Mapping[str, tuple[str, ...]] = {
    "ada": ("supervisor",),
    "amir": ("supervisor",),
    "cora": ("revenue-integrity",),
    "dan": ("finance",),
    "ben": ("supply-chain",),
    "rita": ("reader",),
}


@dataclass(frozen=True, kw_only=True)
class Timing:
    """Seconds: one call to a system, how long a write may still be applied, one attempt of an activity.

    `key_life`: how long the ERP is taken to know a key again; none for as long as it says.
    """

    call: float = 1.0
    in_flight: float = 3.0
    attempt: float = 8.0
    key_life: float | None = None


def hospital_of(
    sandbox: Sandbox, *, port: int, address: str, namespace: str, timing: Timing, tokens: Mapping[str, str]
) -> str:
    """The file's text; secrets are those of the sandbox systems."""
    parts = [_HEAD.format(address=address, namespace=namespace, port=port, attempt=timing.attempt)]
    for system in sandbox.systems:
        parts.append(
            _SYSTEM.format(
                name=system.name,
                url=system.url,
                token=system.token_file,
                secret=system.hook_secret_file,
                call=timing.call,
                in_flight=timing.in_flight,
                more=_KEYS.format(life=timing.key_life) if system.name == "erp" and timing.key_life is not None else "",
            )
        )
    for who, roles in PEOPLE.items():
        named = ", ".join(f'"{role}"' for role in roles)
        parts.append(_PERSON.format(who=who, digest=digest(tokens[who]), roles=named))
    return "\n".join(parts)


_HEAD = """
[hospital]
name = "Mercy General"
legal_entity = "MERCY"
currency = "USD"

[facilities.NORTH]
timezone = "America/New_York"
legal_entity = "US01"
routes = [
    {{ domain = "inventory", system = "inventory", since = 2026-01-01 }},
    {{ domain = "billing", system = "billing", since = 2026-01-01 }},
    {{ domain = "finance", system = "erp", since = 2026-01-01 }},
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
"""

_SYSTEM = """
[systems.{name}]
kind = "sandbox-{name}"
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
