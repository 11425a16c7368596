"""The typed facts of a failure as they cross from an activity into a run; encrypted in history like every payload."""

from canonical.errors import Audience
from canonical.model import Frozen


class Evidence(Frozen):
    """What a call to a system failed with: `text` holds the vendor's own words and goes only where it is encrypted."""

    category: str
    summary: str
    system: str
    operation: str
    audience: Audience
    status: int | None = None
    in_doubt: bool = False
    text: str = ""
