"""Reads a barcode, whoever issued it: what it begins with says which agency's rules it follows."""

import re

from canonical.documents.usage import Scan
from connectors.protocols.barcode import gs1, hibc, iccbba
from connectors.protocols.barcode.unreadable import Fault, UnreadableBarcode

_READABLE = re.compile(r"[\x1d\r\n\x20-\x7e]{1,500}")
_SYMBOLOGY = re.compile(r"^\][A-Za-z][0-9A-Za-z]")
_TWO_LABELS = re.compile(r"[\r\n\x1d]+")


def read_barcode(barcode: str) -> Scan:
    """What a barcode says; `UnreadableBarcode` for everything else, whose text never holds the barcode.

    Two HIBC labels may be given at once, divided by a line break or a group separator.
    """
    if _READABLE.fullmatch(barcode) is None:
        raise UnreadableBarcode("unknown", Fault.characters)
    text = _SYMBOLOGY.sub("", barcode.strip("\r\n\x1d"))
    if text.startswith(("+", "*+")):
        primary, *secondary = _TWO_LABELS.split(text)
        if len(secondary) > 1:
            raise UnreadableBarcode(hibc.AGENCY, Fault.structure)
        return hibc.read_hibc(primary, secondary[0] if secondary else None)
    if text.startswith(("=", "&")):
        return iccbba.read_iccbba(text)
    if re.match(r"[0-9(]|https?://", text, re.IGNORECASE):
        return gs1.read_gs1(text)
    raise UnreadableBarcode("unknown", Fault.unknown)


def pack_indicator(scan: Scan) -> str | None:
    """The character of the device identifier that tells the pack level: GS1's first digit, HIBC's unit of measure."""
    match scan.agency:
        case gs1.AGENCY:
            return scan.device_identifier[0]
        case hibc.AGENCY:
            return scan.device_identifier[-1]
        case _:
            return None
