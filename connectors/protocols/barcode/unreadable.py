"""The one error of barcode reading. A barcode may hold a device serial, so no text of it ever enters the message."""

from enum import StrEnum


class Fault(StrEnum):
    """What is wrong with a barcode."""

    characters = "it holds characters that no barcode of this kind has, or is too long"
    unknown = "it is not a GS1, HIBC or ISBT 128 barcode"
    structure = "its parts do not have the form that the standard gives them"
    check_digit = "its check character is wrong"
    link = "the two labels do not belong together: the link character differs"
    date = "it holds a date that does not exist"
    no_device = "it names no device: the primary label is needed"
    contradiction = "it says two different things of one and the same fact"


class UnreadableBarcode(Exception):
    """A barcode that cannot be read; `fault` says why, in constant words."""

    def __init__(self, agency: str, fault: Fault) -> None:
        super().__init__(f"{agency} barcode: {fault}")
        self.agency = agency
        self.fault = fault
