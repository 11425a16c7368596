"""Origins: documents as the engine itself knows them, for lineage; each run names them alike, so that edges meet."""

from canonical.asking.writing import CameFrom
from canonical.documents.replenishment import Request
from canonical.identity import RunName


def order_known(number: str, relation: str = "posted-for", *, before: CameFrom | None = None) -> CameFrom:
    """An order by its number."""
    return CameFrom(system="order", kind="order", reference=number, relation=relation, before=before)


def receipt_known(number: str, relation: str = "posted-for") -> CameFrom:
    """What came to the dock, by the number that the dock gave it."""
    return CameFrom(system="dock", kind="goods-received", reference=number, relation=relation)


def return_known(number: str, relation: str = "posted-for") -> CameFrom:
    """What leaves by the dock."""
    return CameFrom(system="dock", kind="goods-returned", reference=number, relation=relation)


def request_known(request: Request, relation: str) -> CameFrom:
    """A request, and what it came from: a use, or the par level of a location."""
    before = CameFrom(system=request.location, kind="par-level", reference=request.item, relation="asked-for")
    if request.use:
        use = RunName.parse(request.use)
        before = CameFrom(system=use.source, kind="usage", reference=use.number, relation="asked-for")
    return CameFrom(system="request", kind="request", reference=request.number, relation=relation, before=before)
