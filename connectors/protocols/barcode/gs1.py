"""GS1: element strings as a reader sends them or as they are printed, plain GTINs, and Digital Links; read by biip."""

import re

from biip import ParseError
from biip.gs1_digital_link_uris import GS1DigitalLinkURI
from biip.gs1_element_strings import GS1ElementString, GS1ElementStrings
from biip.gs1_messages import GS1Message
from biip.gtin import Gtin

from canonical.documents.usage import Scan
from connectors.protocols.barcode.production import LOT, production_identifier
from connectors.protocols.barcode.unreadable import Fault, UnreadableBarcode

AGENCY = "GS1"
_PRINTED = re.compile(r"(\(\d{2,4}\)[^()]+)+")
_PLAIN_GTIN = re.compile(r"\d{8}|\d{12,14}")
_LINK = re.compile(r"https?://", re.IGNORECASE)
# biip lets some of Python's own errors through on malformed measures and links.
_REFUSED = (ParseError, ValueError, ArithmeticError, LookupError, AssertionError)


def read_gs1(barcode: str) -> Scan:
    """The GTIN with lot (10), serial (21) and expiry (17); a day "00" is the last day of its month."""
    text = barcode.strip(" \r\n\x1d")
    if _PLAIN_GTIN.fullmatch(text):
        return Scan(agency=AGENCY, device_identifier=_gtin(text))
    elements = _elements(text)
    if elements is None:
        raise UnreadableBarcode(AGENCY, Fault.structure)
    device = _one(elements, "01")
    if device is None:
        raise UnreadableBarcode(AGENCY, Fault.no_device)
    if device.gtin is None:
        raise UnreadableBarcode(AGENCY, Fault.check_digit)
    lot, serial, expiry = _one(elements, "10"), _one(elements, "21"), _one(elements, "17")
    return Scan(
        agency=AGENCY,
        device_identifier=device.value,
        lot=production_identifier(AGENCY, lot.value if lot else None, LOT),
        serial=production_identifier(AGENCY, serial.value if serial else None, LOT),
        expires=expiry.date if expiry else None,
    )


def _gtin(digits: str) -> str:
    try:
        return Gtin.parse(digits).as_gtin_14()
    except _REFUSED:
        wrong = UnreadableBarcode(AGENCY, Fault.check_digit)
    raise wrong


def _elements(text: str) -> GS1ElementStrings | None:
    # The caller raises, outside of any handler: biip's own error quotes the barcode and would hang on as context.
    try:
        if text.startswith("("):
            return GS1Message.parse_hri(text).element_strings if _PRINTED.fullmatch(text) else None
        if _LINK.match(text):
            return GS1DigitalLinkURI.parse(text).element_strings
        return GS1Message.parse(text).element_strings
    except _REFUSED:
        return None


def _one(elements: GS1ElementStrings, identifier: str) -> GS1ElementString | None:
    found = [element for element in elements if element.ai.ai == identifier]
    if len({element.value for element in found}) > 1:
        raise UnreadableBarcode(AGENCY, Fault.contradiction)
    return found[0] if found else None
