"""Counted goods: what each line of a receipt or return comes to, said once; where it is not plain a person is asked."""

from collections.abc import Sequence
from decimal import Decimal

from canonical.documents.order import OrderLine
from canonical.documents.order_run import Taken, TakenLine
from canonical.documents.receipt import GoodsReturn, Receipt, ReceiptLine, Refused, ShipNotice
from canonical.receiving.counting import adding_to, noticed, order_line_for, per_counted, taken_line, up_to
from canonical.receiving.shelf_life import parted
from canonical.receiving.standing import line_step, standing_of
from workflows.kit import order_questions as ask
from workflows.kit import versions
from workflows.kit.parking import Question
from workflows.kit.stray_papers import StrayPapers


class CountedGoods(StrayPapers):
    """An order's run that knows what came and what goes back, line by line."""

    async def take(self, receipt: Receipt) -> Taken:
        """Say what a receipt comes to; from then on nothing that is heard of others changes it."""
        if (before := self.state.taking(receipt.number)) is not None:
            return before
        notice = self._notice(receipt)
        found = [
            await self._counted("receipt", receipt.number, noticed(line, notice), location=receipt.location)
            for line in receipt.lines
            if line.accepted > 0
        ]
        fit, unfit = await self._parted(receipt, found)
        # Nothing is awaited between what may still come and what is taken of it: others take at the same time.
        while isinstance(taken := self._within_the_order(receipt, fit), Question):
            await self.ask_person(taken)
        taken = taken.model_copy(update={"unfit": unfit})
        self.know(taken=(*self.state.taken, taken))
        return taken

    async def take_return(self, back: GoodsReturn) -> Taken:
        """Say what a return comes to, once what goes back has been received."""
        if (before := self.state.returning(back.number)) is not None:
            return before
        found = [
            await self._counted("return", back.number, line, location=back.location)
            for line in back.lines
            if line.accepted > 0
        ]
        went = [one for one in self.state.returned if self.state.goes_back(one)]
        lines: tuple[TakenLine, ...] = ()
        for one in found:
            lines = (*lines, self._adding_up(went, lines, one))
        taken = Taken(number=back.number, version=back.version, on=back.returned_on, lines=lines)

        async def here() -> bool | None:
            left = self._here()
            return True if all(taken.of(line) <= left[line] for line in taken.order_lines) else None

        clock = self.purchasing.receiving.order
        while not await here():
            await self.until(here, clock=clock, question=ask.not_received(back.number))
        self.know(returned=(*self.state.returned, taken))
        return taken

    def refused_of(self, receipt: Receipt, taken: Taken) -> tuple[ReceiptLine, ...]:
        """What was not accepted: refused at the dock, unfit, or sent back because it is more than was ordered."""
        surplus = [
            ReceiptLine(
                line=one.line,
                order_line=one.order_line,
                item=one.item,
                accepted=Decimal(0),
                refused=one.quantity,
                refused_for=Refused.over_delivered,
                unit=self._unit(one.order_line),
            )
            for one in taken.beyond
        ]
        return (*(line for line in receipt.lines if line.refused > 0), *taken.unfit, *surplus)

    def ordered(self, kind: str, number: str, line: ReceiptLine) -> OrderLine | None:
        """The order line that a line is for: as a person ruled, or as it plainly is."""
        ruled = self.state.ruling(line_step(kind, number, line.line)).order_line
        if ruled is not None:
            return self.order.line(ruled)
        return order_line_for(line, self.order, received=self.received())

    async def _counted(self, kind: str, number: str, line: ReceiptLine, *, location: str) -> TakenLine:
        step = line_step(kind, number, line.line)
        while (ordered := self.ordered(kind, number, line)) is None:
            await self.ask_person(ask.no_order_line(step, line))
        ruled = self.state.ruling(step).unit_factor

        async def factor() -> Decimal | None:
            if (known := per_counted(line, ordered, ruled=ruled)) is not None:
                return known
            item = await self.item(line.item, location=location)
            return per_counted(line, ordered, factors=item.factors) if item is not None else None

        question, subject = ask.unknown_unit(step, line, ordered.unit), f"item:{line.item}"
        clock = self.purchasing.receiving.unit
        found = await self.until(factor, clock=clock, question=question, subject=subject)
        return taken_line(line, ordered, factor=found)

    async def _parted(
        self, receipt: Receipt, found: Sequence[TakenLine]
    ) -> tuple[tuple[TakenLine, ...], tuple[ReceiptLine, ...]]:
        """What is taken of what was accepted at the dock, and what is expired or keeps too short where that is tracked."""
        if not receipt.moves_stock:
            # Used before it was ordered: it is owed for, whatever was found out about it (rule 3).
            return tuple(found), ()
        fit: list[TakenLine] = []
        unfit: list[ReceiptLine] = []
        counted = {line.line: line for line in receipt.lines}
        for one in found:
            shelf_life = self.purchasing.receiving.shelf_life
            kept, refused = parted(one, counted[one.line], on=receipt.received_on, shelf_life=shelf_life)
            if refused and await self._expires(one.item, location=receipt.location):
                fit += [kept] if kept.quantity > 0 else []
                unfit += refused
            else:
                fit.append(one)
        return tuple(fit), tuple(unfit)

    async def _expires(self, item: str, *, location: str) -> bool:
        if not versions.goes("shelf-life"):
            return False
        known = await self.item(item, location=location)
        return known is not None and known.tracking.expires

    def _within_the_order(self, receipt: Receipt, found: Sequence[TakenLine]) -> Taken | Question:
        """The receipt as far as it may come; a question about the first line that is more than was ordered."""
        taken = Taken(number=receipt.number, version=receipt.version, on=receipt.received_on, lines=())
        came = [one for one in self.state.taken if self.state.holds(one)]
        for counted in found:
            one = self._adding_up(came, taken.lines, counted)
            room = max(self.room(one.order_line) - taken.of(one.order_line), Decimal(0))
            step = line_step("receipt", receipt.number, one.line)
            surplus, ruled = one.quantity - room, self.state.ruling(step).over
            kept = one if surplus <= 0 or ruled == "accept" else up_to(one, room)
            if kept is not one and ruled is None:
                at_risk = self.worth(one.order_line, surplus)
                return ask.over_delivered(step, surplus, self._unit(one.order_line), at_risk)
            lines = (*taken.lines, *([kept] if kept.quantity > 0 else []))
            beyond = (*taken.beyond, *([] if kept is one else [one.model_copy(update={"quantity": surplus})]))
            taken = taken.model_copy(update={"lines": lines, "beyond": beyond})
        return taken

    def _adding_up(self, before: Sequence[Taken], lines: Sequence[TakenLine], one: TakenLine) -> TakenLine:
        """The line as it adds up with those before it, of other documents and of its own."""
        ordered = self.order.line(one.order_line)
        known = [*(each for taken in before for each in taken.lines), *lines]
        return (
            one
            if ordered is None
            else adding_to([each for each in known if each.order_line == one.order_line], one, ordered)
        )

    def _here(self) -> dict[int, Decimal]:
        """What is posted as received of each order line, less all that goes back."""
        standing = standing_of(self.order, self.state, facility=self.context.name.facility)
        came = {one.line.line: sum((part.quantity for part in one.received), Decimal(0)) for one in standing.lines}
        went = [one for one in self.state.returned if self.state.goes_back(one)]
        return {line: quantity - sum((one.of(line) for one in went), Decimal(0)) for line, quantity in came.items()}

    def _notice(self, receipt: Receipt) -> ShipNotice | None:
        return next((one for one in self.state.notices if one.number == receipt.ship_notice), None)

    def _unit(self, order_line: int) -> str:
        line = self.order.line(order_line)
        return line.unit if line is not None else ""
