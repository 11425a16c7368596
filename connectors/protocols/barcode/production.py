"""Production identifiers and dates, as all three agencies spell them."""

import re
from datetime import date, timedelta

from connectors.protocols.barcode.unreadable import Fault, UnreadableBarcode

LOT = re.compile(r"[\x21-\x7e]{1,40}")
_CENTURY = 2000


def production_identifier(agency: str, text: str | None, form: re.Pattern[str]) -> str | None:
    """A lot or serial number; none for an empty one."""
    if not text:
        return None
    if form.fullmatch(text) is None:
        raise UnreadableBarcode(agency, Fault.structure)
    return text


def calendar_day(agency: str, *, year: str, month: str, day: str) -> date:
    """A day by month; years of two digits are of this century."""
    try:
        return date(_year(year), int(month), int(day))
    except ValueError:
        wrong = UnreadableBarcode(agency, Fault.date)
    raise wrong


def day_of_year(agency: str, *, year: str, day: str) -> date:
    """A day by its number in the year."""
    first = calendar_day(agency, year=year, month="1", day="1")
    found = first + timedelta(days=int(day) - 1)
    if found.year != first.year or int(day) < 1:
        raise UnreadableBarcode(agency, Fault.date)
    return found


def end_of_month(agency: str, *, year: str, month: str) -> date:
    """The last day of a month: a date given without its day holds until then."""
    first = calendar_day(agency, year=year, month=month, day="1")
    following = first.replace(day=28) + timedelta(days=4)
    return following.replace(day=1) - timedelta(days=1)


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else _CENTURY + int(text)
