"""Known need: the need of one item at one location as its run knows it: how the shelf stands, and what baskets tell."""

from pydantic import ValidationError
from temporalio import workflow

from activities.storekeeping import Storekeeping
from canonical.asking.inventory import AskPar, ParAnswer
from canonical.documents.replenishment import ParStanding, RequestAnswered
from canonical.documents.request_run import AskedFor, RequestAmendment, RequestRun, RequestStart
from canonical.documents.work_item import Resolution
from canonical.envelope import Envelope
from canonical.inbound import EventType
from canonical.kinds import Kind
from canonical.purchasing.replenishing import ReplenishingPolicy
from canonical.unfit import said_of
from workflows.kit import basket_questions as ask
from workflows.kit import versions
from workflows.kit.bookkeeper import Bookkeeper
from workflows.kit.purchasing import Purchasing


class KnownNeed(Purchasing[RequestRun]):
    """The need of one item at one location."""

    starts = RequestStart

    def __init__(self, start: RequestStart) -> None:
        if start.closing is not None and start.carried is None:
            start = start.model_copy(update={"closing": start.closing.for_the_next_need()})
        super().__init__(start, RequestRun())
        self.saga = Bookkeeper(self, self, waits=lambda: versions.goes("confirmed-later"))
        self._met_before = self.state.met

    @property
    def rules(self) -> ReplenishingPolicy:
        """The policy of replenishment."""
        return self.purchasing.replenishing

    @property
    def location(self) -> str:
        """Where the item is lacking."""
        return self.context.name.source

    @property
    def item(self) -> str:
        """What is lacking."""
        return self.context.name.number

    def hear(self, document: Envelope) -> None:
        """The par level was crossed, or a basket tells what becomes of a request."""
        match document.type:
            case EventType.par_crossed:
                self.know(crossed=self.state.crossed + 1)
            case EventType.request_answered:
                self._hear_answer(RequestAnswered.model_validate(document.data))
        self.nudge()

    def _hear_answer(self, told: RequestAnswered) -> None:
        """What became of a request; what a supplier does not deliver and its basket still sees to is asked for again."""
        asked = tuple(
            one.model_copy(update={"answer": told.answer, "order": told.order})
            if one.request.number == told.number
            else one
            for one in self.state.asked
        )
        if told.again is not None:
            others = (one for one in asked if one.request.number != told.number)
            asked = (*others, AskedFor(request=told.again, base=told.base, answer=told.answer, order=told.order))
        self.know(asked=asked)
        if told.failed is not None:
            self.know(failed=self.state.failed | {told.failed: told.occurred})

    async def look_at_the_shelf(self) -> None:
        """How the item stands; crossings heard until now are met by this look."""
        if self.state.standing is not None:
            return
        self.enter("need")
        asked = AskPar(context=self.context, location=self.location, item=self.item)
        call = self.call("inventory", f"asks how {self.item} stands at {self.location}")

        async def attempt() -> ParAnswer:
            return await workflow.execute_activity_method(Storekeeping.par, asked, **call)

        while True:
            crossed = self.state.crossed
            standing = (await self.look_up("inventory", attempt)).standing
            if standing is not None:
                self.know(standing=standing, round=crossed)
                return
            await self.ask_person(ask.no_par_level(self.item, self.location))

    @property
    def standing(self) -> ParStanding:
        """How the item stands in this round."""
        if self.state.standing is None:
            raise RuntimeError("the need is planned before anybody has looked at the shelf")
        return self.state.standing

    def check_amendment(self, resolution: Resolution) -> None:
        """A quantity in base units."""
        try:
            RequestAmendment.model_validate(resolution.correction)
        except ValidationError as wrong:
            raise ValueError(said_of(wrong)) from None

    def amend(self, resolution: Resolution) -> None:
        """So many base units are wanted."""
        self.know(quantity=RequestAmendment.model_validate(resolution.correction).quantity, meant=True)

    def outcome(self) -> str:
        """What became of the need."""
        if any(one.order for one in self.state.asked):
            return "ordered"
        if self.state.asked:
            return "not ordered"
        if self.state.of_kind(Kind.replacement):
            return "refilled by the supplier"
        if self.state.of_kind(Kind.transfer):
            return "transferred"
        return "enough" if self.state.met > self._met_before else "noted"

    def lines(self) -> list[str]:
        """What was asked for, then the documents."""
        asked = [
            f"- {one.request.number}: {one.request.quantity.normalize():f} {one.request.unit} in {one.request.basket}: "
            f"{one.answer or 'not answered yet'} {one.order}".rstrip()
            for one in self.state.asked
        ]
        return [*asked, *super().lines()]
