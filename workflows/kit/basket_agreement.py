"""Agreement: what was used of a supplier's own goods is ordered once the surgical case is closed and its sheet agrees."""

from datetime import timedelta

from temporalio import workflow

from activities.charges import Charges
from canonical.asking.billing import AskCase, CaseAnswer
from canonical.clock import Clock
from canonical.documents.charge import CaseStatus
from canonical.documents.replenishment import Request
from canonical.ownership.agreement import Difference, count_of, differences
from canonical.ownership.used import is_for_used_goods
from canonical.replenishing.pricing import is_used
from workflows.kit import case_questions as ask
from workflows.kit.basket_answers import Answering
from workflows.kit.turns import DoneByHand


class Agreeing(Answering):
    """The basket of a surgical case until hospital and supplier count alike."""

    async def wait_for_a_use(self) -> None:
        """A sheet may come before the first use is reported; where none is, a charge is missing."""
        sheets = self.state.sheets
        if not sheets or self.state.orders or self.state.withdrawn or self.is_settled():
            return

        async def reported() -> bool | None:
            return True if self.state.requests else None

        question = ask.not_reported(sheets[0].supplier, sum(len(one.lines) for one in sheets))
        try:
            await self.until(reported, clock=self.rules.usage_sheet, question=question)
        except DoneByHand:
            self.settle()

    async def wait_for_the_surgical_case(self) -> None:
        """What was used is known once the case is closed and the supplier's usage sheet agrees (domain rule 21)."""
        if self.state.surgical_case is None:
            return
        await self.wait_until_it_is_closed(self.state.surgical_case)
        self.enter("usage sheet of the supplier")
        try:
            while self.content() and not self.is_settled():
                if not self.state.sheets:
                    await self.wait_for_a_sheet()
                elif not self.differences():
                    break
                else:
                    await self.wait_for_agreement()
        except DoneByHand:
            self.settle()
        self.know(compared=self._sheets())

    def compare_late_sheets(self) -> None:
        """A sheet that comes once all is ordered says whether that was right."""
        if self.state.requests or not self.state.orders or self.state.compared == self._sheets():
            return
        self.know(compared=self._sheets())
        if (found := self.differences()) and not self.is_settled():
            self.aside(ask.ordered_otherwise(self.state.sheets[0].supplier, found))

    def _sheets(self) -> tuple[str, ...]:
        return tuple(f"{one.number}:{one.version}" for one in self.state.sheets)

    async def wait_until_it_is_closed(self, surgical_case: str) -> None:
        """Until then more may be used."""
        self.enter("surgical case")
        asked = AskCase(context=self.context, surgical_case=surgical_case)

        async def attempt() -> CaseAnswer:
            call = self.call("billing", "asks how far the surgical case has come")
            return await workflow.execute_activity_method(Charges.case, asked, **call)

        async def closed() -> bool | None:
            if not self.content():
                return True
            return True if (await self.look_up("billing", attempt)).status is CaseStatus.closed else None

        question = ask.case_not_closed(self.content()[0].supplier, len(self.content()))
        clock = self.policy.surgical_case
        await self.until(closed, clock=clock, question=question, subject=f"case:{surgical_case}")

    async def wait_for_a_sheet(self) -> None:
        """The supplier's representative writes down what was used, too."""

        async def came() -> bool | None:
            return True if self.state.sheets or not self.content() else None

        question = ask.no_usage_sheet(self.content()[0].supplier, len(self.content()))
        await self.until(came, clock=self.rules.usage_sheet, question=question)

    async def wait_for_agreement(self) -> None:
        """A corrected sheet, or a use that is reported or corrected, is compared anew and closes the item by itself."""
        supplier = self.content()[0].supplier

        async def agreed() -> bool | None:
            found = self.differences()
            if not found or not self.content():
                return True
            question = ask.usage_differs(supplier, found)
            if (parked := self.desk.waiting(question.step, question.cause)) is not None:
                await self.desk.renew(parked, question)
            return None

        clock = Clock(look_again=self.rules.usage_sheet.look_again, overdue=timedelta(0))
        await self.until(agreed, clock=clock, question=ask.usage_differs(supplier, self.differences()))

    def used(self) -> tuple[Request, ...]:
        """All that counts as used in the surgical case, whether it is ordered already or not."""
        placed = (one for one in self.state.orders if is_for_used_goods(one))
        ordered = (line.request for one in placed for line in one.taken)
        known = (*ordered, *(one for one in self.state.requests if is_used(one)))
        return tuple(one for one in known if one.number not in self.state.withdrawn)

    def differences(self) -> tuple[Difference, ...]:
        """Every lot or serial on which hospital and supplier do not agree."""
        return differences(self.used(), [line for sheet in self.state.sheets for line in sheet.lines])

    def is_settled(self) -> bool:
        """Whether a person has settled that exactly this was used."""
        return self.state.counted == count_of(self.used())

    def settle(self) -> None:
        """The hospital's count counts, until something else is reported."""
        self.know(counted=count_of(self.used()))
