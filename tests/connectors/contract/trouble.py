"""What can befall a call, whoever is called: which leaf it must be told by, and whether it was applied all the same."""

from collections.abc import Mapping
from enum import StrEnum

from canonical.errors import BusinessRefusal, Failure, NotPermitted, Transient, Uncertain


class Trouble(StrEnum):
    """A fault between asking and hearing. What is `late` is applied after all, once the same call comes again."""

    refused = "refused"
    not_permitted = "not-permitted"
    slowed_down = "slowed-down"
    away = "away"
    broken_before = "broken-before"
    broken_after = "broken-after"
    cut_before = "cut-before"
    cut_after = "cut-after"
    garbled = "garbled"
    late = "late"
    stalled_before = "stalled-before"
    stalled_after = "stalled-after"


STALLS: Mapping[Trouble, int] = {Trouble.stalled_before: 3, Trouble.stalled_after: 60}
"""For so many seconds a stalled call is held up; whoever asks may be gone by then."""

ASKED_TO_WAIT = (Trouble.slowed_down, Trouble.away)
WAIT_SECONDS = 7
"""For so long a system asks to be left alone where it asks for it."""
OF_A_WRITE: Mapping[Trouble, tuple[type[Failure], int]] = {
    Trouble.refused: (BusinessRefusal, 0),
    Trouble.not_permitted: (NotPermitted, 0),
    Trouble.slowed_down: (Transient, 0),
    Trouble.away: (Transient, 0),
    Trouble.broken_before: (Uncertain, 0),
    Trouble.broken_after: (Uncertain, 1),
    Trouble.cut_before: (Uncertain, 0),
    Trouble.cut_after: (Uncertain, 1),
    Trouble.garbled: (Uncertain, 1),
    Trouble.late: (Uncertain, 0),
    Trouble.stalled_before: (Uncertain, 0),
    Trouble.stalled_after: (Uncertain, 1),
}
"""The leaf, and how many documents a look-up finds at once."""

OF_A_READ: Mapping[Trouble, type[Failure]] = {
    Trouble.not_permitted: NotPermitted,
    Trouble.slowed_down: Transient,
    Trouble.away: Transient,
    Trouble.broken_after: Transient,
    Trouble.cut_after: Transient,
    Trouble.garbled: Transient,
}
