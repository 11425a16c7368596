"""Labels as they are printed on the goods of the demo: GS1 with the pack level's GTIN, and HIBC."""

HIBC_CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%"


def gtin(item: int, *, box: bool = False) -> str:
    """The GTIN-14 of an item's single piece, or of its box."""
    digits = f"{int(box)}0950000{item:05d}"
    weighted = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-weighted % 10}"


def gs1(item: int, *, box: bool = False, lot: str = "", serial: str = "") -> str:
    """A GS1 label in its human readable form."""
    return f"(01){gtin(item, box=box)}" + (f"(10){lot}" if lot else "") + (f"(21){serial}" if serial else "")


def hibc(item: int, *, lot: str) -> str:
    """A HIBC label: primary and secondary data together, with the check character of both."""
    text = f"+A999{item}1/${lot}"
    return text + HIBC_CHARACTERS[sum(HIBC_CHARACTERS.index(character) for character in text) % 43]
