"""What is wrong with what a person gave is said in words about what was expected, and without what was given."""

import pytest
from pydantic import ValidationError

from canonical.documents.order_run import OrderAmendment
from canonical.documents.usage_run import Amendment
from canonical.unfit import said_of


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("over", "maybe", "'accept' or 'return'"),
        ("order", "4500 0001", "at most 64 letters, digits and . _ / -, a letter or digit first"),
        ("order_line", "one", "a whole number"),
        ("order_line", "0", "a number greater than or equal to 1"),
        ("unit_factor", "many", "a number"),
        ("unit_factor", "0.00001", "no more than 4 decimal places"),
        ("bin", "A1", "no such field"),
    ],
)
def test_each_way_to_be_wrong_has_its_words(field: str, value: str, expected: str) -> None:
    with pytest.raises(ValidationError) as wrong:
        OrderAmendment.model_validate({field: value})
    assert said_of(wrong.value) == f"{field}: expected {expected}"


def test_what_was_given_is_never_said_again() -> None:
    for field in Amendment.model_fields:
        try:
            Amendment.model_validate({field: "\x00 P4711 \n" * 20})
        except ValidationError as wrong:
            assert "4711" not in said_of(wrong)
