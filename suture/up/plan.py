"""Of what a hospital is made: its facilities, and which system serves each of their domains."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Campus:
    """A facility, when it charges, and which system serves each of its domains."""

    name: str
    timezone: str
    trigger: str
    systems: Mapping[str, str]


SANDBOX_SYSTEMS = ("erp", "inventory", "billing", "supplier")
ON_SANDBOX: Mapping[str, str] = {
    "inventory": "inventory",
    "billing": "billing",
    "finance": "erp",
    "procurement": "erp",
    "supplier": "supplier",
}


@dataclass(frozen=True)
class Plan:
    """What a hospital is made of. `peers` are systems beside those of the sandbox, by the text of their tables.

    `attempts` is how often and how long a call is tried.
    """

    says: str
    campuses: tuple[Campus, ...]
    attempts: str
    peers: Mapping[str, str]


SANDBOX = Plan(
    says="A hospital of four sandbox systems.",
    campuses=(
        Campus("NORTH", "America/New_York", "scan", ON_SANDBOX),
        Campus("SOUTH", "America/Chicago", "case-closed", ON_SANDBOX),
    ),
    attempts='maximum = 5\nfirst = "PT0.5S"\nlongest = "PT5S"\none = "PT10S"',
    peers={},
)
