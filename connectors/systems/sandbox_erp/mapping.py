"""Between the vendor's words and the canonical ones: items, valuation, periods, journals; ways back beside ways in."""

from datetime import date
from decimal import Decimal
from typing import Any

from canonical.documents.costing import CostPosting, CostRule, Valuation
from canonical.documents.item import Ownership
from canonical.documents.location import Keeping
from canonical.effect import Found, Posted
from canonical.money import Money
from canonical.period import Period
from connectors.systems.sandbox_erp.names import uom_of
from connectors.systems.sandbox_erp.settings import Plant
from connectors.systems.sandbox_erp.shapes import Journal, PostingPeriods, ValuationRecord

MATERIAL_LENGTH = 18
DEBIT, CREDIT = "40", "50"
MILLIONTH = Decimal("0.000001")

_METHODS = {"S": "standard", "V": "moving-average"}
OWNERS = {"O": Ownership.owned, "K": Ownership.consigned, "B": Ownership.bill_only, "M": Ownership.sample}
_KEEPINGS = {"P": Keeping.perpetual, "C": Keeping.par}
_RULES = {
    "PERP": CostRule.expense_against_stock,
    "CART": CostRule.expensed_at_issue,
    "CONS": CostRule.expense_against_received_not_invoiced,
    "SMPL": CostRule.sample_at_zero,
}


def material_of(item: str) -> str | None:
    """Item 4711 is 000000000000004711; none for a number that no material can have."""
    material = item.zfill(MATERIAL_LENGTH) if item.isascii() and item.isdigit() else item
    return material if len(material) <= MATERIAL_LENGTH else None


def item_of(material: str) -> str:
    """The item of a material."""
    return material.lstrip("0") or "0" if material.isdigit() else material


def to_valuation(record: ValuationRecord) -> Valuation:
    """What one base unit costs, whose it is, and how the location keeps it."""
    price = record.UNIT_PRICE if record.PRICE_UNIT == 1 else (record.UNIT_PRICE / record.PRICE_UNIT).quantize(MILLIONTH)
    return Valuation(
        unit_cost=Money(amount=price, currency=record.CURRENCY),
        method=_METHODS[record.PRICE_CTRL],
        source=record.PRICE_SOURCE,
        ownership=OWNERS[record.OWNER_IND],
        keeping=_KEEPINGS[record.ISSUE_CTRL],
    )


def rule_of(record: ValuationRecord) -> CostRule:
    """The rule by which the ERP expects a use to be posted."""
    return _RULES[record.POST_RULE]


def to_periods(listed: PostingPeriods) -> tuple[Period, ...]:
    """The periods, oldest first."""
    periods = [
        Period(name=f"{one.FISC_YEAR}-{one.FIS_PERIOD}", first=one.DATE_FROM, last=one.DATE_TO, open=one.STAT == "OPEN")
        for one in listed.PERIODS
    ]
    return tuple(sorted(periods, key=lambda period: period.first))


def to_journal(
    posting: CostPosting,
    record: ValuationRecord,
    *,
    plant: Plant,
    location: str,
    cost_centre: str,
    posting_date: date,
    wire_key: str,
) -> dict[str, Any]:
    """The journal: debit the expense, credit stock or received-not-invoiced, both with quantity and cost centre."""
    line = {
        "AMOUNT_DC": exact(posting.amount.amount, places=2),
        "COST_CTR": cost_centre,
        "PLANT": plant.plant,
        "STGE_LOC": location,
        "MATERIAL": material_of(posting.item),
        "QUANTITY": exact(posting.quantity, places=3),
        "BASE_UOM": uom_of(posting.unit),
        "SERIAL_NO": posting.serial or "",
        "BATCH": posting.lot or "",
        "STAT_IND": "X" if posting.amount.amount == 0 else "",
    }
    return {
        "HEADER": {
            "COMP_CODE": plant.company_code,
            "DOC_TYPE": "WA",
            "REF_DOC_NO": wire_key,
            "HEADER_TXT": "USAGE",
            "SERV_DATE": vendor_date(posting.service_date),
            "PSTNG_DATE": vendor_date(posting_date),
            "CURRENCY": posting.amount.currency,
        },
        "ITEMS": [
            {"POSTING_KEY": DEBIT, "GL_ACCOUNT": record.DEBIT_ACCT, **line},
            {"POSTING_KEY": CREDIT, "GL_ACCOUNT": record.CREDIT_ACCT, **line},
        ],
    }


def to_reversal(*, posting_date: date, wire_key: str) -> dict[str, Any]:
    """The order to reverse a journal."""
    return {
        "PSTNG_DATE": vendor_date(posting_date),
        "REASON": "01",
        "REF_DOC_NO": wire_key,
        "HEADER_TXT": "USAGE REVERSAL",
    }


def to_posted(journal: Journal) -> Posted:
    """What the ERP says of a write."""
    return Posted(reference=journal.HEADER.DOC_NO, posting_date=journal.HEADER.PSTNG_DATE)


def to_found(journal: Journal) -> Found:
    """A journal that a look-up found, with what it debits."""
    head = journal.HEADER
    debits = [item for item in journal.ITEMS if item.POSTING_KEY == DEBIT]
    return Found(
        reference=head.DOC_NO,
        wire_key=head.REF_DOC_NO,
        live=head.STAT == "POST",
        quantity=sum((item.QUANTITY for item in debits), Decimal(0)),
        amount=sum((item.AMOUNT_DC for item in debits), Decimal(0)),
        posting_date=head.PSTNG_DATE,
    )


def is_reversal(journal: Journal) -> bool:
    """Whether the journal takes another one back."""
    return journal.HEADER.REVERSAL_OF != ""


def exact(amount: Decimal, *, places: int) -> str:
    """An amount as the ERP writes it; `ValueError` where it has more places than the ERP keeps."""
    written = amount.quantize(Decimal(1).scaleb(-places))
    if written != amount:
        raise ValueError(f"more than {places} decimal places")
    return f"{written:f}"


def vendor_date(day: date) -> str:
    """2026-11-22 as 20261122."""
    return day.strftime("%Y%m%d")
