"""The plan: what a partner does about a message, step by step; data, from which every situation is composed.

A step waits for its time and is then carried out; each sends one paper. What a step says of single lines are its terms:
a step without terms is about every line as it stands, and a term without a line about every line that no other names.
"""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Status = Literal[
    "accepted", "quantity-changed", "price-changed", "date-changed", "date-pending", "split", "back-ordered",
    "substituted", "on-hold", "deleted", "rejected", "not-on-order",
]  # fmt: skip
MessageKind = Literal["orders", "order-changes", "replacements", "returns"]
Extra = Literal["freight", "fuel", "restocking", "tax", "other"]
Count = Annotated[Decimal, Field(ge=0, le=1_000_000, max_digits=12, decimal_places=4)]
Days = Annotated[int, Field(ge=-3650, le=3650)]
Word = Annotated[str, Field(min_length=1, max_length=64)]


class Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BatchLabel(Form):
    """A lot or serial that is said as it is, and how many base units of it."""

    lot: Word | None = None
    serial: Word | None = None
    quantity: Count = Decimal(1)


class Term(Form):
    """What a step says of a line. `share` is that part of what the line stands at, in whole units; `quantity` is exact.

    The price is `price`, else the order's times `markup`. `part` is another item, by the buyer's number of it; `uom`
    another unit that is said. `days` move the day that is said, `expires_in` says in how many days the goods expire. What
    comes `damaged` nobody says.
    """

    line: int | None = Field(default=None, ge=0, le=9999)
    status: Status = "accepted"
    quantity: Count | None = None
    share: Decimal | None = Field(default=None, ge=0, le=100)
    price: Decimal | None = Field(default=None, ge=0, max_digits=18, decimal_places=6)
    markup: Decimal = Field(default=Decimal(1), ge=0, le=100)
    part: Word | None = None
    uom: Word | None = None
    days: Days | None = None
    expires_in: Days = 540
    damaged: Count = Decimal(0)
    lots: tuple[BatchLabel, ...] = Field(default=(), max_length=1000)
    reason: str = Field(default="", max_length=200)


class _Step(Form):
    """`after` so many seconds, or at the usual pace. Without a pace it waits until it is told to go on."""

    after: float | None = Field(default=None, ge=0, le=3600)
    terms: tuple[Term, ...] = Field(default=(), max_length=500)


class Acknowledge(_Step):
    """Answer the order, or a part of it."""

    do: Literal["acknowledge"] = "acknowledge"


class Ship(_Step):
    """Send what is open; the notice tells of it in advance, or nothing does. `days` move the day of arrival."""

    do: Literal["ship"] = "ship"
    notice: bool = True
    days: Days = 0


class Invoice(_Step):
    """Ask for money: for what was shipped and not invoiced yet, or for what is ordered where nothing was shipped.

    `orders` are other orders on the same invoice. `names` is printed in place of the order's own number. `again` sends
    the last invoice once more, word for word but for number and channel. A credit takes back the last invoice, or the
    one that `corrects` names; a corrected one comes in its place. `extras` are amounts by what they are for.
    """

    do: Literal["invoice"] = "invoice"
    type: Literal["invoice", "credit", "corrected"] = "invoice"
    channel: Literal["edi", "paper", "portal", "email"] = "edi"
    number: Word | None = None
    corrects: Word | None = None
    again: bool = False
    orders: tuple[Word, ...] = Field(default=(), max_length=100)
    names: Word | None = None
    extras: dict[Extra, Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=2)]] = {}
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    due_in: Days = 30
    discount: Decimal = Field(default=Decimal(0), ge=0, le=100)
    discount_in: Days = 10


class Authorise(_Step):
    """Answer a request for a return."""

    do: Literal["authorise"] = "authorise"
    granted: bool = True
    reason: str = Field(default="", max_length=200)


class Sheet(_Step):
    """The usage sheet of a surgical case, by the number that the hospital's scheduling gave it; its terms are its lines."""

    do: Literal["sheet"] = "sheet"
    case: Word


Step = Annotated[Acknowledge | Ship | Invoice | Authorise | Sheet, Field(discriminator="do")]
Steps = Annotated[tuple[Step, ...], Field(max_length=50)]


class Plan(Form):
    """What is done about the message of a number, or about the next one that a partner gets or that names an item.

    A plan without steps is silence. `times`: for so many messages.
    """

    message: MessageKind = "orders"
    number: Word | None = None
    partner: Word | None = None
    item: Word | None = None
    times: int = Field(default=1, ge=1, le=100_000)
    steps: Steps = ()


def usual(kind: str, order_type: str) -> tuple[Step, ...]:
    """What a partner does where nobody planned otherwise. Goods of a bill-only order were brought before."""
    if kind == "orders" and order_type == "bill-only":
        return (Acknowledge(), Invoice())
    return {
        "orders": (Acknowledge(), Ship(), Invoice()),
        "order-changes": (Acknowledge(),),
        "replacements": (Ship(),),
        "returns": (Authorise(),),
    }[kind]
