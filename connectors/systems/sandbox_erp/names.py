"""The ERP's names for ours, and the way back: facilities, locations, cost centres, suppliers, units."""

import re
from collections.abc import Mapping
from typing import TypeVar

from canonical.errors import Audience, BusinessRefusal
from connectors.systems.sandbox_erp.settings import ErpSettings, Plant

_UNITS = {"each": "EA", "box": "BX"}
Named = TypeVar("Named")
_OUR_UNITS = {code: unit for unit, code in _UNITS.items()}


class Names:
    """What the configuration says; a refusal where it does not name a facility or location."""

    def __init__(self, settings: ErpSettings, *, system: str) -> None:
        self._settings = settings
        self._system = system

    def plant(self, facility: str, operation: str) -> Plant:
        """Plant and company code of a facility."""
        return self._named(self._settings.plants, facility, "plant for the facility", operation)

    def location(self, location: str, operation: str) -> str:
        """The storage location of a location."""
        return self._named(self._settings.storage_locations, location, "storage location for the location", operation)

    def cost_centre(self, centre: str, plant: Plant) -> str:
        """The ERP's number of a cost centre."""
        named = self._settings.cost_centres.get(centre)
        return named or (centre if re.fullmatch(r"[0-9]{10}", centre) else f"{plant.plant}{centre}00")

    def facility_of(self, plant: str) -> str | None:
        """The facility of a plant; none where the configuration names none."""
        return next((name for name, known in self._settings.plants.items() if known.plant == plant), None)

    def location_of(self, code: str) -> str:
        """The location of a storage location; its own code where the configuration names none."""
        return _named_by(self._settings.storage_locations, code) or code

    def cost_centre_of(self, number: str, plant: str) -> str:
        """The cost centre of an ERP number."""
        own = re.fullmatch(rf"{plant}(.+)00", number)
        return _named_by(self._settings.cost_centres, number) or (own[1] if own else number)

    def _named(self, known: Mapping[str, Named], name: str, what: str, operation: str) -> Named:
        if name not in known:
            summary = f"the configuration names no {what}"
            raise BusinessRefusal(summary, system=self._system, operation=operation, audience=Audience.integration)
        return known[name]


def vendor_of(supplier: str) -> str:
    """Supplier 100003 is 0000100003."""
    return supplier.zfill(10) if supplier.isdigit() else supplier


def supplier_of(vendor: str) -> str:
    """The supplier of a vendor."""
    return vendor.lstrip("0") or "0" if vendor.isdigit() else vendor


def uom_of(unit: str) -> str:
    """The ERP's code of a unit."""
    return _UNITS.get(unit, unit.upper())


def unit_of(uom: str) -> str:
    """The unit of an ERP code."""
    return _OUR_UNITS.get(uom, uom.lower())


def _named_by(names: Mapping[str, str], code: str) -> str | None:
    return next((name for name, known in names.items() if known == code), None)
