"""Clock: how long something awaited may take."""

from datetime import timedelta

from canonical.model import Frozen


class Clock(Frozen):
    """How often something awaited is asked for, and when its absence becomes a work item."""

    look_again: timedelta
    overdue: timedelta
