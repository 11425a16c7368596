"""The hospital's day: every use that is played, in the order of the table at the end."""

from suture.demo.corrections import AMENDED, CORRECTED, EARLY
from suture.demo.morning import MORNING
from suture.demo.questions import ABANDONED, AGAIN, BY_HAND, CABINET, PEOPLE
from suture.demo.uses import Use
from suture.demo.wire import WIRE

USES: tuple[Use, ...] = (*MORNING, *PEOPLE, *AGAIN, CABINET, ABANDONED, BY_HAND, *WIRE, *CORRECTED, EARLY, AMENDED)
BY_NUMBER = {use.number: use for use in USES}
