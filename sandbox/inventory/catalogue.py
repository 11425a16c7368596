"""The facts of an item, worked out from its number alone."""

from dataclasses import dataclass

FIRST_NUMBER = 4700
ITEMS_PER_SCALE = 40
UNKNOWN_NUMBER = 4739

_TRACKING = ("serial", "lotExpiry", "lot", "none")
_NOUNS = {
    "serial": ("Cardiac pacemaker", "Spinal cord stimulator", "Hip stem", "Cochlear implant"),
    "lotExpiry": ("Bone screw", "Coronary stent", "Hernia mesh", "Suture anchor"),
    "lot": ("Surgical stapler reload", "Haemostatic matrix", "Trocar", "Guide wire"),
    "none": ("Drape pack", "Sterile gloves", "Suction tubing", "Skin marker"),
}


@dataclass(frozen=True)
class Pack:
    level: str
    gtin: str
    eaches: int


@dataclass(frozen=True)
class CatalogueItem:
    number: int

    @property
    def sku(self) -> str:
        return f"SKU-{self.number}"

    @property
    def tracking(self) -> str:
        return _TRACKING[self.number % 4]

    @property
    def kind(self) -> str:
        return "implant" if self.number % 4 in (0, 1) else "supply"

    @property
    def ownership(self) -> str:
        if self.number % 10 == 0:
            return "billOnly" if self.number % 20 == 10 else "consigned"
        return "sample" if self.number % 10 == 5 else "owned"

    @property
    def owner(self) -> str:
        return "hospital" if self.ownership == "owned" else "supplier"

    @property
    def charge_unit_factor(self) -> int:
        """Charge units in one each: some untracked supplies are charged by the half."""
        return 2 if self.number % 12 == 11 else 1

    @property
    def description(self) -> str:
        nouns = _NOUNS[self.tracking]
        return f"{nouns[self.number // 4 % len(nouns)]}, model {self.number}"

    @property
    def alias(self) -> str:
        return f"OLD-{self.number}"

    @property
    def packs(self) -> tuple[Pack, ...]:
        each = Pack("each", gtin(0, self.number), 1)
        match self.tracking:
            case "serial":
                return (each,)
            case "lotExpiry":
                return (each, Pack("box", gtin(1, self.number), 5))
            case _:
                return (each, Pack("box", gtin(1, self.number), 10))


def gtin(indicator: int, number: int) -> str:
    digits = f"{indicator}0950000{number:05d}"
    weighted = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-weighted % 10}"


def numbers(scale: int) -> range:
    return range(FIRST_NUMBER, FIRST_NUMBER + ITEMS_PER_SCALE * scale)
