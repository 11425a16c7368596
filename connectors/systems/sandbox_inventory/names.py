"""The inventory system's names of our facilities, and the way back."""

import re

from connectors.systems.sandbox_inventory.settings import InventorySettings

CAMPUS = "Campus"


class Names:
    """What the configuration says, and the system's own habit where it says nothing."""

    def __init__(self, settings: InventorySettings) -> None:
        self._campuses = settings.campuses

    def campus_of(self, facility: str) -> str:
        """NORTH is `northCampus`."""
        return self._campuses.get(facility) or facility.lower() + CAMPUS

    def facility_of(self, campus: str) -> str | None:
        """`northCampus` is NORTH; none for a name of another form, and for a facility that goes by another one."""
        named = next((facility for facility, own in self._campuses.items() if own == campus), None)
        form = re.fullmatch(r"([a-z][a-z0-9]*)" + CAMPUS, campus)
        facility = named or (form[1].upper() if form else None)
        return facility if facility and self.campus_of(facility) == campus else None
