"""The three ledgers of every use, side by side, as the systems tell them; and documents that nobody answers for."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from re import fullmatch
from typing import Literal

from canonical.documents.charge import ChargeCode, PriceBasis
from canonical.documents.usage_run import UsageRun
from canonical.eligibility import price
from canonical.money import Money
from canonical.policy import Policy
from canonical.run import Ledger
from canonical.run import Standing as LedgerStanding
from suture.demo.books import CENTS, Books, Posted, charge_row, read_books, unit_cost
from suture.demo.standing import Standing, Watch
from suture.demo.uses import OPERATIONS, Nothing, Use, account_number
from suture.demo.vendors import Vendors

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


async def compare(
    standings: Sequence[Standing], *, vendors: Vendors, watch: Watch, policy: Policy, others: Collection[str] = ()
) -> Comparison:
    """Read the systems' books and compare. `others` are keys of ours that belong to no use."""
    books = await read_books(vendors)
    lines, known = [], set(others)
    for standing in standings:
        keys = {effect.wire_key for effect in await watch.effects(standing.use)}
        known |= keys
        lines.append(await _line(standing, keys, books=books, vendors=vendors, watch=watch, policy=policy))
    strays = [
        f"{document} under {key}"
        for key, document in books.keys().items()
        if fullmatch(OUR_KEY, key) and key not in known
    ]
    strays += [
        f"a cabinet's movement for {use}" for use in books.uses() - {standing.use.number for standing in standings}
    ]
    return Comparison(lines=tuple(lines), orphans=tuple(strays), closes=books.closes)


async def _line(
    standing: Standing, keys: set[str], *, books: Books, vendors: Vendors, watch: Watch, policy: Policy
) -> Line:
    use = standing.use
    stock, charge, cost = books.stock(keys, use.number), books.charged(keys), books.expensed(keys)
    settled, ended = frozenset[str](), None
    if standing.run is not None and standing.closed:
        ended = await watch.ended(standing.run)
        settled = frozenset(one.step for one in ended.ledgers if one.settled) if ended is not None else settled
    elif standing.run is not None and standing.quiet:
        settled = await watch.settled(standing.run)
    wrong = await _differences(use, settled, ended, stock, charge, cost, vendors=vendors, policy=policy)
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
    vendors: Vendors,
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
    each = await unit_cost(vendors.erp, facility=use.facility, location=use.location, item=item)
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
        row = await charge_row(vendors.billing, item=item, on=use.on)
        amount = None if row is None else _price(row, each, policy) * end.charge
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


def _price(row: dict[str, object], cost: Decimal, policy: Policy) -> Decimal:
    """Price of one charge unit: billing's own, or the engine's markup on the ERP's cost."""
    if row["price"] is not None:
        return Decimal(str(row["price"])) / CENTS
    code = ChargeCode(
        code=str(row["cdm_code"]),
        version=str(row["ver"]),
        basis=PriceBasis.markup,
        units_per_base=Decimal(str(row["unit_factor"])),
    )
    marked_up = price(code, Money(amount=cost, currency="USD"), policy.markup)
    if marked_up is None:
        raise ValueError("no markup tier for this cost")
    return marked_up.amount
