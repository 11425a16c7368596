"""The purchases of the hospital's day, in the order of the table at the end."""

from suture.demo.purchasing.afterwards import AFTERWARDS
from suture.demo.purchasing.answered import ANSWERED
from suture.demo.purchasing.held_up import HELD_UP
from suture.demo.purchasing.invoicing import INVOICING
from suture.demo.purchasing.moves import Purchase
from suture.demo.purchasing.needs import NEEDS
from suture.demo.purchasing.owned_by_suppliers import OWNED_BY_SUPPLIERS
from suture.demo.purchasing.receiving import RECEIVING

BY_NEED = sorted((*NEEDS, *ANSWERED, *HELD_UP), key=lambda purchase: purchase.number)
PURCHASES: tuple[Purchase, ...] = (*RECEIVING, *AFTERWARDS, *INVOICING, *BY_NEED, *OWNED_BY_SUPPLIERS)
