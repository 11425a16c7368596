"""Between the vendor's words and the canonical ones: purchase orders both ways, contracts, budgets."""

from decimal import Decimal
from typing import Any

from canonical.documents.contract import Contract, PriceTier, UnitPrice
from canonical.documents.order import ExactLot, LineKind, Order, OrderLine, OrderType
from canonical.documents.replenishment import Budget
from connectors.systems.sandbox_erp.mapping import OWNERS, exact, item_of, material_of, vendor_date
from connectors.systems.sandbox_erp.names import Names, supplier_of, unit_of, uom_of, vendor_of
from connectors.systems.sandbox_erp.purchasing_shapes import BudgetRecord, ContractRecord, KeptOrder, OrderItem

_TYPES = {
    OrderType.stock: "NB",
    OrderType.bill_only: "BO",
    OrderType.confirming: "CF",
    OrderType.standing: "FO",
    OrderType.service: "SV",
}
_KINDS = {LineKind.goods: "G", LineKind.service: "S", LineKind.freight: "F"}
_MATCHES = {"receipts": "GR", "order": "PO", "amount": "AMT"}
_FREIGHT = {"prepaid": "PPD", "collect": "COL", "added": "ADD"}
_CONTROLS = {"NONE": "none", "WARN": "advisory", "STOP": "absolute"}
LONGEST_TEXT = 64


def to_order(order: Order, names: Names, *, wire_key: str, operation: str) -> dict[str, Any]:
    """The order to create; its number is the external number."""
    return {
        "HEADER": {
            "PLANT": names.plant(order.facility, operation).plant,
            "VENDOR": vendor_of(order.supplier),
            "DOC_TYPE": _TYPES[order.type],
            "EXT_NO": order.number,
            "REF_DOC_NO": wire_key,
            "DOC_DATE": vendor_date(order.ordered_on),
            "CURRENCY": order.currency,
            "FREIGHT": _FREIGHT[order.freight_terms],
            "TAX_EXEMPT": flag(order.tax_exempt),
            "SHIP_TO": plain(order.ship_to),
            "RUSH_REF": plain(order.rush_reference),
            "RESERVATIONS": list(order.reservations),
        },
        "ITEMS": to_items(order, names, operation=operation),
    }


def to_items(order: Order, names: Names, *, operation: str) -> list[dict[str, Any]]:
    """The lines of an order as they are to count."""
    plant = names.plant(order.facility, operation)

    def item(line: OrderLine) -> dict[str, Any]:
        return {
            "PO_ITEM": item_number(line.line),
            "ITEM_CAT": _KINDS[line.kind],
            "MATERIAL": (material_of(line.item) or line.item) if line.item else "",
            "VEND_MAT": plain(line.supplier_item),
            "SHORT_TEXT": plain(line.description),
            "QUANTITY": exact(line.quantity, places=3),
            "PO_UNIT": uom_of(line.unit),
            "NUMERATOR": number(line.base_factor),
            "NET_PRICE": number(line.price.amount),
            "PRICE_UNIT": number(line.price.per),
            "ORDERPR_UN": uom_of(line.price.unit),
            "ORDERPR_FACTOR": number(line.price_factor),
            "CONTRACT": line.contract,
            "IV_BASED_ON": _MATCHES[line.match],
            "CLOSE_TOL": number(line.close_tolerance),
            "STGE_LOC": names.location(line.location, operation) if line.location else "",
            "COST_CTR": names.cost_centre(line.cost_centre, plant) if line.cost_centre else "",
            "DELIV_DATE": vendor_date(line.need_by) if line.need_by else "",
            "CANC_QTY": exact(line.cancelled, places=3),
            "DELIV_COMPL": flag(line.closed),
            "BATCHES": [
                {
                    "BATCH": lot.lot or "",
                    "SERIAL_NO": lot.serial or "",
                    "QUANTITY": exact(lot.quantity, places=3),
                }
                for lot in line.lots
            ],
        }

    return [item(line) for line in order.lines]


