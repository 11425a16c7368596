"""Bodies of purchasing requests. An order may be named by its own number or by the external one that it was made under."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from sandbox.erp.forms import Amount, Date, Form, Printable, Quantity, Text


def _above_zero(text: str) -> str:
    if not text.strip("0."):
        raise ValueError("must be above zero")
    return text


Signed = Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,11}\.[0-9]{2}$")]
SignedQuantity = Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,10}\.[0-9]{3}$")]
Price = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,11}(\.[0-9]{1,6})?$")]
Factor = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,8}(\.[0-9]{1,4})?$"), AfterValidator(_above_zero)]
Percent = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,3}(\.[0-9]{1,4})?$")]
Long = Annotated[str, StringConstraints(pattern=r"^[\x20-\x7e]{0,64}$")]
OrderName = Annotated[str, StringConstraints(pattern=r"^([A-Za-z0-9][A-Za-z0-9._/-]{0,63})?$")]
ItemNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$")]
Flag = Literal["", "X"]
Relief = Literal["GR", "IV"]


class Batch(Form):
    """A batch or serial that a bill-only line buys."""

    BATCH: Printable = ""
    SERIAL_NO: Printable = ""
    QUANTITY: Quantity


class OrderItem(Form):
    """A line. NUMERATOR: base units in one order unit. ORDERPR_FACTOR: price units in one. NET_PRICE is for PRICE_UNIT.

    ITEM_CAT: G goods, S service, F freight. IV_BASED_ON: GR receipts, PO the order alone, AMT an amount.
    """

    PO_ITEM: ItemNumber
    ITEM_CAT: Literal["G", "S", "F"] = "G"
    MATERIAL: Printable = ""
    VEND_MAT: Long = ""
    SHORT_TEXT: Long = ""
    QUANTITY: Quantity
    PO_UNIT: Printable = "EA"
    NUMERATOR: Factor = "1"
    NET_PRICE: Price
    PRICE_UNIT: Factor = "1"
    ORDERPR_UN: Printable = "EA"
    ORDERPR_FACTOR: Factor = "1"
    CONTRACT: Long = ""
    IV_BASED_ON: Literal["GR", "PO", "AMT"] = "GR"
    CLOSE_TOL: Percent = "0"
    STGE_LOC: Printable = ""
    COST_CTR: Printable = ""
    DELIV_DATE: Date | Literal[""] = ""
    CANC_QTY: Quantity = "0.000"
    DELIV_COMPL: Flag = ""
    BATCHES: Annotated[tuple[Batch, ...], Field(max_length=500)] = ()


class OrderHeader(Form):
    """NB stock, BO bill-only, CF confirming, FO standing, SV service. RESERVATIONS: budget reservations taken over."""

    PLANT: Printable
    VENDOR: Printable
    DOC_TYPE: Literal["NB", "BO", "CF", "FO", "SV"] = "NB"
    EXT_NO: OrderName = ""
    REF_DOC_NO: Printable = ""
    DOC_DATE: Date
    CURRENCY: Printable
    FREIGHT: Literal["PPD", "COL", "ADD"] = "PPD"
    TAX_EXEMPT: Flag = "X"
    SHIP_TO: Long = ""
    RUSH_REF: Long = ""
    RESERVATIONS: Annotated[tuple[Printable, ...], Field(max_length=100)] = ()


class PurchaseOrder(Form):
    """An order to create."""

    HEADER: OrderHeader
    ITEMS: Annotated[tuple[OrderItem, ...], Field(min_length=1, max_length=500)]


class ChangeHeader(Form):
    """REVISION is the one that the change makes: one above that which it was made upon."""

    PO_REF: OrderName
    REVISION: Annotated[int, Field(ge=2, le=9999)]
    REF_DOC_NO: Printable = ""
    REASON: Annotated[str, StringConstraints(max_length=200)] = ""


class OrderChange(Form):
    """A change order: the lines as they are to count from now on."""

    HEADER: ChangeHeader
    ITEMS: Annotated[tuple[OrderItem, ...], Field(min_length=1, max_length=500)]


class MovedItem(Form):
    """So many order units of an order line. DOC_ITEM is the line of the delivery note."""

    PO_ITEM: ItemNumber
    DOC_ITEM: ItemNumber
    QUANTITY: Quantity


class MovementHeader(Form):
    """MOVE_STOCK is blank for goods that were used before they were ordered. OWNER_IND K: consigned, not valued.

    RELIEF: the commitment is relieved at receipt (GR) or at invoice (IV).
    """

    PO_REF: OrderName
    EXT_NO: Long = ""
    REF_DOC_NO: Printable = ""
    DELIV_NOTE: Long = ""
    DOC_DATE: Date
    PSTNG_DATE: Date
    RELIEF: Relief
    MOVE_STOCK: Flag = "X"
    OWNER_IND: Literal["O", "K", "B", "M"] = "O"
    RMA: Long = ""


class Movement(Form):
    """A goods receipt, or a return to the supplier."""

    HEADER: MovementHeader
    ITEMS: Annotated[tuple[MovedItem, ...], Field(min_length=1, max_length=999)]


class InvoiceHeader(Form):
    """VENDOR_REF is the supplier's number of the invoice. INV_TYPE: I invoice, C credit memo."""

    PLANT: Printable
    VENDOR: Printable
    VENDOR_REF: Long
    INV_TYPE: Literal["I", "C"] = "I"
    REF_DOC_NO: Printable = ""
    DOC_DATE: Date
    PSTNG_DATE: Date
    DUE_DATE: Date | Literal[""] = ""
    CURRENCY: Printable


