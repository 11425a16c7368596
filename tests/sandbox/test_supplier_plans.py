"""Plans: what a supplier can be made to do about an order, each situation composed from the same few words."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.sandbox.inventory_process import until
from tests.sandbox.supplier_process import ORDER, Desk, desk

EVENTS = {"acknowledge": "order.acknowledged", "ship": "shipment.sent", "invoice": "invoice.issued"}


@pytest_asyncio.fixture(scope="module")
async def supplier(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with desk(tmp_path_factory.mktemp("plans")) as started:
        yield started


async def played(supplier: Desk, number: str, *steps: dict[str, Any], **changed: Any) -> list[dict[str, Any]]:
    """The papers of a plan, each told by a webhook of its own."""
    await supplier.plan(*steps, number=number)
    assert (await supplier.send(number=number, **changed)).status_code == 201
    papers = await supplier.advance(number)
    for step, paper in zip(steps, papers, strict=True):
        if step.get("notice", True):
            assert (await supplier.told(paper))["event"] == EVENTS[step["do"]]
    return papers


def lines(paper: dict[str, Any], *names: str) -> list[tuple[Any, ...]]:
    """These fields of each line."""
    return [tuple(line[name] for name in names) for line in paper["lines"]]


async def test_an_order_that_nobody_planned_is_acknowledged_shipped_and_invoiced_at_its_price(supplier: Desk) -> None:
    await supplier.send(number="USUAL")
    said, shipped, billed = await supplier.advance("USUAL")
    assert lines(said, "buyer-line", "code", "quantity") == [(1, "IA", "4"), (2, "IA", "2")]
    assert lines(shipped, "buyer-line", "quantity", "uom") == [(1, "4", "BX"), (2, "2", "EA")]
    assert lines(billed, "buyer-line", "amount", "ship-notice") == [
        (1, "500.00", shipped["paper"]),
        (2, "2000.00", shipped["paper"]),
    ]
    assert billed["total"] == "2500.00"


async def test_goods_of_a_bill_only_order_are_invoiced_and_not_shipped(supplier: Desk) -> None:
    await supplier.send(number="BILL", kind="bill-only")
    said, billed = await supplier.advance("BILL")
    assert (said["buyer-order"], billed["total"]) == ("BILL", "2500.00")


async def test_a_partner_without_steps_is_silent(supplier: Desk) -> None:
    assert await played(supplier, "SILENT") == []


async def test_an_order_is_answered_in_parts_and_a_line_split_over_two_dates(supplier: Desk) -> None:
    first, second = await played(
        supplier,
        "PARTS",
        {"do": "acknowledge", "terms": [{"line": 2, "status": "on-hold", "reason": "credit"}]},
        {
            "do": "acknowledge",
            "terms": [
                {"line": 1, "status": "split", "quantity": "3"},
                {"line": 1, "status": "split", "quantity": "1", "days": 14},
                {"line": 2, "status": "accepted"},
            ],
        },
    )
    assert lines(first, "buyer-line", "code", "reason") == [(2, "IH", "credit")]
    assert lines(second, "code", "quantity", "expected-on")[:2] == [
        ("SL", "3", "2026-12-01"),
        ("SL", "1", "2026-12-15"),
    ]
    listed = (await supplier.caller.get("/x1/acknowledgements", params={"number": "PARTS", "limit": 1})).json()
    assert (listed["papers"], listed["more-after"] is not None) == ([first], True)


async def test_a_back_order_ships_in_part_and_the_rest_later(supplier: Desk) -> None:
    _, first, second, *bills = await played(
        supplier,
        "BACK",
        {"do": "acknowledge", "terms": [{"line": 1, "status": "back-ordered", "share": "0.5", "days": 30}]},
        {"do": "ship", "terms": [{"line": 1, "share": "0.5"}, {"line": 2}]},
        {"do": "ship", "days": 30},
        {"do": "invoice"},
    )
    assert lines(first, "buyer-line", "quantity") == [(1, "2"), (2, "2")]
    assert lines(second, "buyer-line", "quantity") == [(1, "2")]
    assert second["expected-on"] == "2026-12-31"
    assert [bill["total"] for bill in bills] == ["2500.00"]


@pytest.mark.parametrize(("term", "quantity"), [({"share": "0.75"}, "3"), ({"quantity": "6"}, "6")])
async def test_goods_come_short_or_over_and_are_invoiced_as_they_were_shipped(
    supplier: Desk, term: dict[str, Any], quantity: str
) -> None:
    number = f"COUNT-{quantity}"
    shipped, billed = await played(supplier, number, {"do": "ship", "terms": [{"line": 1, **term}]}, {"do": "invoice"})
    assert lines(shipped, "quantity") == lines(billed, "quantity") == [(quantity,)]


async def test_what_comes_damaged_short_dated_or_without_notice_is_known_to_control_alone(supplier: Desk) -> None:
    [shipped] = await played(
        supplier, "DAMAGED", {"do": "ship", "notice": False, "terms": [{"line": 1, "damaged": "1", "expires_in": 10}]}
    )
    [kept] = (await supplier.system.control("GET", "papers", number="DAMAGED"))["papers"]
    assert "damaged" not in shipped["lines"][0]
    assert kept["contents"]["lines"][0]["damaged"] == "1"
    [batch] = shipped["lines"][0]["batches"]
    assert batch["expires-on"] < "2030-01-01"
    assert (batch["quantity"], batch["lot"][:5]) == ("20", "K4701")


async def test_another_item_and_printed_lots_are_shipped_where_the_plan_says_so(supplier: Desk) -> None:
    label = {"lot": "LOT-7", "quantity": "2"}
    said, shipped, billed = await played(
        supplier,
        "OTHER",
        {"do": "acknowledge", "terms": [{"line": 2, "status": "substituted", "part": "4705", "markup": "0.9"}]},
        {"do": "ship", "terms": [{"line": 2, "part": "4705", "lots": [label]}]},
        {"do": "invoice", "terms": [{"line": 2, "part": "4705", "uom": "BX"}]},
    )
    assert lines(said, "code", "buyer-part", "vendor-part") == [("IS", "4705", "03-4705")]
    assert said["lines"][0]["price"]["amount"] == "900.000000"
    assert [batch["lot"] for batch in shipped["lines"][0]["batches"]] == ["LOT-7"]
    assert lines(billed, "buyer-part", "uom") == [("4705", "BX")]


async def test_an_invoice_is_wrong_in_price_quantity_and_extras_as_told(supplier: Desk) -> None:
    [billed] = await played(
        supplier,
        "WRONG",
        {
            "do": "invoice",
            "terms": [{"line": 1, "price": "300"}, {"line": 2, "share": "1.5"}],
            "extras": {"freight": "10.00", "fuel": "2.50", "tax": "1.00"},
        },
    )
    assert lines(billed, "buys", "amount") == [
        ("goods", "600.00"),
        ("goods", "3000.00"),
        ("freight", "10.00"),
        ("fuel", "2.50"),
        ("tax", "1.00"),
    ]
    assert billed["total"] == "3613.50"


async def test_an_invoice_comes_twice_by_two_channels_and_with_its_number_written_otherwise(supplier: Desk) -> None:
    papers = await played(
        supplier,
        "TWICE",
        {"do": "invoice", "number": "INV-0042"},
        {"do": "invoice", "again": True},
        {"do": "invoice", "again": True, "channel": "paper"},
        {"do": "invoice", "again": True, "number": "inv 42"},
    )
    assert [(paper["invoice"], paper["channel"]) for paper in papers] == [
        ("INV-0042", "edi"),
        ("INV-0042", "edi"),
        ("INV-0042", "paper"),
        ("inv 42", "edi"),
    ]
    assert {paper["total"] for paper in papers} == {"2500.00"}
    assert len({paper["paper"] for paper in papers}) == 4


async def test_one_invoice_is_over_several_orders_or_over_one_that_is_not_there(supplier: Desk) -> None:
    await supplier.plan(number="SUM-1")
    await supplier.send(number="SUM-1")
    await supplier.step({"do": "ship", "terms": [{"line": 1}]}, number="SUM-1")
    [summary] = await played(supplier, "SUM-2", {"do": "invoice", "orders": ["SUM-1"]})
    assert lines(summary, "buyer-order", "amount") == [
        ("SUM-2", "500.00"),
        ("SUM-2", "2000.00"),
        ("SUM-1", "500.00"),
    ]
    term = {"part": "4703", "quantity": "2", "price": "12.50"}
    stray = await supplier.step({"do": "invoice", "names": "PO-404", "terms": [term]}, partner="helix")
    assert lines(stray, "buyer-order", "buyer-line", "amount") == [("PO-404", None, "25.00")]
    assert (stray["vendor-number"], stray["invoice"][:8]) == ("0000100007", "HEL-INV-")


async def test_nothing_is_invoiced_twice_unless_it_is_told_and_credits_give_back_what_was_asked(supplier: Desk) -> None:
    first, credit, rest, corrected = await played(
        supplier,
        "CREDIT",
        {"do": "invoice", "terms": [{"line": 1, "markup": "2"}, {"line": 2}]},
        {"do": "invoice", "type": "credit", "terms": [{"line": 1, "share": "0.5"}]},
        {"do": "invoice", "terms": [{"line": 1}]},
        {"do": "invoice", "type": "corrected"},
    )
    assert (first["total"], credit["total"], credit["corrects"]) == ("3000.00", "500.00", first["invoice"])
    assert lines(rest, "buyer-line", "quantity", "amount") == [(1, "2", "250.00")]
    assert (corrected["corrects"], corrected["total"]) == (rest["invoice"], "250.00")
    with pytest.raises(httpx.HTTPStatusError):
        await supplier.step({"do": "invoice", "type": "credit", "corrects": "NONE"}, number="CREDIT")


async def test_a_plan_fits_by_partner_by_item_and_for_so_many_messages(supplier: Desk) -> None:
    await supplier.plan({"do": "acknowledge", "terms": [{"status": "rejected"}]}, partner="falken", times=2)
    await supplier.plan({"do": "acknowledge", "terms": [{"status": "deleted"}]}, item="4711")
    for number, codes in (("FIT-1", ["IR"]), ("FIT-2", ["IR"]), ("FIT-3", ["IA"])):
        await supplier.send(number=number, partner="falken", lines=ORDER["lines"][:1])
        said = (await supplier.advance(number))[0]
        assert [line["code"] for line in said["lines"]] == codes
    await supplier.send(number="FIT-4", lines=[ORDER["lines"][0] | {"buyer-part": "4711"}])
    assert lines((await supplier.advance("FIT-4"))[0], "code") == [("ID",)]


async def test_a_plan_for_an_order_that_is_here_takes_the_place_of_what_was_left(supplier: Desk) -> None:
    await supplier.send(number="ANEW")
    await supplier.advance("ANEW", steps=1)
    await supplier.plan({"do": "ship", "days": -1}, number="ANEW")
    [shipped] = await supplier.advance("ANEW")
    assert shipped["expected-on"] == "2026-11-30"


async def test_a_step_that_cannot_be_carried_out_is_passed_over_when_it_is_due(supplier: Desk) -> None:
    await supplier.plan({"do": "invoice", "again": True, "after": 0}, {"do": "acknowledge", "after": 0}, number="ODD")
    ref = (await supplier.send(number="ODD")).json()["ref"]

    async def is_over() -> bool:
        steps = [one for one in (await supplier.system.control("GET", "plans"))["steps"] if one["ref"] == ref]
        return [one["state"] for one in steps] == ["failed", "done"]

    await until(is_over)
    [kept] = (await supplier.system.control("GET", "papers", number="ODD"))["papers"]
    assert kept["kind"] == "acknowledgement"


async def test_what_the_plan_says_that_nothing_could_hold_is_refused(supplier: Desk) -> None:
    stray = {"do": "invoice", "terms": [{"part": "4703", "quantity": "1", "price": "1"}]}
    with pytest.raises(httpx.HTTPStatusError) as refused:
        await supplier.step(stray, partner="nobody")
    assert refused.value.response.status_code == 422
    for plan in (
        {"steps": [{"do": "vanish"}]},
        {"steps": [{"do": "ship", "days": 10**9}]},
        {"steps": [{"do": "acknowledge", "terms": [{"status": "perhaps"}]}]},
        {"steps": [{"do": "invoice", "extras": {"bribe": "1.00"}}]},
        {"steps": [], "messages": "orders"},
    ):
        with pytest.raises(httpx.HTTPStatusError) as refused:
            await supplier.system.control("POST", "plans", plan)
        assert refused.value.response.status_code == 422


async def test_money_is_rounded_to_cents_in_the_price_unit(supplier: Desk) -> None:
    price = {"amount": "1.005", "per": "3", "uom": "EA"}
    line = {"line": 1, "buyer-part": "4703", "quantity": "1", "uom": "BX", "price": price, "price-units": "10"}
    [billed] = await played(supplier, "CENTS", {"do": "invoice"}, lines=[line])
    assert Decimal(billed["total"]) == Decimal("3.35")
