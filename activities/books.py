"""Books: writing documents of every kind into the books of one system, and taking them back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from temporalio import activity

from activities.balancing import balanced
from activities.boundary import failures_cross
from activities.intents import edge_from_run, intent_of
from activities.writing import Verbs, Writing
from canonical.asking.writing import AskDocument, Balance, Balanced, CameFrom, Outcome, Post
from canonical.effect import Edge, Found, Posted
from canonical.kinds import DOCUMENTS, Kind
from canonical.memory import Effects
from canonical.ports import Book, Declaration


@dataclass(frozen=True)
class Books:
    """The books of one system, each with its three activities: `<kind>.post`, `<kind>.balance`, `<kind>.find`."""

    declares: Declaration
    books: Mapping[Kind, Book[Any]]
    effects: Effects

    def all(self) -> tuple[Callable[..., Any], ...]:
        """What a worker registers."""
        return tuple(call for kind, book in self.books.items() for call in self._activities(kind, book))

    def _activities(self, kind: Kind, book: Book[Any]) -> tuple[Callable[..., Any], ...]:
        async def post(order: Post[Any]) -> Posted:
            async def send(key: str) -> Posted:
                return await book.post(order.document, wire_key=key)

            intent = intent_of(
                order,
                business_date=order.on,
                amount=order.amount,
                quantity=order.quantity,
                unit=order.unit,
                item=order.item,
            )
            with failures_cross():
                return await Writing(
                    effects=self.effects,
                    verbs=self._verbs(book, order.on),
                    intent=intent,
                    ledger=order.ledger,
                    edges=_edges(order),
                ).post(send)

        async def balance(order: Balance) -> Balanced:
            with failures_cross():
                return await balanced(order, effects=self.effects, verbs=self._verbs(book, order.service_date))

        async def find(ask: AskDocument) -> Outcome:
            with failures_cross():
                return Outcome(found=await book.get(ask.reference))

        # The SDK reads the document by the type that stands here.
        post.__annotations__["order"] = Post.__class_getitem__(DOCUMENTS[kind])
        named: dict[str, Callable[..., Any]] = {"post": post, "balance": balance, "find": find}
        return tuple(activity.defn(name=f"{kind}.{verb}")(call) for verb, call in named.items())

    def _verbs(self, book: Book[Any], on: date) -> Verbs:
        async def take_back(document: Found, key: str) -> Posted:
            return await book.take_back(document.reference, on=document.posting_date or on, wire_key=key)

        return Verbs(declares=self.declares, take_back=take_back, find=book.find, by_reference=book.get)


def _edges(order: Post[Any]) -> tuple[Edge, ...]:
    """From each document that the posting comes from, and what that came from; from the run's own where none is named."""
    own = edge_from_run(order)
    return tuple(edge for source in order.came_from for edge in _chain(source, own)) or (own,)


def _chain(source: CameFrom, to: Edge) -> tuple[Edge, ...]:
    edge = to.model_copy(
        update={
            "from_system": source.system,
            "from_kind": source.kind,
            "from_reference": source.reference,
            "relation": source.relation,
        }
    )
    if source.before is None:
        return (edge,)
    itself = {"to_system": source.system, "to_kind": source.kind, "to_reference": source.reference}
    return (edge, *_chain(source.before, to.model_copy(update=itself)))
