"""Every situation of the table ends as the people who pay would end it."""

from decimal import Decimal

import pytest

from canonical.matching.words import plain
from tests.canonical.matching.situations import Row, matched, situations


@pytest.mark.parametrize("row", situations(), ids=lambda row: row["name"])
def test_a_situation_ends_as_the_table_says(row: Row) -> None:
    result = matched(row)
    assert result.verdict == row["verdict"], [one.words for one in result.holds]
    held = [f"line {one.line}: {one.kind}, {one.owner}, {one.at_risk:.2f}" for one in result.holds]
    assert held == row.get("holds", [])
    assert result.paid == row.get("paid", Decimal(0))
    assert result.short_pay == row.get("short", Decimal(0))
    assert result.variance == row.get("variance", Decimal(0))
    assert result.extras == row.get("extras", {})
    if "takes" in row:
        taken = [f"{one.receipt or 'none'} {plain(one.quantity)} = {one.amount}" for one in result.allocations]
        assert taken == row["takes"]
    for words in row.get("words", []):
        assert words in " ".join(one.words for one in (*result.lines, *result.holds))


def test_the_table_holds_at_least_eighty_situations_each_under_a_name_of_its_own() -> None:
    names = [row["name"] for row in situations()]
    assert len(names) >= 80
    assert len(names) == len(dict.fromkeys(names))


@pytest.mark.parametrize("row", situations(), ids=lambda row: row["name"])
def test_every_line_says_in_words_why_it_did_or_did_not_match(row: Row) -> None:
    result = matched(row)
    assert len(result.lines) == len(row["billed"])
    assert all(one.words.endswith(".") and len(one.words) > 20 for one in result.lines)
    assert [one.key for one in result.holds] == [f"{one.line}:{one.kind}" for one in result.holds]
