"""ISBT 128 (ICCBBA): tissue and blood labels, one structure after the other, each known by its first characters.

=/  processor, its product, what it is (16)   the device identifier
=<  product code (8)                          the device identifier where there is no =/
=   donation identification number (15)       taken as the lot where no lot is given: it joins all that is of one donor
=,  division or serial number (6)     &,1  lot number (18)
=>  expiry, day of the year (6)       &>   expiry, day of the year, with time (10)
=}  production date (6)               =+   header of a compound message (5)      =%  blood groups (4)
"""

import re
from datetime import date

from canonical.documents.usage import Scan
from connectors.protocols.barcode.production import LOT, day_of_year, production_identifier
from connectors.protocols.barcode.unreadable import Fault, UnreadableBarcode

AGENCY = "ICCBBA"
_STRUCTURES = (
    ("processed", re.compile(r"=/([A-Z0-9]{16})")),
    ("product", re.compile(r"=<([A-Z0-9]{8})")),
    ("serial", re.compile(r"=,([A-Z0-9]{6})")),
    ("lot", re.compile(r"&,1([A-Z0-9]{18})")),
    ("expires", re.compile(r"=>(\d{6})")),
    ("expires", re.compile(r"&>(\d{6})\d{4}")),
    ("produced", re.compile(r"=}(\d{6})")),
    ("header", re.compile(r"=\+(\d{2}[A-Z0-9]{3})")),
    ("blood", re.compile(r"=%([A-Z0-9]{4})")),
    ("donation", re.compile(r"=([A-NP-Z1-9][A-Z0-9]{14})")),
)


def read_iccbba(barcode: str) -> Scan:
    """The product with its donation or lot, serial and expiry."""
    facts = _structures(barcode)
    device = facts.get("processed") or facts.get("product")
    if device is None:
        raise UnreadableBarcode(AGENCY, Fault.no_device)
    expires = facts.get("expires")
    return Scan(
        agency=AGENCY,
        device_identifier=device,
        lot=production_identifier(AGENCY, facts.get("lot") or facts.get("donation"), LOT),
        serial=production_identifier(AGENCY, facts.get("serial"), LOT),
        expires=_day(expires) if expires else None,
    )


def _structures(barcode: str) -> dict[str, str]:
    facts: dict[str, str] = {}
    rest = barcode.strip(" \r\n\x1d")
    while rest:
        name, match = next(
            ((name, match) for name, form in _STRUCTURES if (match := form.match(rest)) is not None), ("", None)
        )
        if match is None:
            raise UnreadableBarcode(AGENCY, Fault.structure)
        if facts.setdefault(name, match[1]) != match[1]:
            raise UnreadableBarcode(AGENCY, Fault.contradiction)
        rest = rest[match.end() :].lstrip("\x1d")
    return facts


def _day(text: str) -> date:
    """cyyjjj: the third digit of the year's century, the year, the day of the year."""
    century = "2" if text[0] < "9" else "1"
    return day_of_year(AGENCY, year=century + text[:3], day=text[3:])
