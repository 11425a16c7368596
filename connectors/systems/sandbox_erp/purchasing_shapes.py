"""What the vendor sends of purchasing, in its own names; fields that nobody asked about are passed over."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from connectors.systems.sandbox_erp.shapes import Document as Number
from connectors.systems.sandbox_erp.shapes import Shape, VendorDate


def _stamp(text: object) -> object:
    return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC) if isinstance(text, str) else text


def _blank(text: object) -> object:
    return None if text == "" else text


def _day(text: object) -> object:
    return datetime.strptime(text, "%Y%m%d").date() if isinstance(text, str) and text else _blank(text)


Stamp = Annotated[
    datetime,
    BeforeValidator(_stamp),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]{14}$", "description": "YYYYMMDDHHMMSS in UTC."}),
]
MaybeDate = Annotated[
    date | None,
    BeforeValidator(_day),
    WithJsonSchema({"type": "string", "pattern": "^([0-9]{8})?$", "description": "YYYYMMDD, or empty."}),
]
MaybeAmount = Annotated[Decimal | None, BeforeValidator(_blank)]
Day = Annotated[VendorDate, WithJsonSchema({"type": "string", "pattern": "^[0-9]{8}$", "description": "YYYYMMDD."})]


class DocumentHead(Shape):
    """PARK is an invoice that is held; a document that was taken back is RVSD and says by which number and when."""

    DOC_NO: Number
    REF_DOC_NO: str
    STAT: Literal["PARK", "POST", "RVSD"]
    PSTNG_DATE: VendorDate
    QUANTITY: Decimal
    AMOUNT_DC: Decimal
    REVERSED_BY: str
    REVERSED_ON: MaybeDate


class Document(Shape):
    DOCUMENT: DocumentHead


class Documents(Shape):
    DOCUMENTS: tuple[Document, ...]


class OrderHead(Shape):
    """DOC_TYPE: NB stock, BO bill-only, CF confirming, FO standing, SV service. FREIGHT: PPD, COL, ADD."""

    PO_NUMBER: Number
    EXT_NO: str = Field(pattern=r"^([A-Za-z0-9][A-Za-z0-9._/-]{0,63})?$")
    REVISION: int = Field(ge=1)
    STAT: Literal["ACTV", "CANC"]
    CREATED: Stamp
    CHANGED: Stamp
    PLANT: str
    VENDOR: str
    DOC_TYPE: Literal["NB", "BO", "CF", "FO", "SV"]
    DOC_DATE: Day
    CURRENCY: str = Field(pattern=r"^[A-Z]{3}$")
    FREIGHT: Literal["PPD", "COL", "ADD"]
    TAX_EXEMPT: Literal["", "X"]
    SHIP_TO: str
    RUSH_REF: str
    RESERVATIONS: tuple[str, ...] = ()


class OrderBatch(Shape):
    BATCH: str
    SERIAL_NO: str
    QUANTITY: Decimal


class OrderItem(Shape):
    """ITEM_CAT: G goods, S service, F freight. IV_BASED_ON: GR receipts, PO the order, AMT an amount."""

    PO_ITEM: int = Field(ge=1, le=9999)
    ITEM_CAT: Literal["G", "S", "F"]
    MATERIAL: str = Field(pattern=r"^([A-Za-z0-9][A-Za-z0-9._/-]{0,17})?$")
    VEND_MAT: str
    SHORT_TEXT: str
    QUANTITY: Decimal
    PO_UNIT: str
    NUMERATOR: Decimal
    NET_PRICE: Decimal
    PRICE_UNIT: Decimal
    ORDERPR_UN: str
    ORDERPR_FACTOR: Decimal
    CONTRACT: str
    IV_BASED_ON: Literal["GR", "PO", "AMT"]
    CLOSE_TOL: Decimal
    STGE_LOC: str
    COST_CTR: str
    DELIV_DATE: MaybeDate
    CANC_QTY: Decimal
    DELIV_COMPL: Literal["", "X"]
    BATCHES: tuple[OrderBatch, ...] = ()


class KeptOrder(Shape):
    """A purchase order as it now counts."""

    HEADER: OrderHead
    ITEMS: tuple[OrderItem, ...] = Field(min_length=1)


class Scale(Shape):
    FROM_QTY: Decimal
    NET_PRICE: Decimal


class ContractRecord(Shape):
    """SRC_RANK orders the sources of a material. CONSTR_CAP is empty where there is no cap.

    REPL_MATL is the material that this one may be delivered in place of, or empty.
    """

    CONTRACT: str
    VENDOR: str
    MATERIAL: str
    VEND_MAT: str
    MANUFACTURER: str
    NET_PRICE: Decimal
    PRICE_UNIT: Decimal
    ORDERPR_UN: str
    CURRENCY: str
    VALID_FROM: VendorDate
    VALID_TO: VendorDate
    SRC_RANK: int
    OWNER_IND: Literal["O", "K", "B", "M"]
    PO_UNIT: str
    MIN_QTY: Decimal
    CONSTR_CAP: MaybeAmount
    REPL_MATL: str
    SCALES: tuple[Scale, ...]


class ContractRecords(Shape):
    CONTRACTS: tuple[ContractRecord, ...]


class BudgetRecord(Shape):
    """AVC_CTRL: NONE, WARN, STOP. AVAILABLE_DC is empty where there is no budget."""

    AVC_CTRL: Literal["NONE", "WARN", "STOP"]
    CURRENCY: str
    AVAILABLE_DC: MaybeAmount
