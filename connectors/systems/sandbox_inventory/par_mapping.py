"""The vendor's standings against par and surgical cases to come, as the engine knows them."""

from canonical.documents.item import Ownership
from canonical.documents.replenishment import ParStanding, SpareStock
from canonical.ports import ClearCase
from canonical.quantity import UnitFactor
from connectors.systems.sandbox_inventory.document_shapes import ScheduledCase, Standing
from connectors.systems.sandbox_inventory.mapping import ALWAYS, item_of


def to_standing(found: Standing, *, facility: str) -> ParStanding:
    """An item at a location, with the packs it comes in as factors of the base unit."""
    return ParStanding(
        facility=facility,
        location=found.location,
        item=item_of(found.sku),
        base_unit=found.base_unit,
        par=found.par,
        available=found.available,
        on_order=found.on_order,
        in_transit=found.in_transit,
        ownership=Ownership(found.ownership),
        spare=tuple(SpareStock(location=each.location, quantity=each.qty) for each in found.spare),
        factors=tuple(
            UnitFactor(unit=pack.level, per=found.base_unit, factor=pack.eaches, since=ALWAYS)
            for pack in found.packs
            if pack.level != found.base_unit
        ),
    )


def to_case(found: ScheduledCase) -> ClearCase:
    """A surgical case by its number in clear."""
    return ClearCase(case_number=found.surgical_case_number, on=found.scheduled_on, quantity=found.qty)
