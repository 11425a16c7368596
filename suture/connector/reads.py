"""The part of the contract that is safe on a live system: reads alone, of what is not there or may be seen by anyone.

The contract suite holds every system to it, and `suture connector check` any live one: nothing is written.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from canonical.identity import wire_key
from canonical.ports import Billing, Finance, Inventory, Procurement, Storeroom, Supplier
from suture.assembly import offers
from suture.connector.ledgers import ledgers_of, look_ups

UNKNOWN = {
    "that nobody has": "SUTURE-CHECK-NONE",
    "in any script": "Größe 5½ - 大腿骨 \N{BONE} 'x'",
    "with what a path or a query is made of": "no/../number?a=b&c#",
    "of the greatest length": "9" * 64,
}
"""Numbers and references that could come, and are not there."""

MANY = 230
"""More keys than any vendor takes at once: they are asked for in portions."""


class Broken(Exception):
    """The system was reached, and its connector does not answer as the port promises; said in words."""


@dataclass(frozen=True)
class Asked:
    """What to ask about; each is none where nobody has said which the system knows."""

    facility: str
    on: date
    location: str | None = None
    cost_centre: str | None = None
    item: str | None = None


@dataclass(frozen=True)
class Read:
    """One read of a port. `ask` answers in words what was found, or raises `Broken`; `needs` is what must be `Asked`."""

    port: str
    verb: str
    ask: Callable[[], Awaitable[str]]
    needs: str = ""


def reads_of(system: Any, asked: Asked) -> tuple[Read, ...]:
    """Every read that is safe, of every port that the system offers, in the order of the ports."""
    reads: list[Read] = []
    for port, of in _PORTS:
        if offers(system, port):
            reads += of(system, asked)
    return (*reads, *(_ledger(system, name) for name in sorted(ledgers_of(system))))


def missing(read: Read, asked: Asked) -> bool:
    """Whether nobody has said what the read must ask about."""
    return bool(read.needs) and getattr(asked, read.needs) is None


def _inventory(system: Inventory, asked: Asked) -> list[Read]:
    async def look_up(item: str | None, *, lot: str | None = None) -> Any:
        place = asked.location or ""
        found = await system.look_up(
            facility=asked.facility, location=place, item=item, device_identifier=None, lot=lot, serial=None
        )
        return found.item

    async def nobodys_lot() -> str:
        await look_up(asked.item, lot=UNKNOWN["that nobody has"])
        return "answers for a lot that is not there"

    return [
        Read("inventory", "look_up", lambda: _nothing(look_up), needs="location"),
        *_known("inventory", "look_up", look_up, asked, needs="location"),
        *([Read("inventory", "look_up", nobodys_lot, needs="location")] if asked.item else []),
    ]


def _billing(system: Billing, asked: Asked) -> list[Read]:
    async def account(number: str) -> object:
        of_case = await system.account(facility=asked.facility, case_number=number, account_number=None)
        by_number = await system.account(facility=asked.facility, case_number=number, account_number=number)
        return any(found.account_number or found.standing.case_status for found in (of_case, by_number))

    def charge_code(item: str) -> Awaitable[object]:
        return system.charge_code(facility=asked.facility, item=item, on=asked.on)

    return [
        Read("billing", "account", lambda: _nothing(account)),
        Read("billing", "charge_code", lambda: _nothing(charge_code)),
        *_known("billing", "charge_code", charge_code, asked),
    ]


def _finance(system: Finance, asked: Asked) -> list[Read]:
    def valuation(item: str) -> Awaitable[object]:
        return system.valuation(facility=asked.facility, item=item, location=asked.location or "")

    async def periods() -> str:
        found = await system.periods(facility=asked.facility)
        if not found:
            raise Broken("the facility has no period, so that nothing can be posted")
        if any(one.first > one.last for one in found) or any(one.last >= next.first for one, next in pairwise(found)):
            raise Broken("the periods are not in order, or overlap")
        holding = next((one for one in found if one.first <= asked.on <= one.last), None)
        now = "none for today" if holding is None else f"{holding.name} is {'open' if holding.open else 'closed'}"
        return f"{len(found)}, {now}"

    return [
        Read("finance", "valuation", lambda: _nothing(valuation), needs="location"),
        *_known("finance", "valuation", valuation, asked, needs="location"),
        Read("finance", "periods", periods),
    ]


def _storeroom(system: Storeroom, asked: Asked) -> list[Read]:
    def par(item: str) -> Awaitable[object]:
        return system.par(facility=asked.facility, location=asked.location or "", item=item)

    async def below_par() -> str:
        found = await system.below_par(facility=asked.facility)
        if len({(one.location, one.item) for one in found}) < len(found):
            raise Broken("the pages of what is below par repeat an item at a location")
        if any(one.facility != asked.facility for one in found):
            raise Broken("what is below par is told of another facility too")
        return f"{len(found)} below par"

    async def cases() -> str:
        if await system.cases_needing(facility=asked.facility, item=UNKNOWN["that nobody has"], until=asked.on) is None:
            return "knows no surgical cases"
        return await _nothing(lambda item: system.cases_needing(facility=asked.facility, item=item, until=asked.on))

    return [
        Read("storeroom", "par", lambda: _nothing(par), needs="location"),
        Read("storeroom", "below_par", below_par),
        Read("storeroom", "cases_needing", cases),
    ]


def _procurement(system: Procurement, asked: Asked) -> list[Read]:
    def contracts(item: str) -> Awaitable[object]:
        return system.contracts(facility=asked.facility, item=item)

    async def budget() -> str:
        centre = asked.cost_centre or ""
        found = await system.budget(facility=asked.facility, cost_centre=centre, on=asked.on)
        if found.cost_centre != centre:
            raise Broken("the budget is that of another cost centre")
        return f"cost centre {centre}: control {found.control}"

    return [
        Read("procurement", "contracts", lambda: _nothing(contracts)),
        *_known("procurement", "contracts", contracts, asked),
        Read("procurement", "budget", budget, needs="cost_centre"),
        Read(
            "procurement",
            "order",
            lambda: _nothing(lambda number: system.order(facility=asked.facility, number=number)),
        ),
    ]


def _supplier(system: Supplier, asked: Asked) -> list[Read]:
    return [
        Read(
            "supplier",
            "acknowledgements",
            lambda: _nothing(lambda number: system.acknowledgements(order=number)),
        )
    ]


_PORTS: Sequence[tuple[type, Callable[[Any, Asked], list[Read]]]] = (
    (Inventory, _inventory),
    (Billing, _billing),
    (Finance, _finance),
    (Storeroom, _storeroom),
    (Procurement, _procurement),
    (Supplier, _supplier),
)


def _ledger(system: Any, ledger: str) -> Read:
    async def ask() -> str:
        by = look_ups(system, ledger)
        keys = [wire_key(f"suture-check:{number}") for number in range(MANY)]
        if await by.find(keys):
            raise Broken("a key that was never used finds a document")
        if await by.find([]):
            raise Broken("a look-up of no key finds a document")
        return await _nothing(by.get)

    return Read(ledger, "find, get", ask)


def _known(
    port: str, verb: str, ask: Callable[[str], Awaitable[object]], asked: Asked, *, needs: str = ""
) -> list[Read]:
    """The same read of the item that somebody has named: whether the system knows it is not ours to judge."""
    item = asked.item
    if item is None:
        return []

    async def known() -> str:
        return f"item {item} is {'known' if await ask(item) else 'not known'}"

    return [Read(port, verb, known, needs=needs)]


async def _nothing(ask: Callable[[str], Awaitable[object]]) -> str:
    """Whatever is not there is answered with none, however it is written."""
    for words, number in UNKNOWN.items():
        if await ask(number):
            raise Broken(f"a number {words} is answered as if it were there")
    return "answers nothing for what is not there"
