"""A hospital in this process: three connectors that answer at once, so that a benchmark measures the engine alone."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from bench.in_process_book import Documents
from canonical.documents.charge import AccountStanding, CaseStatus, Charge, ChargeCode
from canonical.documents.claim import Bill, Invoiced
from canonical.documents.costing import CostPosting, Valuation
from canonical.documents.item import Item, PackLevel, Tracking
from canonical.documents.lot import Lot
from canonical.documents.stock import StockMovement
from canonical.effect import Found, Posted
from canonical.money import Money
from canonical.period import Period
from canonical.ports import ClearStanding, Declaration, ItemAndLot
from canonical.quantity import UnitFactor

SINCE = date(2026, 1, 1)


class InProcessSystem:
    """What the three have in common."""

    def __init__(self, name: str, prefix: str) -> None:
        self.documents = Documents(prefix)
        self.declares = Declaration(system=name, in_flight=timedelta(seconds=1), idempotent_for=timedelta(hours=1))

    async def ping(self) -> str:
        """Always there."""
        return "in process"

    async def close(self) -> None:
        """Nothing to give back."""


class InProcessInventory(InProcessSystem):
    """An inventory system that knows every item, with plenty on hand."""

    async def look_up(
        self,
        *,
        facility: str,
        location: str,
        item: str | None,
        device_identifier: str | None,
        lot: str | None,
        serial: str | None,
    ) -> ItemAndLot:
        """Every item is a lot-tracked supply; a box holds ten."""
        known = Item(
            item=item or (device_identifier or "0")[-6:-1],
            tracking=Tracking.lot if lot else Tracking.none,
            packs=(PackLevel(unit="each", device_identifier="00950000047024"),),
            factors=(UnitFactor(unit="box", per="each", factor=Decimal(10), since=SINCE),),
        )
        return ItemAndLot(item=known, lot=Lot(lot=lot, serial=serial, on_hand=Decimal(1000)))

    async def move(self, movement: StockMovement, *, wire_key: str) -> Posted:
        """Post a consumption."""
        return self.documents.post(wire_key, quantity=movement.quantity)

    async def take_back(self, reference: str, *, wire_key: str) -> Posted:
        """Post a contra movement."""
        return self.documents.post(wire_key)

    async def find_movements(self, wire_keys: Sequence[str]) -> tuple[Found, ...]:
        """Movements under these keys."""
        return self.documents.find(wire_keys)

    async def movement(self, reference: str) -> Found | None:
        """A movement by reference."""
        return self.documents.posted.get(reference)


class InProcessBilling(InProcessSystem):
    """A billing system in which every case has an open account and every item a code."""

    async def account(self, *, facility: str, case_number: str, account_number: str | None) -> ClearStanding:
        """The account of the case."""
        standing = AccountStanding(case_status=CaseStatus.closed, patient_class="I", payer="commercial")
        return ClearStanding(account_number=account_number or f"A-{case_number}", standing=standing)

    async def charge_code(self, *, facility: str, item: str, on: date) -> ChargeCode | None:
        """One code for each item."""
        return ChargeCode(code=f"C{item}", version="1", price=Money(amount=Decimal("250.00"), currency="USD"))

    async def post_charge(self, charge: Charge, *, account_number: str, case_number: str, wire_key: str) -> Posted:
        """Post at once."""
        return self.documents.post(wire_key, quantity=charge.units, amount=charge.amount.amount)

    async def void_charge(self, reference: str, *, wire_key: str, no_charge_reason: str = "") -> Posted:
        """Void in place; why is kept with it."""
        self.documents.kill(reference, reason=no_charge_reason)
        return Posted(reference=f"V{reference}")

    async def request_credit(self, reference: str, *, wire_key: str) -> Posted:
        """Credit in place."""
        self.documents.kill(reference)
        return Posted(reference=f"C{reference}")

    async def bill(self, reference: str) -> Bill | None:
        """Every billed charge stands on an invoice of its own; no claims are kept."""
        found = self.documents.posted.get(reference)
        billed = found is not None and found.billed
        return Bill(invoices=(Invoiced(number=f"I{reference}", status="issued"),)) if billed else None

    async def find_charges(self, wire_keys: Sequence[str]) -> tuple[Found, ...]:
        """Charges under these keys."""
        return self.documents.find(wire_keys)

    async def charge(self, reference: str) -> Found | None:
        """A charge by reference."""
        return self.documents.posted.get(reference)


class InProcessFinance(InProcessSystem):
    """An ERP whose year is open and where everything costs the same."""

    async def valuation(self, *, facility: str, item: str, location: str) -> Valuation | None:
        """One hundred dollars a unit."""
        return Valuation(unit_cost=Money(amount=Decimal("100.00"), currency="USD"), method="standard", source="master")

    async def periods(self, *, facility: str) -> tuple[Period, ...]:
        """One open period."""
        return (Period(name="2026", first=SINCE, last=date(2026, 12, 31), open=True),)

    async def post_cost(self, posting: CostPosting, *, posting_date: date, wire_key: str) -> Posted:
        """Post the journal."""
        posted = self.documents.post(wire_key, quantity=posting.quantity, amount=posting.amount.amount)
        return posted.model_copy(update={"posting_date": posting_date})

    async def reverse_cost(self, reference: str, *, posting_date: date, wire_key: str) -> Posted:
        """Reverse in place."""
        self.documents.kill(reference)
        return Posted(reference=f"R{reference}", posting_date=posting_date)

    async def find_journals(self, wire_keys: Sequence[str]) -> tuple[Found, ...]:
        """Journals under these keys."""
        return self.documents.find(wire_keys)

    async def journal(self, reference: str) -> Found | None:
        """A journal by reference."""
        return self.documents.posted.get(reference)

    async def booked_with(self, movement: str) -> Found | None:
        """Nothing is booked by itself."""
        return None
