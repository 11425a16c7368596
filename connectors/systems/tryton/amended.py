"""What the amendments of a purchase tell: which of our changes stand, and which revision counts.

Tryton takes no amendment back: another goes the way back, and its description names the one that it takes back. Both
count nothing any more, so that a revision is told as it was before.
"""

import re
from collections.abc import Sequence

from connectors.systems.tryton.client import Row
from connectors.systems.tryton.shipments import Form

ORDER = Form("po", "purchase.purchase", {"draft": "quote", "quotation": "confirm"})
CHANGE = Form("chg", "purchase.amendment", {"draft": "validate_amendment"})
VALIDATED = "validated"
_BACK = "takes back "
_KEY = re.compile(r"[A-Z2-7]{26}")


def is_key(text: str | None) -> bool:
    """Whether a text is a wire key: what has none is a buyer's own, and its drafts are left to the buyer."""
    return _KEY.fullmatch(text or "") is not None


def takes_back(reference: str) -> str:
    """The description of what takes an order or a change back."""
    return f"{_BACK}{reference}"


def standing(amendments: Sequence[Row]) -> list[Row]:
    """Those that count: validated, not taken back, and no way back themselves."""
    undone = _undone(amendments)
    counted = [one for one in amendments if one["state"] == VALIDATED and not _names(one)]
    return [one for one in counted if CHANGE.reference(one["id"]) not in undone]


def is_taken_back(reference: str, amendments: Sequence[Row]) -> bool:
    """Whether an order, or a change of it, was."""
    return reference in _undone(amendments)


def is_way_back(amendment: Row) -> bool:
    """Whether it takes something back itself."""
    return bool(_names(amendment))


def on_the_way_back(reference: str, amendments: Sequence[Row]) -> list[int]:
    """What was begun to take an order or a change back, and not brought to its end."""
    return [one["id"] for one in amendments if one["state"] != VALIDATED and _names(one) == reference]


def revision(row: Row, *, without: str = "") -> int:
    """The revision of an order, from 1, or what it would be without the changes under a key.

    Every amendment is one, and every delivery that a buyer awaits no more after it was cancelled.
    """
    counted = standing(row["amendments."])
    ways_back = [one for one in row["amendments."] if one["state"] == VALIDATED and _is_of_change(_names(one))]
    undone = set(map(_names, ways_back))
    own = sum(one["description"] == without for one in counted) if without else 0
    ignored = sum(len(line["moves_ignored."]) for line in row["lines."])
    return 1 + int(row["revision"]) - len(ways_back) - len(undone) - own + ignored


def _undone(amendments: Sequence[Row]) -> set[str]:
    return {name for one in amendments if one["state"] == VALIDATED and (name := _names(one))}


def _names(amendment: Row) -> str:
    """The reference of what an amendment takes back; empty where it takes nothing back."""
    description: str = amendment["description"] or ""
    return description.removeprefix(_BACK) if description.startswith(_BACK) else ""


def _is_of_change(reference: str) -> bool:
    return CHANGE.record(reference) is not None
