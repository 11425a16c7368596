"""Findings: what the examination of an invoice's lines and charges found, before anything is decided."""

from dataclasses import dataclass

from canonical.matching.billed import Billed
from canonical.matching.charges import Charge
from canonical.matching.result import Hold


@dataclass(slots=True)
class Findings:
    """What the examination of an invoice's parts found; `unplaced` are the lines that could be held against no order."""

    lines: list[Billed]
    charges: list[Charge]
    unplaced: dict[int, Hold]
    whole: list[Hold]

    def holds(self) -> list[Hold]:
        """All holds: of the whole invoice, then by line."""
        found = [*self.whole, *self.unplaced.values()]
        for line in self.lines:
            found.extend(line.holds)
        for charge in self.charges:
            found.extend(charge.holds)
        return sorted(found, key=lambda one: one.line)
