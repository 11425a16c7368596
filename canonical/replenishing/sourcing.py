"""Sourcing: another item in place of one, and another supplier for what one does not deliver (domain rules 20, 22)."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from canonical.documents.basket_run import Part, PlacedOrder
from canonical.documents.contract import Contract, in_force
from canonical.documents.costing import SUPPLIERS_OWN
from canonical.documents.item import Ownership
from canonical.documents.order import Acknowledged, Order, OrderLine
from canonical.documents.replenishment import PricedLine, Request


def equivalent(part: Part, line: OrderLine, contracts: Sequence[Contract], *, supplier: str, on: date) -> bool:
    """Whether a substitute is the same manufacturer's own, contracted to stand in for the item that was ordered."""
    return any(new.replaces == line.item for new in _of_one_maker(part, line, contracts, supplier=supplier, on=on))


def of_same_maker(part: Part, line: OrderLine, contracts: Sequence[Contract], *, supplier: str, on: date) -> bool:
    """Whether a substitute is the same manufacturer's, whoever has to say that it may stand in."""
    return bool(_of_one_maker(part, line, contracts, supplier=supplier, on=on))


def _of_one_maker(
    part: Part, line: OrderLine, contracts: Sequence[Contract], *, supplier: str, on: date
) -> tuple[Contract, ...]:
    """The supplier's contracts for the substitute that name the manufacturer of what was ordered."""
    ours = [one for one in in_force(contracts, item=line.item or "", on=on) if one.supplier == supplier]
    theirs = [one for one in in_force(contracts, item=part.item or "", on=on) if one.supplier == supplier]
    makers = {one.manufacturer for one in ours if one.manufacturer}
    return tuple(one for one in theirs if one.manufacturer in makers)


def substitute(
    placed: PlacedOrder, part: Part, contracts: Sequence[Contract], *, on: date, as_approved: bool
) -> PlacedOrder:
    """The order with the substitute as a line of its own: code, price and cost come from the item that is used.

    `as_approved`: what was approved for the item that it stands in for holds for the substitute too, so that it is
    approved anew only where it is dearer. Otherwise nothing of it is approved yet (domain rules 18, 20).
    """
    line = next(one for one in placed.order.lines if one.line == part.line)
    known = [one for one in in_force(contracts, item=part.item or "", on=on) if one.supplier == placed.supplier]
    price = part.price or (known[0].price_for(part.quantity * line.price_factor) if known else line.price)
    number = max(one.line for one in (*placed.order.lines, *placed.added)) + 1
    itself = {"line": number, "item": part.item, "supplier_item": part.supplier_item, "quantity": part.quantity}
    contract = known[0].contract if known else ""
    new = line.model_copy(update=itself | {"cancelled": Decimal(0), "price": price, "contract": contract})
    parts = tuple(
        part.model_copy(update={"status": Acknowledged.deleted}) if one == part else one for one in placed.parts
    )
    firm = part.model_copy(update={"line": number, "status": Acknowledged.accepted, "price": None})
    taken_care_of = placed.provided | {part.line: placed.provided.get(part.line, Decimal(0)) + part.quantity}
    return placed.model_copy(
        update={
            "parts": (*parts, firm),
            "added": (*placed.added, new),
            "provided": taken_care_of,
            "approved": _moved(placed.approved, part, itself if as_approved else None),
        }
    )


def _moved(approved: Order, part: Part, itself: Mapping[str, object] | None) -> Order:
    """What is approved once so many units of a line are not wanted any more, but of the substitute where it says so."""
    lines = tuple(
        one.model_copy(update={"cancelled": min(one.cancelled + part.quantity, one.quantity)})
        if one.line == part.line
        else one
        for one in approved.lines
    )
    old = approved.line(part.line)
    if itself is not None and old is not None:
        lines = (*lines, old.model_copy(update={**itself, "cancelled": Decimal(0)}))
    return approved.model_copy(update={"lines": lines})


def source_to_ask(item: str, contracts: Sequence[Contract], *, failed: Sequence[str], on: date) -> Contract | None:
    """The contracted source to ask first; where that one has failed lately, the next one."""
    sources = in_force(contracts, item=item, on=on)
    if not sources or sources[0].supplier not in failed:
        return next(iter(sources), None)
    return next_source(item, contracts, of=sources[0].supplier, tried=failed, on=on)


def contracted_for(ownership: Ownership, contracts: Sequence[Contract]) -> tuple[Contract, ...]:
    """The contracts for goods of this ownership: consigned stock is refilled by whoever owns it; all, where none says so."""
    own = tuple(one for one in contracts if (one.ownership in SUPPLIERS_OWN) == (ownership in SUPPLIERS_OWN))
    return own or tuple(contracts)


def next_source(
    item: str, contracts: Sequence[Contract], *, of: str, tried: Sequence[str], on: date
) -> Contract | None:
    """The next contracted source, of the same manufacturer's item as that of supplier `of`, that was not tried yet.

    Where nobody has said who makes it there is none: another manufacturer's product is a person's decision (rule 20).
    """
    sources = in_force(contracts, item=item, on=on)
    # The contract of who was asked may have ended since.
    known = (*sources, *(one for one in contracts if one.item == item))
    made_by = next((one.manufacturer for one in known if one.supplier == of), "")
    others = (one for one in sources if one.supplier not in tried and made_by and one.manufacturer == made_by)
    return next(others, None)


def reordered(taken: PricedLine, source: Contract, *, quantity: Decimal, unit: str) -> Request:
    """The request for what is lacking, now to another supplier."""
    return taken.request.model_copy(update={"supplier": source.supplier, "quantity": quantity, "unit": unit})
