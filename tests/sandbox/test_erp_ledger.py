"""The ERP's books: journals, reversals, periods, trial balance, materials and their valuation."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.sandbox.erp_process import Erp, journal, running


@pytest.fixture(scope="module")
async def erp(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Erp]:
    async with running(tmp_path_factory.mktemp("erp")) as started:
        yield started


@pytest.fixture
async def http(erp: Erp) -> AsyncIterator[httpx.AsyncClient]:
    async with erp.client() as client:
        yield client


def refusal(answer: httpx.Response) -> tuple[int, str, str]:
    first = answer.json()["RETURN"][0]
    return answer.status_code, first["ID"], first["NUMBER"]


async def closes(http: httpx.AsyncClient, company: str = "US01") -> bool:
    balance = (await http.get("/fi/trial_balance", params={"COMP_CODE": company})).json()
    assert balance["TOTAL_DEBIT_DC"] == balance["TOTAL_CREDIT_DC"]
    return bool(balance["CLOSES"] == "X")


async def test_a_journal_is_posted_and_found_by_its_references(http: httpx.AsyncClient) -> None:
    posted = [
        (await http.post("/fi/journals", json=journal(reference, quantity="2.000"))).json()
        for reference in ("LEDGER-A", "LEDGER-B")
    ]
    found = await http.get("/fi/journals", params={"REF_DOC_NO": ["LEDGER-A", "LEDGER-B", "LEDGER-NONE"]})
    assert found.json()["JOURNALS"] == posted
    assert posted[0]["HEADER"]["STAT"] == "POST"
    assert posted[0]["HEADER"]["FIS_PERIOD"] == "011"
    assert posted[0]["ITEMS"][0]["QUANTITY"] == "2.000"
    read = await http.get(f"/fi/journals/{posted[0]['HEADER']['DOC_NO']}")
    assert read.json() == posted[0]
    assert await closes(http)


async def test_journals_of_a_company_code_are_paged_by_posting_date(http: httpx.AsyncClient) -> None:
    for number in range(3):
        await http.post("/fi/journals", json=journal(f"PAGE-{number}", posting="20270115"))
    asked = {"COMP_CODE": "US01", "PSTNG_DATE_FROM": "20270101", "PSTNG_DATE_TO": "20270131", "MAX_ROWS": "2"}
    first = (await http.get("/fi/journals", params=asked)).json()
    second = (await http.get("/fi/journals", params={**asked, "AFTER_DOC_NO": first["NEXT_DOC_NO"]})).json()
    references = [one["HEADER"]["REF_DOC_NO"] for one in first["JOURNALS"] + second["JOURNALS"]]
    assert references == ["PAGE-0", "PAGE-1", "PAGE-2"]
    assert second["NEXT_DOC_NO"] == ""


async def test_an_unbalanced_journal_is_refused_and_leaves_nothing(http: httpx.AsyncClient, erp: Erp) -> None:
    body = journal("UNBALANCED")
    body["ITEMS"][1]["AMOUNT_DC"] = "48.06"
    assert refusal(await http.post("/fi/journals", json=body)) == (422, "F5", "702")
    assert erp.rows("SELECT count(*) FROM JOURNAL WHERE REF_DOC_NO = 'UNBALANCED'") == [(0,)]
    assert await closes(http)


@pytest.mark.parametrize(
    ("place", "field", "value", "expected"),
    [
        ("HEADER", "COMP_CODE", "US99", (422, "F5", "165")),
        ("HEADER", "CURRENCY", "EUR", (422, "F5", "808")),
        ("HEADER", "PSTNG_DATE", "19990101", (422, "F5", "202")),
        ("HEADER", "PSTNG_DATE", "20251130", (422, "F5", "201")),
        ("HEADER", "PSTNG_DATE", "2026-11-22", (400, "00", "058")),
        ("HEADER", "PSTNG_DATE", "20260230", (400, "00", "058")),
        ("HEADER", "SERV_DATE", "00001399", (400, "00", "058")),
        ("ITEM", "GL_ACCOUNT", "0000999999", (422, "F5", "507")),
        ("ITEM", "COST_CTR", "", (422, "KI", "235")),
        ("ITEM", "COST_CTR", "2000411000", (422, "KI", "265")),
        ("ITEM", "MATERIAL", "000000000000004739", (422, "M3", "305")),
        ("ITEM", "BASE_UOM", "BX", (422, "M7", "021")),
        ("ITEM", "AMOUNT_DC", "48,07", (400, "00", "058")),
        ("ITEM", "AMOUNT_DC", "100000000000.00", (400, "00", "058")),
        ("ITEM", "NOT_A_FIELD", "x", (400, "00", "058")),
    ],
)
async def test_each_rule_has_its_own_refusal(
    http: httpx.AsyncClient, place: str, field: str, value: str, expected: tuple[int, str, str]
) -> None:
    body = journal("RULES")
    (body["HEADER"] if place == "HEADER" else body["ITEMS"][0])[field] = value
    assert refusal(await http.post("/fi/journals", json=body)) == expected


async def test_an_amount_of_zero_needs_the_statistical_indicator(http: httpx.AsyncClient) -> None:
    body = journal("SAMPLE", cents=0)
    assert refusal(await http.post("/fi/journals", json=body)) == (422, "F5", "714")
    for item in body["ITEMS"]:
        item["STAT_IND"] = "X"
    assert (await http.post("/fi/journals", json=body)).status_code == 201


async def test_a_reversal_mirrors_the_document_and_is_refused_the_second_time(http: httpx.AsyncClient) -> None:
    document = (await http.post("/fi/journals", json=journal("ONCE"))).json()["HEADER"]["DOC_NO"]
    order = {"PSTNG_DATE": "20261201", "REF_DOC_NO": "UNDO-ONCE"}
    reversal = (await http.post(f"/fi/journals/{document}/reversal", json=order)).json()
    assert reversal["HEADER"]["REVERSAL_OF"] == document
    assert reversal["HEADER"]["FIS_PERIOD"] == "012"
    assert [item["POSTING_KEY"] for item in reversal["ITEMS"]] == ["50", "40"]
    original = (await http.get(f"/fi/journals/{document}")).json()["HEADER"]
    assert (original["STAT"], original["REVERSED_BY"]) == ("RVSD", reversal["HEADER"]["DOC_NO"])
    again = await http.post(f"/fi/journals/{document}/reversal", json=order)
    assert refusal(again) == (422, "F5", "361")
    assert again.json()["RETURN"][0]["MESSAGE_V2"] == reversal["HEADER"]["DOC_NO"]
    of_reversal = await http.post(f"/fi/journals/{reversal['HEADER']['DOC_NO']}/reversal", json=order)
    assert refusal(of_reversal) == (422, "F5", "362")
    unknown = await http.post("/fi/journals/5999999999/reversal", json=order)
    assert refusal(unknown) == (404, "F5", "397")
    assert await closes(http)


async def test_a_closed_period_takes_no_posting_until_it_is_opened(http: httpx.AsyncClient, erp: Erp) -> None:
    closing = {"COMP_CODE": "US01", "FISC_YEAR": "2026", "FIS_PERIOD": "009", "STAT": "CLSD"}
    await erp.control("POST", "periods", **closing)
    answer = await http.post("/fi/journals", json=journal("CLOSED", posting="20260915"))
    assert refusal(answer) == (422, "F5", "201")
    listed = (await http.get("/fi/periods", params={"COMP_CODE": "US01"})).json()["PERIODS"]
    september = next(one for one in listed if one["DATE_FROM"] == "20260901")
    assert (september["STAT"], september["DATE_TO"]) == ("CLSD", "20260930")
    south = (await http.get("/fi/periods", params={"COMP_CODE": "US02"})).json()["PERIODS"]
    assert next(one for one in south if one["DATE_FROM"] == "20260901")["STAT"] == "OPEN"
    await erp.control("POST", "periods", **{**closing, "STAT": "OPEN"})
    assert (await http.post("/fi/journals", json=journal("CLOSED", posting="20260915"))).status_code == 201


@pytest.mark.parametrize(
    ("number", "location", "rule", "owner", "price"),
    [
        (4711, "OR01", "PERP", "O", "48.07"),
        (4711, "EDCT", "CART", "O", "48.07"),
        (4720, "OR01", "CONS", "K", None),
        (4710, "EDCT", "CONS", "B", None),
        (4715, "CATH", "SMPL", "M", "0.00"),
    ],
)
async def test_the_valuation_says_which_rule_applies(
    http: httpx.AsyncClient, number: int, location: str, rule: str, owner: str, price: str | None
) -> None:
    asked = {"MATERIAL": f"{number:018d}", "PLANT": "1000", "STGE_LOC": location}
    value = (await http.get("/mm/valuation", params=asked)).json()
    assert (value["POST_RULE"], value["OWNER_IND"], value["CURRENCY"]) == (rule, owner, "USD")
    assert price is None or value["UNIT_PRICE"] == price
    assert (value["CREDIT_ACCT"] == "0000191100") == (rule == "CONS")


async def test_standard_and_moving_average_prices_are_told_apart(http: httpx.AsyncClient) -> None:
    for number, control, source in ((4711, "S", "MBEW-STPRS"), (4707, "V", "MBEW-VERPR")):
        asked = {"MATERIAL": f"{number:018d}", "PLANT": "2000", "STGE_LOC": "OR02"}
        value = (await http.get("/mm/valuation", params=asked)).json()
        assert (value["PRICE_CTRL"], value["PRICE_SOURCE"]) == (control, source)


async def test_an_unknown_material_exists_once_it_is_approved(http: httpx.AsyncClient, erp: Erp) -> None:
    asked = {"MATERIAL": f"{4739:018d}", "PLANT": "1000", "STGE_LOC": "OR01"}
    assert refusal(await http.get("/mm/valuation", params=asked)) == (404, "M3", "305")
    for _ in range(2):
        await erp.control("POST", "materials", number=4739)
    assert (await http.get("/mm/valuation", params=asked)).json()["UNIT_PRICE"] == "58.43"


async def test_a_material_is_found_by_the_gtin_of_any_pack_level(http: httpx.AsyncClient) -> None:
    for gtin in ("00950000047119", "10950000047116"):
        found = (await http.get("/mm/materials", params={"GTIN": gtin})).json()["MATERIALS"]
        assert [one["MATERIAL"] for one in found] == [f"{4711:018d}"]
    assert found[0]["UNITS"][1] == {"UOM": "BX", "GTIN": "10950000047116", "NUMERATOR": "10"}


async def test_the_masters_can_be_listed(http: httpx.AsyncClient) -> None:
    assert len((await http.get("/mm/vendors")).json()["VENDORS"]) == 8
    assert [one["PLANT"] for one in (await http.get("/mm/plants")).json()["PLANTS"]] == ["1000", "2000"]
    places = (await http.get("/mm/storage_locations", params={"PLANT": "2000"})).json()["STGE_LOCS"]
    assert {one["STGE_LOC"] for one in places} == {"OR01", "OR02", "CATH", "EDCT", "ICUC", "CAB9"}
    centers = (await http.get("/fi/cost_centers", params={"PLANT": "1000"})).json()["COST_CENTERS"]
    assert {one["COMP_CODE"] for one in centers} == {"US01"}
    accounts = (await http.get("/fi/gl_accounts")).json()["GL_ACCOUNTS"]
    assert "GR/IR CLEARING NOT INVOICED" in {one["SHORT_TEXT"] for one in accounts}
    page = (await http.get("/mm/materials", params={"MAX_ROWS": "500"})).json()["MATERIALS"]
    assert len(page) == 39 + (f"{4739:018d}" in {one["MATERIAL"] for one in page})


async def test_finance_gives_a_cost_centre_another_budget(erp: Erp, http: httpx.AsyncClient) -> None:
    given = {"COST_CTR": "2000412000", "FISC_YEAR": "2026", "AVC_CTRL": "STOP", "AMOUNT_DC": "50.00"}
    await erp.control("POST", "budgets", **given)
    asked = {"COST_CTR": "2000412000", "DATE": "20260301"}
    left = (await http.get("/fi/budgets", params=asked)).json()
    assert (left["AVC_CTRL"], left["AVAILABLE_DC"]) == ("STOP", "50.00")
    with pytest.raises(AssertionError, match="Cost center 9999 does not exist"):
        await erp.control("POST", "budgets", **given | {"COST_CTR": "9999"})
