"""What each document of purchasing posts in the ledger, and what it does to the order lines it is about."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from sandbox.erp import contracts, received_not_invoiced
from sandbox.erp.answers import Refusal
from tests.sandbox.erp_books import CLEARING, Books, change, debit_memo, movement, order, payable

STOCK, SUPPLIES, SERVICES = "0000131000", "0000520000", "0000525000"
PAYABLES, SHORT_PAID, CLAIMS = "0000160000", "0000160900", "0000161000"
VARIANCE, FREIGHT, TAX, INTERCOMPANY = "0000529000", "0000531000", "0000532000", "0000199000"


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    opened = Books(tmp_path)
    yield opened
    for company in ("US01", "US02"):
        opened.balance(CLEARING, company)
    opened.system.database.close()


def test_a_second_source_sells_the_item_of_the_same_maker(books: Books) -> None:
    first, second = contracts.listed(books.system.database, f"{4706:018d}")
    assert first["VENDOR"] != second["VENDOR"]
    assert first["MANUFACTURER"] == second["MANUFACTURER"]


def test_a_material_that_may_stand_in_for_another_is_of_the_same_maker_and_sold_by_the_same_vendor(
    books: Books,
) -> None:
    new, old = (contracts.listed(books.system.database, f"{number:018d}")[0] for number in (4726, 4734))
    assert new["REPL_MATL"] == old["MATERIAL"]
    assert (new["VENDOR"], new["MANUFACTURER"]) == (old["VENDOR"], old["MANUFACTURER"])
    assert old["REPL_MATL"] == ""


def amounts(**by_account: str) -> dict[str, Decimal]:
    return {globals()[name]: Decimal(amount) for name, amount in by_account.items()}


def open_lines(books: Books, company: str = "US01") -> list[tuple[str, str]]:
    listed = received_not_invoiced.listed(books.system.database, company=company)
    return [(one["QUANTITY"], one["AMOUNT_DC"]) for one in listed["ITEMS"]]


def committed(books: Books, number: str) -> list[int]:
    sql = "SELECT OPEN_CENTS FROM COMMITMENT JOIN PURCH_DOC d ON d.DOC_NO = COMMITMENT.PO_NUMBER WHERE EXT_NO = ? ORDER BY SEQ"
    return [row["OPEN_CENTS"] for row in books.rows(sql, number)]


def test_a_receipt_for_stock_accrues_at_the_order_price_and_its_invoice_clears_it(books: Books) -> None:
    books.post("purchase_order", order("PO-1"))
    received = books.post("goods_receipt", movement("PO-1", "4.000"))
    assert books.accounts(received) == amounts(STOCK="50.00", CLEARING="-50.00")
    assert open_lines(books) == [("4.000", "50.00")]
    paid = books.post("payable", payable("PO-1", "I-1", "4.000", "52.00"))
    assert books.accounts(paid) == amounts(CLEARING="50.00", VARIANCE="2.00", PAYABLES="-52.00")
    assert (open_lines(books), committed(books, "PO-1")) == ([], [12500, 7500])


def test_a_price_unit_and_pack_of_the_order_are_reckoned_with(books: Books) -> None:
    packed = {"PO_UNIT": "BX", "NUMERATOR": "10", "ORDERPR_FACTOR": "10", "PRICE_UNIT": "100"}
    books.post("purchase_order", order("PO-1", quantity="3.000", price="12.345", **packed))
    received = books.post("goods_receipt", movement("PO-1", "1.000"))
    assert books.accounts(received) == amounts(STOCK="1.23", CLEARING="-1.23")
    quantities = books.rows("SELECT DISTINCT QUANTITY_MILLI FROM JOURNAL_ITEM WHERE MATERIAL <> ''")
    assert [row["QUANTITY_MILLI"] for row in quantities] == [10000]
    assert committed(books, "PO-1") == [370, 247]


def test_a_line_invoiced_to_the_end_leaves_no_cent_of_rounding(books: Books) -> None:
    books.post("purchase_order", order("PO-1", quantity="3.000", price="0.333333"))
    for part in range(3):
        books.post("goods_receipt", movement("PO-1", "1.000"))
        assert len(open_lines(books)) == 1, part
    books.post("payable", payable("PO-1", "I-1", "2.000", "0.67"))
    books.post("payable", payable("PO-1", "I-2", "1.000", "0.33"))
    assert (open_lines(books), books.balance(CLEARING)) == ([], 0)


def test_what_is_for_a_cart_or_a_cost_centre_is_expensed_at_receipt(books: Books) -> None:
    books.post("purchase_order", order("PO-1", STGE_LOC="EDCT", COST_CTR=""))
    received = books.post("goods_receipt", movement("PO-1", "4.000"))
    assert books.accounts(received) == amounts(SUPPLIES="50.00", CLEARING="-50.00")
    centres = books.rows("SELECT COST_CTR FROM JOURNAL_ITEM WHERE GL_ACCOUNT = ? AND COST_CTR <> ''", SUPPLIES)
    assert [row["COST_CTR"] for row in centres] == ["1000413000"]


def test_a_bill_only_receipt_hands_the_accrual_of_the_use_on_and_accrues_nothing_again(books: Books) -> None:
    (row,) = books.rows("SELECT STD_PRICE_CENTS FROM VALUATION WHERE MATERIAL = ? AND PLANT = '1000'", f"{4710:018d}")
    used = Decimal(row["STD_PRICE_CENTS"]) / 100
    books.use(material=f"{4710:018d}", cents=row["STD_PRICE_CENTS"])
    billed = used + 3
    books.post(
        "purchase_order", order("PO-1", quantity="1.000", price=str(billed), DOC_TYPE="BO", MATERIAL=f"{4710:018d}")
    )
    received = books.post("goods_receipt", movement("PO-1", "1.000", MOVE_STOCK=""))
    assert books.accounts(received) == amounts(VARIANCE="3.00", CLEARING="-3.00")
    assert (books.balance(CLEARING), open_lines(books)) == (-billed, [("1.000", f"{billed:.2f}")])
    books.post("payable", payable("PO-1", "I-1", "1.000", f"{billed:.2f}"))
    assert (books.balance(CLEARING), open_lines(books)) == (0, [])


def test_consigned_goods_come_without_value(books: Books) -> None:
    books.post("purchase_order", order("PO-1", MATERIAL=f"{4720:018d}"))
    received = books.post("goods_receipt", movement("PO-1", "4.000", OWNER_IND="K"))
    assert (books.accounts(received), open_lines(books)) == ({}, [])
    books.post("goods_return", movement("PO-1", "1.000"))
    assert books.balance(CLEARING) == 0


def test_goods_invoiced_before_they_come_stand_on_the_other_side_until_then(books: Books) -> None:
    books.post("purchase_order", order("PO-1"))
    books.post("payable", payable("PO-1", "I-1", "4.000", "50.00"))
    assert open_lines(books) == [("-4.000", "-50.00")]
    books.post("goods_receipt", movement("PO-1", "6.000"))
    assert open_lines(books) == [("2.000", "25.00")]


def test_a_service_is_expensed_by_its_invoice_and_relieved_by_amount(books: Books) -> None:
    service = {"ITEM_CAT": "S", "IV_BASED_ON": "AMT", "MATERIAL": "", "STGE_LOC": ""}
    books.post("purchase_order", order("PO-1", quantity="1.000", price="100", **service))
    paid = books.post("payable", payable("PO-1", "I-1", "0.000", "60.00"))
    assert books.accounts(paid) == amounts(SERVICES="60.00", PAYABLES="-60.00")
    books.post("payable", payable("PO-1", "I-2", "0.000", "55.00"))
    assert committed(books, "PO-1") == [10000, 4000, 0]


def test_freight_tax_variance_and_what_is_withheld_have_their_accounts(books: Books) -> None:
    books.post("purchase_order", order("PO-1"))
    books.post("goods_receipt", movement("PO-1", "4.000"))
    extras = [{"KIND": "FREIGHT", "AMOUNT_DC": "7.00"}, {"KIND": "TAX", "AMOUNT_DC": "3.00"}]
    asked = payable("PO-1", "I-1", "4.000", "54.00", VARIANCE="0.50", SHORT_PAID="4.00", extras=extras)
    paid = books.post("payable", asked)
    assert books.accounts(paid) == amounts(
        CLEARING="50.00", VARIANCE="4.50", FREIGHT="7.00", TAX="3.00", SHORT_PAID="-4.00", PAYABLES="-60.50"
    )
    asked_back = books.post("debit_memo", debit_memo("D-1", "6.00", VENDOR_REF="I-1"))
    assert books.accounts(asked_back) == amounts(SHORT_PAID="4.00", PAYABLES="2.00", VARIANCE="-6.00")
    with pytest.raises(Refusal, match="debit memo stands"):
        books.take_back("payable", paid)
    books.take_back("debit_memo", asked_back)
    books.take_back("payable", paid)
    assert [books.balance(account) for account in (PAYABLES, SHORT_PAID, VARIANCE)] == [0, 0, 0]


def test_goods_that_go_back_after_they_were_invoiced_are_claimed_and_their_credit_settles_it(books: Books) -> None:
    books.post("purchase_order", order("PO-1"))
    books.post("goods_receipt", movement("PO-1", "4.000"))
    paid = books.post("payable", payable("PO-1", "I-1", "3.000", "37.50"))
    went = books.post("goods_return", movement("PO-1", "2.000"))
    assert books.accounts(went) == amounts(STOCK="-25.00", CLEARING="12.50", CLAIMS="12.50")
    assert open_lines(books) == [("0.000", "0.00")]
    with pytest.raises(Refusal, match="went back or were credited"):
        books.take_back("payable", paid)
    credit = books.post("payable", payable("PO-1", "C-1", "-1.000", "-12.00", INV_TYPE="C"))
    assert books.accounts(credit) == amounts(CLAIMS="-12.50", VARIANCE="0.50", PAYABLES="12.00")
    assert (open_lines(books), books.balance(CLAIMS)) == ([], 0)
    with pytest.raises(Refusal, match="credited or sent back since"):
        books.take_back("goods_return", went)
    assert committed(books, "PO-1") == [12500, 7500, 10000]


def test_a_debit_memo_for_an_overdue_credit_settles_the_claim(books: Books) -> None:
    books.post("purchase_order", order("PO-1"))
    books.post("goods_receipt", movement("PO-1", "4.000"))
    books.post("payable", payable("PO-1", "I-1", "4.000", "50.00"))
    books.post("goods_return", movement("PO-1", "2.000"))
    memo = books.post("debit_memo", debit_memo("D-1", "25.00", PO_REF="PO-1"))
    assert books.accounts(memo) == amounts(PAYABLES="25.00", CLAIMS="-25.00")
    books.take_back("debit_memo", memo)
    assert books.balance(CLAIMS) == 25


def test_an_invoice_over_two_companies_is_owed_between_them(books: Books) -> None:
    south = {"PLANT": "2000", "COST_CTR": "2000411000"}
    books.post("purchase_order", order("PO-S", **south))
    books.post("goods_receipt", movement("PO-S", "4.000"))
    books.post("payable", payable("PO-S", "I-1", "4.000", "50.00"))
    assert (books.balance(PAYABLES), books.balance(INTERCOMPANY), books.balance(INTERCOMPANY, "US02")) == (-50, 50, -50)
    assert (books.balance(CLEARING, "US02"), open_lines(books, "US02")) == (0, [])


def test_a_price_that_changed_between_receipt_and_reversal_leaves_no_residue(books: Books) -> None:
    books.post("purchase_order", order("PO-1", price="5"))
    books.post("goods_receipt", movement("PO-1", "4.000"))
    books.post("order_change", change("PO-1", 2, price="6"))
    later = books.post("goods_receipt", movement("PO-1", "6.000"))
    books.post("payable", payable("PO-1", "I-1", "4.000", "20.00"))
    books.take_back("goods_receipt", later)
    assert (open_lines(books), books.balance(CLEARING)) == ([], 0)


def test_a_change_that_takes_a_received_line_away_is_refused_and_a_completed_line_commits_nothing(books: Books) -> None:
    books.post("purchase_order", order("PO-1"))
    books.post("goods_receipt", movement("PO-1", "4.000"))
    with pytest.raises(Refusal, match="more was received"):
        books.post("order_change", change("PO-1", 2, PO_ITEM="00002"))
    books.post("order_change", change("PO-1", 2, DELIV_COMPL="X"))
    assert committed(books, "PO-1") == [12500, 7500, 0]
