"""Location: where goods lie, and whether they are still stock there or already expensed at issue."""

from enum import StrEnum

from canonical.model import Frozen


class Keeping(StrEnum):
    """How a location keeps its goods in the books (domain rule 6)."""

    perpetual = "perpetual"
    par = "par"


class Location(Frozen):
    """A storage location of a facility."""

    location: str
    facility: str
    keeping: Keeping = Keeping.perpetual