class VoucherHeader(InvoiceHeader):
    """HOLD: why it is held. GROSS_AMOUNT: what the supplier asks for."""

    GROSS_AMOUNT: Signed
    HOLD: Annotated[str, StringConstraints(max_length=400)] = ""


class VoucherItem(Form):
    """A line as the supplier wrote it."""

    ITEM_NO: ItemNumber
    KIND: Printable
    PO_REF: OrderName = ""
    PO_ITEM: ItemNumber | Literal[""] = ""
    QUANTITY: SignedQuantity
    UNIT: Printable
    AMOUNT_DC: Signed


class Voucher(Form):
    """An invoice to park: seen by accounts payable, not in the ledger."""

    HEADER: VoucherHeader
    ITEMS: Annotated[tuple[VoucherItem, ...], Field(min_length=1, max_length=2000)]


class PayableHeader(InvoiceHeader):
    """VOUCHER: the parked document that this one posts. VARIANCE is paid and on no line; SHORT_PAID is disputed."""

    VOUCHER: Printable = ""
    RELIEF: Relief
    VARIANCE: Signed = "0.00"
    SHORT_PAID: Amount = "0.00"


class PayableItem(Form):
    """What the invoice takes of an order line; a credit memo takes negative quantity and amount."""

    PO_REF: OrderName
    PO_ITEM: ItemNumber
    QUANTITY: SignedQuantity
    AMOUNT_DC: Signed


class Extra(Form):
    """What the invoice asks for beside the order lines."""

    KIND: Literal["FREIGHT", "TAX", "OTHER"]
    AMOUNT_DC: Signed


class Payable(Form):
    """An invoice to approve for payment."""

    HEADER: PayableHeader
    ITEMS: Annotated[tuple[PayableItem, ...], Field(max_length=2000)] = ()
    EXTRAS: Annotated[tuple[Extra, ...], Field(max_length=100)] = ()


class DebitMemo(Form):
    """Money asked back from a supplier: for an invoice that was too high, or for goods of an order that went back."""

    PLANT: Printable
    VENDOR: Printable
    EXT_NO: Long
    REF_DOC_NO: Printable = ""
    VENDOR_REF: Long = ""
    PO_REF: OrderName = ""
    AMOUNT_DC: Amount
    CURRENCY: Printable
    PSTNG_DATE: Date
    REASON: Annotated[str, StringConstraints(max_length=200)] = ""


class Reservation(Form):
    """Money of a budget to set aside for an order that is not made yet."""

    COST_CTR: Printable
    AMOUNT_DC: Amount
    CURRENCY: Printable
    PSTNG_DATE: Date
    EXT_NO: Long = ""
    REF_DOC_NO: Printable = ""


class TakingBack(Form):
    """The order to take a document back."""

    PSTNG_DATE: Date
    REF_DOC_NO: Printable = ""
    REASON: Text = ""
