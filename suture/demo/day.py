"""The hospital's day: every use that is played, in the order of the table at the end."""

from suture.demo.corrections import AMENDED, CLOSED_SINCE, CORRECTED, EARLY, PAID
from suture.demo.morning import MORNING
from suture.demo.questions import (
    ABANDONED,
    AGAIN,
    BY_HAND,
    CABINET,
    CANCELLED,
    GARBLED,
    LOST,
    PEOPLE,
    RETOLD,
)
from suture.demo.uses import Use
from suture.demo.wire import WIRE

SINGLE = (CABINET, ABANDONED, BY_HAND, LOST, CANCELLED, RETOLD, GARBLED)
LATER = (*CORRECTED, EARLY, AMENDED, CLOSED_SINCE, PAID)
USES: tuple[Use, ...] = (*MORNING, *PEOPLE, *AGAIN, *SINGLE, *WIRE, *LATER)
BY_NUMBER = {use.number: use for use in USES}