def from_order(kept: KeptOrder, names: Names, *, facility: str, source: str) -> Order:
    """An order as the ERP has it; of one that was cancelled every line is."""
    head = kept.HEADER
    return Order(
        facility=facility,
        source=source,
        number=head.EXT_NO or head.PO_NUMBER,
        version=head.REVISION,
        occurred=head.CREATED,
        recorded=head.CHANGED,
        type=_back(_TYPES, head.DOC_TYPE),
        supplier=supplier_of(head.VENDOR),
        currency=head.CURRENCY,
        ordered_on=head.DOC_DATE,
        lines=tuple(_line(item, names, kept) for item in kept.ITEMS),
        freight_terms=_back(_FREIGHT, head.FREIGHT),
        tax_exempt=head.TAX_EXEMPT == "X",
        ship_to=head.SHIP_TO,
        rush_reference=head.RUSH_REF,
        reservations=head.RESERVATIONS,
    )


def to_contract(record: ContractRecord) -> Contract:
    """One material under one contract."""
    return Contract(
        contract=record.CONTRACT,
        supplier=supplier_of(record.VENDOR),
        item=item_of(record.MATERIAL),
        supplier_item=record.VEND_MAT,
        manufacturer=record.MANUFACTURER,
        price=UnitPrice(
            amount=record.NET_PRICE,
            currency=record.CURRENCY,
            per=record.PRICE_UNIT,
            unit=unit_of(record.ORDERPR_UN),
        ),
        tiers=tuple(PriceTier(from_quantity=one.FROM_QTY, amount=one.NET_PRICE) for one in record.SCALES),
        first=record.VALID_FROM,
        last=record.VALID_TO,
        rank=record.SRC_RANK,
        ownership=OWNERS[record.OWNER_IND],
        order_unit=unit_of(record.PO_UNIT),
        minimum=record.MIN_QTY,
        replaces=item_of(record.REPL_MATL) if record.REPL_MATL else None,
        construct_cap=record.CONSTR_CAP,
    )


def to_budget(record: BudgetRecord, *, cost_centre: str) -> Budget:
    """What is left of a budget."""
    return Budget(
        cost_centre=cost_centre,
        control=_CONTROLS[record.AVC_CTRL],
        currency=record.CURRENCY,
        available=record.AVAILABLE_DC,
    )


def item_number(line: int) -> str:
    """Line 1 is 00001."""
    return f"{line:05d}"


def number(value: Decimal) -> str:
    """A price or factor without needless zeros."""
    return f"{value.normalize():f}"


def flag(value: bool) -> str:
    """X or blank."""
    return "X" if value else ""


def plain(text: str, longest: int = LONGEST_TEXT) -> str:
    """A text as the ERP can hold it: printable ASCII, cut to length."""
    return "".join(sign if " " <= sign <= "~" else "?" for sign in text)[:longest]


def _line(item: OrderItem, names: Names, kept: KeptOrder) -> OrderLine:
    cancelled = kept.HEADER.STAT == "CANC"
    price = UnitPrice(
        amount=item.NET_PRICE,
        currency=kept.HEADER.CURRENCY,
        per=item.PRICE_UNIT,
        unit=unit_of(item.ORDERPR_UN),
    )
    return OrderLine(
        line=item.PO_ITEM,
        item=item_of(item.MATERIAL) if item.MATERIAL else None,
        supplier_item=item.VEND_MAT,
        description=item.SHORT_TEXT,
        kind=_back(_KINDS, item.ITEM_CAT),
        quantity=item.QUANTITY,
        unit=unit_of(item.PO_UNIT),
        base_factor=item.NUMERATOR,
        price=price,
        price_factor=item.ORDERPR_FACTOR,
        contract=item.CONTRACT,
        match=_back(_MATCHES, item.IV_BASED_ON),
        close_tolerance=item.CLOSE_TOL,
        location=names.location_of(item.STGE_LOC) if item.STGE_LOC else None,
        cost_centre=names.cost_centre_of(item.COST_CTR, kept.HEADER.PLANT) if item.COST_CTR else None,
        need_by=item.DELIV_DATE,
        cancelled=item.QUANTITY if cancelled else item.CANC_QTY,
        closed=cancelled or item.DELIV_COMPL == "X",
        lots=tuple(
            ExactLot(lot=lot.BATCH or None, serial=lot.SERIAL_NO or None, quantity=lot.QUANTITY) for lot in item.BATCHES
        ),
    )


def _back(names: dict[Any, str], code: str) -> Any:
    return next(name for name, known in names.items() if known == code)
