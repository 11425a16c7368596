"""The three ledgers of every use, side by side, as the systems tell them; and documents that nobody answers for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from re import fullmatch
from typing import Literal, Protocol

from canonical.documents.usage_run import UsageRun
from canonical.policy import Policy
from canonical.run import Ledger
from canonical.run import Standing as LedgerStanding
from suture.demo.books import Posted
from suture.demo.standing import Standing, Watch
from suture.demo.uses import OPERATIONS, Nothing, Use, account_number

OUR_KEY = r"[A-Z2-7]{26}"
Verdict = Literal["ok", "waits", "under way", "differs"]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One use in the three ledgers; `wrong` says in words what does not agree."""

    use: Use
    stock: Posted
    charge: Posted
    cost: Posted
    verdict: Verdict
    wrong: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """All uses, documents under keys of ours that belong to no use, and whether the general ledger closes."""

    lines: tuple[Line, ...]
    orphans: tuple[str, ...]
    closes: bool

    @property
    def agrees(self) -> bool:
        """Whether every use is posted as it must be, and nothing else is."""
        return self.closes and not self.orphans and all(line.verdict == "ok" for line in self.lines)


class Ledgers(Protocol):
    """What the systems of a hospital say of its uses, and the prices by which that is held against them."""

    @property
    def closes(self) -> bool:
        """Whether every general ledger closes."""
        ...

    def stock(self, use: Use, keys: Collection[str]) -> Posted:
        """What left the shelf for a use, under its keys."""
        ...

    def charged(self, use: Use, keys: Collection[str]) -> Posted:
        """What is charged for a use."""
        ...

    def expensed(self, use: Use, keys: Collection[str]) -> Posted:
        """What is expensed for a use."""
        ...

    def keys(self) -> Mapping[str, str]:
        """Every external reference in any system, with the document that carries it."""
        ...

    def uses(self) -> Collection[str]:
        """The uses for which a cabinet booked."""
        ...

    def unfinished(self) -> Collection[str]:
        """Documents of ours that were begun, and neither posted nor cancelled."""
        ...

    async def cost(self, use: Use, item: int) -> Decimal:
        """What one base unit costs where it was used."""
        ...

    async def price(self, use: Use, item: int, each: Decimal, policy: Policy) -> Decimal | None:
        """What one charge unit costs the patient, of an item at this cost; none where the master has no row."""
        ...


async def compare(
    standings: Sequence[Standing], *, ledgers: Ledgers, watch: Watch, policy: Policy, others: Collection[str] = ()
) -> Comparison:
    """Compare with what the systems say. `others` are keys of ours that belong to no use."""
    lines, known = [], set(others)
    for standing in standings:
        keys = {effect.wire_key for effect in await watch.effects(standing.use)}
        known |= keys
        lines.append(await _line(standing, keys, ledgers=ledgers, watch=watch, policy=policy))
    strays = [
        f"{document} under {key}"
        for key, document in ledgers.keys().items()
        if fullmatch(OUR_KEY, key) and key not in known
    ]
    played = {standing.use.number for standing in standings}
    strays += [f"a cabinet's movement for {use}" for use in ledgers.uses() if use not in played]
    strays += [f"unfinished: {document}" for document in ledgers.unfinished()]
    return Comparison(lines=tuple(lines), orphans=tuple(strays), closes=ledgers.closes)


async def _line(standing: Standing, keys: set[str], *, ledgers: Ledgers, watch: Watch, policy: Policy) -> Line:
    use = standing.use
    stock, charge, cost = ledgers.stock(use, keys), ledgers.charged(use, keys), ledgers.expensed(use, keys)
    settled, ended = frozenset[str](), None
    if standing.run is not None and standing.closed:
        ended = await watch.ended(standing.run)
        settled = frozenset(one.step for one in ended.ledgers if one.settled) if ended is not None else settled
    elif standing.run is not None and standing.quiet:
        settled = await watch.settled(standing.run)
    wrong = await _differences(use, settled, ended, stock, charge, cost, ledgers=ledgers, policy=policy)
    if standing.closed and ended is None:
        wrong.append("the run has no closing state")
    verdict: Verdict = "waits" if standing.quiet else "under way"
    if wrong:
        verdict = "differs"
    elif standing.closed and len(settled) == len(OPERATIONS):
        verdict = "ok"
    return Line(use=use, stock=stock, charge=charge, cost=cost, verdict=verdict, wrong=tuple(wrong))


async def _differences(
    use: Use,
    settled: Collection[str],
    ended: UsageRun | None,
    stock: Posted,
    charge: Posted,
    cost: Posted,
    *,
    ledgers: Ledgers,
    policy: Policy,
) -> list[str]:
    """What does not agree in the ledgers that are settled.

    Quantities are held against the use, amounts against the systems' own prices, reasons against those of a closed run.
    """
    end, wrong = use.end, []
    item = end.item or use.item
    if item is None:
        raise ValueError(f"{use.number} names no item")
    if "stock" in settled and stock.quantity != end.stock:
        wrong.append(f"stock moved {stock.quantity}, used {end.stock}")
    if not {"charge", "cost"} & set(settled):
        return wrong
    each = await ledgers.cost(use, item)
    if "cost" in settled:
        if isinstance(end.cost, Nothing):
            wrong += _not_nothing("cost", end.cost, ended.cost, cost) if ended is not None else []
        elif (cost.quantity, cost.amount) != (end.cost, end.cost * each):
            wrong.append(f"expensed {cost.quantity} for {cost.amount}, expected {end.cost} for {end.cost * each}")
        if end.postings and cost.dates != tuple(f"{day:%Y%m%d}" for day in end.postings):
            days = ", ".join(f"{day:%Y%m%d}" for day in end.postings)
            wrong.append(f"the journals post on {', '.join(cost.dates)}, expected {days}")
    if "charge" in settled:
        if isinstance(end.charge, Nothing):
            wrong += _not_nothing("charge", end.charge, ended.charge, charge) if ended is not None else []
            return wrong
        price = await ledgers.price(use, item, each, policy)
        amount = None if price is None else price * end.charge
        if (charge.quantity, charge.amount) != (end.charge, amount):
            wrong.append(f"charged {charge.quantity} for {charge.amount}, expected {end.charge} for {amount}")
        if charge.accounts != (account_number(end.case or use.case),):
            wrong.append("charged to another account than the patient's")
    return wrong


def _not_nothing(step: str, expected: Nothing, ledger: Ledger, posted: Posted) -> list[str]:
    """Nothing stands in the system, and the run says why, as it was expected."""
    wrong = [f"{step}: {posted.quantity} posted, expected none"] if posted.quantity or posted.amount else []
    told = ledger.reference if expected.by_hand else ledger.reason
    standing = LedgerStanding.by_hand if expected.by_hand else LedgerStanding.exempt
    if (ledger.standing, told) != (standing, expected.words):
        wrong.append(f"{step}: {ledger.standing} ({told or 'no reason'}), expected {standing} ({expected.words})")
    return wrong
