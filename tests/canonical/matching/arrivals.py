"""Sets of documents over orders of two facilities, to be brought to a payables desk in any order."""

from dataclasses import dataclass
from decimal import Decimal

from hypothesis import strategies as st

from canonical.documents.invoice import Channel, Invoice, InvoiceType
from canonical.matching.policy import Apart, MatchPolicy, Rule
from tests.canonical.matching.papers import PLACES, Came, Document, Place, WentBack, bill, in_order_units

FREIGHT = Rule(freight=Apart(percent=Decimal(50), money=Decimal(20)))
HOLDING = MatchPolicy(rules=(FREIGHT,))
PAYING_SHORT = MatchPolicy(rules=(Rule(on_difference="short-pay"), FREIGHT))


@dataclass(frozen=True)
class Papers:
    """A set of documents, and what is paid for them in the end where that does not depend on their order."""

    documents: tuple[Document, ...]
    policy: MatchPolicy = HOLDING
    due: Decimal | None = None

    @property
    def invoices(self) -> list[Invoice]:
        """The invoices and credits among them."""
        return [one for one in self.documents if isinstance(one, Invoice)]


TURNS = ("plain", "plain", "channel", "number", "credit", "credits", "corrected", "wrong", "mended")


@st.composite
def covered(draw: st.DrawFn) -> Papers:
    """Invoices that receipts cover once all are here, each of a day of its own, with at most one of these turns apiece:

    a copy by another channel or under another number; one or two credits for goods that went back; a corrected invoice
    for fewer goods, the first at a right or a wrong price; a price that stays wrong, which is never paid.
    """
    documents: list[Document] = []
    due = Decimal(0)
    for facility in draw(st.sampled_from((("H1",), ("H1",), ("H1", "H2")))):
        room = dict.fromkeys(PLACES, 0)
        for day in range(1, draw(st.integers(1, 3)) + 1):
            due += _one_turn(draw, facility, day, documents, room)
        for place, quantity in room.items():
            half = draw(st.integers(0, quantity))
            parts = [part for part in (half, quantity - half) if part]
            for number, part in enumerate(parts):
                documents.append(Came(f"R{number}-{facility}-{place[0]}-{place[1]}", place, part, facility))
    return Papers(tuple(documents), due=due)


def _one_turn(draw: st.DrawFn, facility: str, day: int, documents: list[Document], room: dict[Place, int]) -> Decimal:
    places = draw(st.lists(st.sampled_from(PLACES), min_size=1, max_size=3, unique=True))
    billed = {place: draw(st.integers(2, 9)) for place in places}
    turn = draw(st.sampled_from(TURNS))
    here = {"facility": facility}
    # Added to each, it is a difference of at least half a cent on every line.
    first = bill(f"INV-{day}", day, billed, each=1 if turn in ("wrong", "mended") else 0, **here)
    documents.append(first)
    due = Decimal(0) if turn in ("wrong", "corrected", "mended") else first.total
    if turn == "channel":
        documents.append(first.model_copy(update={"channel": Channel.paper, "number": f"inv {day:03}"}))
    if turn == "number":
        documents.append(first.model_copy(update={"number": f"PAPER-{day}"}))
    if turn in ("credit", "credits"):
        back = draw(st.integers(1, billed[places[0]]))
        parts = (back,) if turn == "credit" or back < 2 else (1, back - 1)
        receipt = f"B{day}-{facility}"
        for number, part in enumerate(parts):
            credit = {"type": InvoiceType.credit, "corrects": first.number, **here}
            documents.append(bill(f"CR-{day}-{number}", day + 10 + number, {places[0]: part}, **credit))
            due -= documents[-1].total
        documents += [Came(receipt, places[0], back, facility), WentBack(receipt, in_order_units(places[0], back))]
        room[places[0]] -= back
    if turn in ("corrected", "mended"):
        fewer = {place: quantity - 1 for place, quantity in billed.items()}
        right = bill(f"INV-{day}A", day + 10, fewer, type=InvoiceType.corrected, corrects=first.number, **here)
        documents.append(right)
        due += right.total
    for place, quantity in billed.items():
        room[place] += quantity
    return due


@st.composite
def anything(draw: st.DrawFn) -> Papers:
    """Invoices, copies, corrections and credits over whatever was received, covered or not."""
    documents: list[Document] = []
    facilities = st.sampled_from(("H1", "H1", "H2"))
    for number in range(draw(st.integers(0, 4))):
        place, quantity = draw(st.sampled_from(PLACES)), draw(st.integers(1, 9))
        documents.append(Came(f"R{number}", place, quantity, draw(facilities)))
        if draw(st.booleans()):
            back = in_order_units(place, draw(st.integers(1, quantity)))
            documents.append(WentBack(f"R{number}", back))
    for number in range(1, draw(st.integers(1, 5)) + 1):
        documents.append(_any_invoice(draw, number, facility=draw(facilities)))
    return Papers(tuple(documents), policy=draw(st.sampled_from((HOLDING, HOLDING, PAYING_SHORT))))


def _any_invoice(draw: st.DrawFn, number: int, *, facility: str) -> Invoice:
    places = draw(st.lists(st.sampled_from(PLACES), min_size=1, max_size=3, unique=True))
    billed = {place: draw(st.integers(1, 9)) for place in places}
    kind = draw(st.sampled_from(InvoiceType))
    corrects = None if kind is InvoiceType.invoice else f"INV-{draw(st.integers(1, 5))}"
    day, each = draw(st.integers(0, 3)), draw(st.sampled_from(("0", "0", "1")))
    more = {"facility": facility, "each": "0" if kind is InvoiceType.credit else each, "type": kind}
    freight = 0 if kind is InvoiceType.credit else draw(st.sampled_from((0, 0, 5, 50)))
    return bill(f"INV-{number}", day, billed, corrects=corrects, freight=freight, **more)
