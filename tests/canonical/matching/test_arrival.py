"""The match does not depend on the order in which documents arrive.

Held here, for documents over orders of two facilities in several price units, with receipts, returns, invoices, copies,
credits, corrected invoices, freight and short payments:

1. Any set of which nothing is approved yet: the match of every document is the same in whatever order all are given; and
   in whatever order those that match are then approved, the same documents are paid the same.
2. Any set, arriving in any order, approved as it matches: what was approved stays as it was; and whenever the desk has
   come to rest, what invoices hold of a receipt is never more than came with it, nor of a line more than came in all.
   Where all goods came and went before anything was billed, nothing is paid for that is not here.
3. Sets that receipts cover (`covered`): in every order of arrival, once everything is here, the total paid is equal and
   is what is due; the quantity paid of each line is equal; and only what should never be paid still waits.

Where invoices of different size compete for less than they bill together, approval being final, the first to arrive alone
is paid; which one that is does depend on arrival, and the second law is what holds.
"""

from collections import Counter
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from canonical.documents.invoice import Invoice
from tests.canonical.matching.arrivals import Papers, anything, covered
from tests.canonical.matching.desk import Desk, Where

# How long a busy machine takes says nothing of the match.
SLOWLY = settings(deadline=None)
# Parts of a box are rounded to the fourth place; what is left of one is made good whenever all that is here is billed.
ROUNDING = Decimal("0.001")


def goods_first(papers: Papers) -> tuple[Desk, list[Invoice]]:
    """A desk that knows of all goods, and the documents that ask for money."""
    desk = Desk(papers.policy)
    for document in papers.documents:
        if not isinstance(document, Invoice):
            desk.lay(document)
    return desk, papers.invoices


def assert_nothing_is_paid_twice(desk: Desk) -> None:
    came = {one.number: one.ordered for one in desk.received}
    of_place: Counter[Where] = Counter()
    for one in desk.received:
        of_place[one.facility, one.place] += one.ordered
    taken: Counter[str] = Counter()
    for _, allocation in desk.allocations():
        if allocation.receipt:
            taken[allocation.receipt] += allocation.quantity
    assert all(quantity <= came[receipt] for receipt, quantity in taken.items())
    assert all(quantity <= of_place[where] for where, quantity in desk.invoiced().items())


@SLOWLY
@given(papers=anything(), data=st.data())
def test_of_documents_none_of_which_is_approved_every_order_gives_the_same_matches(
    papers: Papers, data: st.DataObject
) -> None:
    one, other = Desk(papers.policy), Desk(papers.policy)
    for document in papers.documents:
        one.lay(document)
    for document in data.draw(st.permutations(papers.documents)):
        other.lay(document)
    for invoice in papers.invoices:
        assert one.match(invoice) == other.match(invoice)


@SLOWLY
@given(papers=anything(), data=st.data())
def test_of_documents_none_of_which_is_approved_the_same_are_paid_in_whatever_order_they_are_then_approved(
    papers: Papers, data: st.DataObject
) -> None:
    one, invoices = goods_first(papers)
    other, _ = goods_first(papers)
    one.waiting, other.waiting = list(invoices), list(data.draw(st.permutations(invoices)))
    one.settle()
    other.settle()
    assert one.outcome() == other.outcome()
    assert one.invoiced() == other.invoiced()


@SLOWLY
@given(papers=anything(), data=st.data())
def test_in_every_order_of_arrival_no_quantity_is_paid_twice_and_what_is_approved_stays(
    papers: Papers, data: st.DataObject
) -> None:
    desk = Desk(papers.policy)
    for document in data.draw(st.permutations(papers.documents)):
        before = list(desk.approved)
        desk.take(document)
        assert desk.approved[: len(before)] == before
        assert_nothing_is_paid_twice(desk)


@SLOWLY
@given(papers=anything(), data=st.data())
def test_where_goods_come_and_go_first_nothing_is_paid_for_that_is_not_here(
    papers: Papers, data: st.DataObject
) -> None:
    desk, invoices = goods_first(papers)
    kept = {
        (order.facility, (order.order.number, line.line.line)): line.kept
        for order in desk.orders()
        for line in order.lines
    }
    for invoice in data.draw(st.permutations(invoices)):
        desk.take(invoice)
        assert all(quantity <= kept[where] for where, quantity in desk.invoiced().items())


@SLOWLY
@given(papers=covered(), data=st.data())
def test_what_receipts_cover_is_paid_in_full_and_once_in_every_order_of_arrival(
    papers: Papers, data: st.DataObject
) -> None:
    one, other = Desk(papers.policy), Desk(papers.policy)
    for document in papers.documents:
        one.lay(document)
    one.settle()
    for document in data.draw(st.permutations(papers.documents)):
        other.take(document)
    assert one.paid == other.paid == papers.due
    others = other.invoiced()
    assert all(abs(quantity - others[where]) <= ROUNDING for where, quantity in one.invoiced().items())
    for desk in (one, other):
        assert_nothing_is_paid_twice(desk)
        assert all(
            {hold.kind.value for hold in desk.match(left).holds} & {"duplicate", "superseded", "price"}
            for left in desk.waiting
        )
