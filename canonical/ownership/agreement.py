"""Agreement: what was used of a supplier's own goods in a surgical case, against the supplier's usage sheet (rule 21)."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from canonical.documents.replenishment import Request, SheetLine
from canonical.identity import wire_key
from canonical.model import Frozen

Piece = tuple[str, str, str]
"""Item, lot and serial; lot and serial are empty where nothing says them."""


class Difference(Frozen):
    """One lot or serial of which hospital and supplier count differently. Its words name neither lot nor serial."""

    item: str
    lot: str = ""
    serial: str = ""
    used: Decimal
    on_sheet: Decimal

    @property
    def words(self) -> str:
        """The difference as the two would tell it to each other."""
        if not self.on_sheet:
            return f"{self.used.normalize():f} of item {self.item} used, and not on the supplier's sheet"
        if not self.used:
            return (
                f"{self.on_sheet.normalize():f} of item {self.item} on the supplier's sheet, and not reported as used"
            )
        return f"{self.used.normalize():f} of item {self.item} used, and {self.on_sheet.normalize():f} on the sheet"


def differences(requests: Sequence[Request], sheet: Sequence[SheetLine]) -> tuple[Difference, ...]:
    """Every lot or serial on which the two do not agree, in the order of items; none where they agree."""
    used = _counted(piece for request in requests for piece in _used(request))
    written = _counted(((line.item, line.lot or "", line.serial or ""), line.quantity) for line in sheet)
    return tuple(
        Difference(item=item, lot=lot, serial=serial, used=used.get(piece, ZERO), on_sheet=written.get(piece, ZERO))
        for piece in sorted(used | written)
        for item, lot, serial in (piece,)
        if used.get(piece, ZERO) != written.get(piece, ZERO)
    )


def count_of(requests: Sequence[Request]) -> str:
    """What was used, as a name: another use, lot or quantity makes it another one."""
    told = (
        (request.number, request.version, *piece, f"{quantity.normalize():f}")
        for request in requests
        for piece, quantity in _used(request)
    )
    return wire_key("\n".join(sorted("|".join(map(str, parts)) for parts in told)))


ZERO = Decimal(0)


def _used(request: Request) -> Iterable[tuple[Piece, Decimal]]:
    """What a request asks for, by lot or serial; the rest of it by item alone."""
    for exact in request.lots:
        yield (request.item, exact.lot or "", exact.serial or ""), exact.quantity
    rest = request.quantity - sum((exact.quantity for exact in request.lots), ZERO)
    if rest:
        yield (request.item, "", ""), rest


def _counted(pieces: Iterable[tuple[Piece, Decimal]]) -> dict[Piece, Decimal]:
    counted: dict[Piece, Decimal] = {}
    for piece, quantity in pieces:
        counted[piece] = counted.get(piece, ZERO) + quantity
    return counted
