"""How webhook bodies are read: a field that cannot be read is named in the vendor's words, never with its value."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from canonical.inbound import InvalidEvent

Model = TypeVar("Model", bound=BaseModel)
_MAY_QUOTE = ("value_error", "assertion_error")


def read_as(model: type[Model], body: Mapping[str, Any]) -> Model:
    """The body as a model of the vendor's; `InvalidEvent` names the first field that is not of its form."""
    try:
        return model.model_validate(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    # The words of a validator that is not pydantic's may quote what it was given.
    expected = "expected the vendor's form" if first["type"] in _MAY_QUOTE else first["msg"]
    raise InvalidEvent(".".join(map(str, first["loc"])) or "body", expected)


def number_in(said: str, field: str, *, pattern: str, expected: str) -> str:
    """A number that an id can be made of."""
    if re.fullmatch(pattern, said) is None:
        raise InvalidEvent(field, expected)
    return said


def named_in(names: Mapping[str, str], said: str, field: str, *, what: str) -> str:
    """Our name for the vendor's, as the system's own table has it (ours to theirs)."""
    ours = next((name for name, theirs in names.items() if theirs == said), None)
    if ours is None:
        raise InvalidEvent(field, f"expected {what} that the configuration names")
    return ours


def moment_in(moment: datetime) -> str:
    """A time in UTC."""
    return moment.astimezone(UTC).isoformat()
