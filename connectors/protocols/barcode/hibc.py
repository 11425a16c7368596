"""HIBC: primary label (LIC, PCN, unit of measure), secondary data beside or behind it, modulo 43, link character.

Primary:    + LIC(4) PCN(1-18) unit(1) check
Secondary:  + <data> link check     on a label of its own; `link` repeats the primary's check character
Together:   + LIC PCN unit / <data> [/ <data>]... check
Data:       $<lot>  $+<serial>  $$<date><lot>  $$+<date><serial>  <YYJJJ><lot>
            14D<expiry>  16D<production date>  S<serial>  Q<count>
"""

import re
from dataclasses import dataclass
from datetime import date

from canonical.documents.usage import Scan
from connectors.protocols.barcode.production import calendar_day, day_of_year, end_of_month
from connectors.protocols.barcode.unreadable import Fault, UnreadableBarcode

AGENCY = "HIBCC"
CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%"
_PRIMARY = re.compile(r"[A-Z][A-Z0-9]{3}[A-Z0-9]{1,18}[0-9]")
_NUMBER = re.compile(r"[A-Z0-9.-]{0,20}")
_COUNTED = re.compile(r"8\d{2}|9\d{5}")
_DATE_LENGTH = {"0": 4, "1": 4, "2": 7, "3": 7, "4": 9, "5": 6, "6": 8, "7": 1}


@dataclass
class _Data:
    lot: str | None = None
    serial: str | None = None
    expires: date | None = None

    def say(self, **facts: str | date | None) -> None:
        for name, value in facts.items():
            known = getattr(self, name)
            if value and known not in (None, value):
                raise UnreadableBarcode(AGENCY, Fault.contradiction)
            setattr(self, name, value or known)


def read_hibc(barcode: str, secondary: str | None = None) -> Scan:
    """A primary label with what stands behind it; `secondary` is the second label, if there is one."""
    primary, check = _checked(barcode)
    device, *parts = primary.split("/")
    if _PRIMARY.fullmatch(device) is None:
        raise UnreadableBarcode(AGENCY, Fault.no_device if _is_secondary(device) else Fault.structure)
    if secondary is not None:
        linked, _ = _checked(secondary)
        if not _is_secondary(linked):
            raise UnreadableBarcode(AGENCY, Fault.structure)
        if linked[-1] != check:
            raise UnreadableBarcode(AGENCY, Fault.link)
        parts += linked[:-1].split("/")
    data = _Data()
    for part in parts:
        _read_part(part, data)
    return Scan(agency=AGENCY, device_identifier=device, lot=data.lot, serial=data.serial, expires=data.expires)


def check_character(text: str) -> str:
    """Modulo 43 over all characters, the leading plus included."""
    return CHARACTERS[sum(CHARACTERS.index(character) for character in text) % 43]


def _checked(barcode: str) -> tuple[str, str]:
    """What stands between the leading plus and the check character, and the check character."""
    # Code 39 readers may leave the asterisks that start and stop the symbol.
    text = barcode[1:-1] if len(barcode) > 2 and barcode[0] == barcode[-1] == "*" else barcode
    if len(text) < 4 or not text.startswith("+"):
        raise UnreadableBarcode(AGENCY, Fault.structure)
    if any(character not in CHARACTERS for character in text):
        raise UnreadableBarcode(AGENCY, Fault.characters)
    if check_character(text[:-1]) != text[-1]:
        raise UnreadableBarcode(AGENCY, Fault.check_digit)
    return text[1:-1], text[-1]


def _is_secondary(text: str) -> bool:
    return text[:1].isdigit() or text.startswith("$")


def _read_part(part: str, data: _Data) -> None:
    if part.startswith("$$"):
        serial = part.startswith("$$+")
        expires, number = _dated(part[3 if serial else 2 :])
        data.say(**{"serial" if serial else "lot": _number(number)}, expires=expires)
    elif part.startswith("$+"):
        data.say(serial=_number(part[2:]))
    elif part.startswith("$"):
        data.say(lot=_number(part[1:]))
    elif match := re.fullmatch(r"14D(\d{4})(\d{2})(\d{2})", part):
        data.say(expires=calendar_day(AGENCY, year=match[1], month=match[2], day=match[3]))
    elif match := re.fullmatch(r"16D(\d{4})(\d{2})(\d{2})", part):
        calendar_day(AGENCY, year=match[1], month=match[2], day=match[3])
    elif re.fullmatch(r"Q\d{1,5}", part):
        return
    elif part.startswith("S"):
        data.say(serial=_number(part[1:]))
    elif match := re.fullmatch(r"(\d{2})(\d{3})(.*)", part):
        data.say(lot=_number(match[3]), expires=day_of_year(AGENCY, year=match[1], day=match[2]))
    else:
        raise UnreadableBarcode(AGENCY, Fault.structure)


def _dated(text: str) -> tuple[date | None, str]:
    """The date by its leading digit (a count may stand before it), and what follows."""
    counted = _COUNTED.match(text)
    rest = text[counted.end() :] if counted else text
    length = _DATE_LENGTH.get(rest[:1])
    if length is None:
        # A count alone may be followed by the lot at once.
        if counted:
            return None, rest
        raise UnreadableBarcode(AGENCY, Fault.structure)
    field, number = rest[:length], rest[length:]
    if len(field) < length or not field.isdigit():
        raise UnreadableBarcode(AGENCY, Fault.structure)
    return _expiry(field), number


def _expiry(field: str) -> date | None:
    match field[0]:
        case "7":
            return None
        case "2":
            return calendar_day(AGENCY, year=field[5:7], month=field[1:3], day=field[3:5])
        case "3" | "4":
            return calendar_day(AGENCY, year=field[1:3], month=field[3:5], day=field[5:7])
        case "5" | "6":
            return day_of_year(AGENCY, year=field[1:3], day=field[3:6])
        case _:
            return end_of_month(AGENCY, year=field[2:4], month=field[0:2])


def _number(text: str) -> str | None:
    if _NUMBER.fullmatch(text) is None:
        raise UnreadableBarcode(AGENCY, Fault.structure)
    return text or None
