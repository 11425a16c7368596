"""Purchasing: what the runs of ordering, receiving and paying share: ledgers that grow, letters to other runs, an end."""

from typing import Any, ClassVar, Generic, TypeVar, cast

from temporalio import workflow

from canonical.carried import Carried
from canonical.documents.purchasing_run import PurchasingRun, ledger_for
from canonical.inbound import EventType
from canonical.kinds import Kind
from canonical.purchasing.policy import PurchasingPolicy
from canonical.run import Domain, Ledger, Standing
from canonical.start import Start
from workflows.kit import versions
from workflows.kit.bookkeeper import Bookkeeper
from workflows.kit.calls import CallOptions, system_call
from workflows.kit.letters import write_letter
from workflows.kit.process import Process
from workflows.kit.turns import together
from workflows.kit.words import standing_in_words

S = TypeVar("S", bound=PurchasingRun)


class Purchasing(Process, Generic[S]):
    """One run of such a process over its state. A subclass tells the story and says what its documents change.

    `starts` is the start payload's exact type: without it the state would be written by the fields of its base alone.
    """

    starts: ClassVar[type[Start[Any]]]

    def __init__(self, start: Start[S], first: S) -> None:
        self.state: S = start.closing or first.model_copy(update={"route": start.context.route})
        super().__init__(start.context, start.policy, start.carried)
        self.saga = Bookkeeper(self, self)

    @property
    def purchasing(self) -> PurchasingPolicy:
        """The policy of ordering, receiving and paying."""
        return self.policy.purchasing or PurchasingPolicy()

    @property
    def one_look(self) -> bool:
        """Whether what was read once counts for all who ask, until news come; for runs that began so."""
        return versions.goes("one-look-at-the-book")

    def know(self, **changes: object) -> None:
        """Replace parts of the state."""
        self.state = self.state.model_copy(update=changes)

    def ledger(self, step: str) -> Ledger:
        """The ledger of a step that was opened before."""
        ledger = self.state.ledger(step)
        if ledger is None:
            raise RuntimeError(f"{step} is asked for before it was opened")
        return ledger

    def keep(self, ledger: Ledger) -> None:
        """Replace a ledger, or open it."""
        self.know(ledgers=self.state.keeping(ledger))
        self.tell_in_words()

    def opened(self, step: str, kind: Kind) -> Ledger:
        """The ledger of a step, opened where this is the first that is heard of it."""
        if self.state.ledger(step) is None:
            self.keep(ledger_for(step, kind))
        return self.ledger(step)

    def settled(self, step: str) -> bool:
        """Whether nothing is left to do in a step; a step that was never opened is not settled."""
        ledger = self.state.ledger(step)
        return ledger is not None and ledger.settled

    def call(self, domain: Domain, summary: str) -> CallOptions:
        """Options of a call to the system that serves the domain."""
        return system_call(self.context.leg(domain), self.policy.attempts, summary=summary)

    async def write_to(self, kind: EventType, number: str, data: dict[str, Any], *, facility: str = "") -> str:
        """Send a letter to another run, or to all who wait for its subject; answers the business key it went to."""
        self.know(letters=self.state.letters + 1)
        return await write_letter(self.context, str(self.state.letters), kind, number, data, facility=facility)

    def start_again(self, carried: Carried) -> Start[S]:
        """The same transaction, in a run in this one's place."""
        again = self.starts(context=self.context, policy=self.policy, closing=self.state, carried=carried)
        return cast(Start[S], again)

    async def look_once_more(self) -> None:
        """Where an outcome was ever uncertain, nothing may arrive after the run is closed."""
        doubted = [ledger.step for ledger in self.state.ledgers if ledger.uncertain]
        if doubted:
            self.enter("last look")
            today = workflow.now().date()
            await together(*(self.saga.look_once_more(step, service_date=today) for step in doubted))

    def unsettled(self) -> tuple[str, ...]:
        """The steps in which something is left to do: to write, or to make sure of."""
        return tuple(one.step for one in self.state.ledgers if not one.settled or one.uncertain)

    def leave(self, item_id: str) -> None:
        """What is not settled is left to a person."""
        for ledger in self.state.ledgers:
            if not ledger.settled:
                self.keep(ledger.model_copy(update={"standing": Standing.left}))
        self.know(left=item_id)

    def take_up(self) -> str:
        """Go on with what an earlier run left behind; answers the work item that it left."""
        for ledger in self.state.ledgers:
            if ledger.standing is Standing.left:
                self.keep(ledger.model_copy(update={"standing": Standing.pending}))
        left = self.state.left
        self.know(left="")
        return left

    def lines(self) -> list[str]:
        """One line a document: how it stands, under which reference, and why."""
        return [f"- {ledger.step}: {standing_in_words(ledger)}" for ledger in self.state.ledgers]

    def closing_state(self) -> str:
        """What a later run of the same business key starts from."""
        self.know(policy=self.policy.version)
        return self.state.model_dump_json()
