"""Balancing: make the expected number of documents stand in a ledger, now or once nothing can arrive any more."""

from activities.intents import intent_of
from activities.writing import Verbs, Writing
from canonical.asking.writing import Balance, Balanced
from canonical.memory import Effects


async def balanced(order: Balance, *, effects: Effects, verbs: Verbs) -> Balanced:
    """Carry out the order: an undo expects nothing to stand; a closing look first waits for what may still arrive."""
    intent = intent_of(order, business_date=order.service_date)
    writing = Writing(effects=effects, verbs=verbs, intent=intent, ledger=order.ledger)
    if order.closing:
        await writing.nothing_arrives_any_more()
    standing, taken_back = await writing.balance(expected=order.expected)
    return Balanced(reference=None if standing is None else standing.found.reference, taken_back=taken_back)
