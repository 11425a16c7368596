"""What every document carries from the first day: whose it is, where it came from, which version, and when."""

from typing import Annotated

from pydantic import AwareDatetime, StringConstraints

from canonical.model import Frozen

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$")]
"""An operational identifier: short, printable, safe in ids, logs and search attributes."""

Token = Annotated[str, StringConstraints(pattern=r"^(acct|case|pat|id)_[A-Z2-7]{26}$")]
"""A keyed stand-in for something that identifies a patient; only the vault can turn it back."""


class Document(Frozen):
    """Common part of all documents. Times are aware and in UTC."""

    legal_entity: str = ""
    facility: Code
    source: Code
    number: Code
    version: int = 1
    occurred: AwareDatetime
    recorded: AwareDatetime | None = None
    received: AwareDatetime | None = None
    reverses: str | None = None
    mapping: str = "1"
