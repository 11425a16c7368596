"""Policy of paying: how an invoice is matched, how long it may wait for its goods, and what becomes of a difference."""

from datetime import timedelta

from canonical.clock import Clock
from canonical.documents.document import Code
from canonical.matching.policy import MatchPolicy
from canonical.model import Frozen


class PayingPolicy(Frozen):
    """`receipt`: an invoice whose goods nobody has received. `match` holds the tolerances, and who may override them.

    What is short-paid is asked back by debit memo, but from `rebilled_by`: suppliers who credit and rebill by themselves.
    """

    match: MatchPolicy = MatchPolicy()
    rebilled_by: tuple[Code, ...] = ()
    receipt: Clock = Clock(look_again=timedelta(hours=6), overdue=timedelta(days=2))
