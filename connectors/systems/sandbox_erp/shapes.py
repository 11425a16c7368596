"""What the vendor sends, in its own names; fields that nobody asked about are passed over."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def _date(text: object) -> object:
    return datetime.strptime(text, "%Y%m%d").date() if isinstance(text, str) else text


VendorDate = Annotated[date, BeforeValidator(_date)]
Document = Annotated[str, Field(pattern=r"^[0-9]{10}$")]


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class Info(Shape):
    SYSTEM: str
    RELEASE: str


class ValuationRecord(Shape):
    """PRICE_CTRL: S standard, V moving average. OWNER_IND: O own, K consignment, B bill-only, M sample."""

    BASE_UOM: str
    PRICE_CTRL: Literal["S", "V"]
    UNIT_PRICE: Decimal = Field(ge=0, max_digits=13, decimal_places=2)
    PRICE_UNIT: Decimal = Field(gt=0, max_digits=5, decimal_places=0)
    CURRENCY: str = Field(pattern=r"^[A-Z]{3}$")
    PRICE_SOURCE: str
    OWNER_IND: Literal["O", "K", "B", "M"]
    ISSUE_CTRL: Literal["P", "C"]
    POST_RULE: Literal["PERP", "CART", "CONS", "SMPL"]
    DEBIT_ACCT: str
    CREDIT_ACCT: str


class PostingPeriod(Shape):
    FISC_YEAR: str
    FIS_PERIOD: str
    DATE_FROM: VendorDate
    DATE_TO: VendorDate
    STAT: Literal["OPEN", "CLSD"]


class PostingPeriods(Shape):
    PERIODS: tuple[PostingPeriod, ...]


class JournalHeader(Shape):
    DOC_NO: Document
    REF_DOC_NO: str
    PSTNG_DATE: VendorDate
    STAT: Literal["POST", "RVSD"]
    REVERSAL_OF: str
    REVERSED_BY: str


class JournalItem(Shape):
    POSTING_KEY: Literal["40", "50"]
    AMOUNT_DC: Decimal
    QUANTITY: Decimal


class Journal(Shape):
    HEADER: JournalHeader
    ITEMS: tuple[JournalItem, ...] = Field(min_length=2)


class Journals(Shape):
    JOURNALS: tuple[Journal, ...]
