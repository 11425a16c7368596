"""Unfit: what is wrong with something that a person gave, as a sentence about what was expected; never the value."""

import re

from pydantic import ValidationError

from canonical.identity import OUTSIDE_ID

WORDS = {
    "missing": "a value",
    "extra_forbidden": "no such field",
    "int_parsing": "a whole number",
    "decimal_parsing": "a number",
    "string_pattern_mismatch": "text of another form",
}
BOUNDS = ("greater_than", "less_than")
FORMS = {OUTSIDE_ID: "at most 64 letters, digits and . _ / -, a letter or digit first"}


def said_of(wrong: ValidationError) -> str:
    """The first thing that is wrong, as `<field>: expected <what>`."""
    first = wrong.errors(include_input=False, include_url=False)[0]
    kind, field = first["type"], ".".join(map(str, first["loc"]))
    bare = re.sub(r"^(Value error,|(Input|String|Decimal input) should (be|have)) ", "", first["msg"])
    expected = FORMS.get(first.get("ctx", {}).get("pattern", "")) or WORDS.get(kind, bare)
    number = "a number " if kind.startswith(BOUNDS) else ""
    return f"{field}: expected {number}{expected}"
