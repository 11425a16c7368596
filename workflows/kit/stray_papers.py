"""Stray papers: documents filed under a wrong order, or under none, go on to the order that a person names."""

from temporalio import workflow

from canonical.documents.document import Document
from canonical.identity import order_subject
from canonical.inbound import EventType
from workflows.kit.heard_order import PAPERS
from workflows.kit.known_order import KnownOrder
from workflows.kit.letters import as_data

SETTLED_WITH: dict[str, tuple[str, ...]] = {"receipt": ("receipts", "reversals"), "return": ("returns", "authorised")}
"""What goes along with a receipt or a return that is moved."""
EVENTS: dict[str, EventType] = {part: EventType(event) for event, (part, _) in PAPERS.items()}


class StrayPapers(KnownOrder):
    """An order's run that hands on what is not its own."""

    async def move_everything(self) -> None:
        """All documents of this run belong to another order."""
        self.joins = False
        for part in EVENTS:
            for paper in self._papers(part):
                await self._send_on(part, paper, self.state.moved_to)

    async def leave_it_to_its_facility(self) -> None:
        """Another facility has placed the order: its run there answers for it, and whoever waits for it here is told."""
        self.joins = False
        facility, number = self.context.name.facility, self.context.name.number
        named = {"named_by": f"what came to {facility}", "occurred": workflow.now().isoformat()}
        await self.write_to(EventType.order_named, number, named, facility=self.placed_by)
        news = {"order": number, "placed_by": self.placed_by}
        await self.write_to(EventType.order_moved, order_subject(facility, number), news)

    async def move_what_belongs_elsewhere(self) -> None:
        """Single receipts and returns belong to another order, with what was said of them later."""
        for step, order in self.state.elsewhere.items():
            kind, _, number = step.partition("-line.")
            for part in SETTLED_WITH[kind]:
                for paper in self._papers(part):
                    if paper.number == number:
                        await self._send_on(part, paper, order)

    async def _send_on(self, part: str, paper: Document, order: str) -> None:
        await self.write_to(EVENTS[part], paper.number, as_data(paper, order=order))
        self.know(**{part: tuple(one for one in self._papers(part) if one != paper)})

    def _papers(self, part: str) -> tuple[Document, ...]:
        return tuple(getattr(self.state, part))

    def in_hand(self) -> tuple[str, ...]:
        """The documents of the run, as people name them."""
        named = {
            "notices": "ship notice",
            "receipts": "receipt",
            "reversals": "reversal of receipt",
            "returns": "return",
        }
        return tuple(f"{word} {paper.number}" for part, word in named.items() for paper in self._papers(part))
