"""Refilled goods: consigned stock that its supplier brings without an order is put on the shelf, and nothing is owed for it."""

from decimal import Decimal

from temporalio import workflow

from activities.mailing import Mailing
from canonical.asking.writing import CameFrom
from canonical.documents.item import Item
from canonical.documents.order_run import Taken, TakenLine
from canonical.documents.posting import ReturnRequest
from canonical.documents.receipt import Receipt, ReceiptLine
from canonical.errors import Audience
from canonical.kinds import Kind
from canonical.receiving.refills import AskRefills, are_refills, per_base, refilled
from canonical.receiving.shelf_life import parted
from canonical.receiving.standing import claim_step, line_step, lots_step, receipt_step
from workflows.kit import order_postings as postings
from workflows.kit import order_questions as ask
from workflows.kit.calls import ask_store
from workflows.kit.origins import receipt_known
from workflows.kit.posted_order import PostedOrder
from workflows.kit.turns import to_the_end


class RefilledGoods(PostedOrder):
    """The run of a receipt without an order whose goods stay the supplier's own."""

    @property
    def is_a_refill(self) -> bool:
        """Whether nobody needs to name an order for what came."""
        return self.number is None and not self.state.moved_to and are_refills(self.state.receipts, self.state.notices)

    def unsettled(self) -> tuple[str, ...]:
        """What is left to do; an order is not among it."""
        return tuple(step for step in super().unsettled() if not (self.is_a_refill and step == "order"))

    async def take_in_the_refill(self) -> None:
        """Lots on the shelf as the supplier's own, no accrual; a reversed or changed receipt is taken back first."""
        self.enter("receiving")
        for number in self.receipts():
            await self._take_back_a_refill(number)
            receipt = self.state.receipt(number)
            if self.state.is_reversed(number):
                self.exempt(lots_step(number), Kind.lots_in, "reversed")
            elif receipt is not None:
                await self._put_on_the_shelf(receipt)
            self.exempt(receipt_step(number), Kind.receipt, "consigned: nothing is owed before it is used")
            on = receipt.received_on if receipt is not None else workflow.now().date()
            await self.look_once_more_at((claim_step(number), lots_step(number)), on=on)

    async def _take_back_a_refill(self, number: str) -> None:
        taken = self.state.taking(number)
        if taken is None or self.state.holds(taken):
            return
        await to_the_end(self.take_back(taken, (lots_step(number), claim_step(number))))
        self.know(taken=tuple(one for one in self.state.taken if one.number != number))

    async def _put_on_the_shelf(self, receipt: Receipt) -> None:
        taken = self.state.taking(receipt.number) or await self._count(receipt)
        await self._claim(receipt, taken)
        if not taken.lines:
            self.exempt(lots_step(receipt.number), Kind.lots_in, "nothing was accepted")
            return
        self.opened(lots_step(receipt.number), Kind.lots_in)
        await self.saga.write(
            lots_step(receipt.number),
            postings.lots_in(receipt, taken, order=None),
            on=receipt.received_on,
            summary=f"registers what came with receipt {receipt.number} at {receipt.location} as the supplier's own",
            owner=Audience.supply_chain,
            came_from=(receipt_known(receipt.number), *await self._asked_for(receipt, taken)),
        )
        await self.check_readiness(receipt)

    async def _count(self, receipt: Receipt) -> Taken:
        """What came in base units; what is expired or keeps too short is refused."""
        lines: list[TakenLine] = []
        unfit: list[ReceiptLine] = []
        for line in receipt.lines:
            if line.accepted > 0:
                item, factor = await self._base_units(receipt, line)
                came = refilled(line, item, factor=factor)
                shelf_life = self.purchasing.receiving.shelf_life
                kept, refused = parted(came, line, on=receipt.received_on, shelf_life=shelf_life)
                lines.append(kept if item.tracking.expires else came)
                unfit += refused if item.tracking.expires else ()
        taken = Taken(
            number=receipt.number,
            version=receipt.version,
            on=receipt.received_on,
            lines=tuple(one for one in lines if one.quantity > 0),
            unfit=tuple(unfit),
        )
        self.know(taken=(*self.state.taken, taken))
        return taken

    async def _base_units(self, receipt: Receipt, line: ReceiptLine) -> tuple[Item, Decimal]:
        step = line_step("receipt", receipt.number, line.line)
        ruled = self.state.ruling(step).unit_factor

        async def known() -> tuple[Item, Decimal] | None:
            item = await self.item(line.item, location=receipt.location)
            factor = per_base(line, item, on=receipt.received_on, ruled=ruled) if item is not None else None
            return (item, factor) if item is not None and factor is not None else None

        question, clock = ask.unknown_unit(step, line, "base units"), self.purchasing.receiving.unit
        return await self.until(known, clock=clock, question=question, subject=f"item:{line.item}")

    async def _claim(self, receipt: Receipt, taken: Taken) -> None:
        """What was refused was never the hospital's: people are told, and the supplier is asked to fetch it."""
        refused = self.refused_of(receipt, taken)
        for line in refused:
            self.aside(ask.refused_goods(receipt.number, line, None, found=line in taken.unfit))
        if not (refused and self.purchasing.receiving.claim_refused and self.has_a_supplier and receipt.supplier):
            return
        self.opened(claim_step(receipt.number), Kind.return_request)
        await self.saga.write(
            claim_step(receipt.number),
            ReturnRequest(goods_return=postings.claim(receipt, refused, supplier=receipt.supplier)),
            on=receipt.received_on,
            summary=f"claims what was refused of receipt {receipt.number}",
            owner=Audience.buyer,
            came_from=(receipt_known(receipt.number),),
        )

    async def _asked_for(self, receipt: Receipt, taken: Taken) -> tuple[CameFrom, ...]:
        """The refills that were asked for and have not come: what came joins them."""
        if self.settled(lots_step(receipt.number)):
            return ()
        items = tuple(dict.fromkeys(line.item for line in taken.lines))
        asked = AskRefills(facility=self.context.name.facility, location=receipt.location, items=items)
        answer = await ask_store(Mailing.refills, asked, summary="looks for refills that were asked for")
        return tuple(
            CameFrom(system=one.system, kind=Kind.replacement, reference=one.reference, relation="brought")
            for one in answer.refills
        )
