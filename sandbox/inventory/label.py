"""Reads the GS1 label that a cabinet's own reader passes on: GTIN, lot and serial, as far as its own booking needs."""

import re
from dataclasses import dataclass

_SEPARATOR = "\x1d"


@dataclass(frozen=True)
class Label:
    gtin: str | None = None
    lot: str | None = None
    serial: str | None = None


def read_label(barcode: str) -> Label:
    found = _bracketed(barcode) if barcode.startswith("(") else _plain(re.sub(r"^\][A-Za-z]\d", "", barcode))
    return Label(gtin=found.get("01"), lot=found.get("10"), serial=found.get("21"))


def _bracketed(text: str) -> dict[str, str]:
    return {match[1]: match[2] for match in re.finditer(r"\((\d{2,4})\)([^(]*)", text)}


def _plain(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    rest = text.lstrip(_SEPARATOR)
    while len(rest) > 2:
        identifier, rest = rest[:2], rest[2:]
        length = {"01": 14, "11": 6, "17": 6}.get(identifier)
        value, rest = (rest[:length], rest[length:]) if length else rest.partition(_SEPARATOR)[::2]
        found[identifier] = value
        rest = rest.lstrip(_SEPARATOR)
    return found
