"""Facts of a material, from its number by arithmetic alone, so that every plant and every release agrees on them."""

from dataclasses import dataclass

FIRST_NUMBER = 4700
NUMBERS_PER_SCALE = 40
VENDORS_PER_SCALE = 8
NOT_YET_KNOWN = frozenset({4739})


@dataclass(frozen=True, kw_only=True)
class CatalogueEntry:
    """What the maker's catalogue says of one number."""

    number: int
    material: str
    matl_type: str
    owner_ind: str
    gtin_each: str
    gtin_box: str | None
    box_qty: int | None
    cost_cents: int


def numbers(scale: int) -> range:
    """The numbers that a hospital of this scale has."""
    return range(FIRST_NUMBER, FIRST_NUMBER + NUMBERS_PER_SCALE * scale)


def material_id(number: int) -> str:
    """The 18 digits of a material."""
    return f"{number:018d}"


def entry(number: int) -> CatalogueEntry:
    """The catalogue entry of a number."""
    implant = number % 4 == 0
    is_implant_type = number % 4 in (0, 1)
    return CatalogueEntry(
        number=number,
        material=material_id(number),
        matl_type="IMPL" if is_implant_type else "SUPP",
        owner_ind=_owner(number),
        gtin_each=_gtin(0, number),
        gtin_box=None if implant else _gtin(1, number),
        box_qty=None if implant else 5 if is_implant_type else 10,
        cost_cents=80000 + (number * 7919) % 400000 if is_implant_type else 1500 + (number * 37) % 9000,
    )


def stands_in_for(number: int, *, vendors: int) -> int | None:
    """The number, of the same vendor's, in place of which this one may be delivered; vendors have every so many numbers."""
    other = number + vendors
    known = other in numbers(vendors // VENDORS_PER_SCALE)
    return other if known and number % 4 == 2 and _owner(number) == _owner(other) == "O" else None


def _owner(number: int) -> str:
    """O own stock, K consignment, B brought for one case and billed, M sample without value."""
    if number % 20 == 10:
        return "B"
    if number % 10 == 0:
        return "K"
    return "M" if number % 10 == 5 else "O"


def _gtin(indicator: int, number: int) -> str:
    digits = f"{indicator}0950000{number:05d}"
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"
