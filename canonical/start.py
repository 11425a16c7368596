"""Start: what starts a run of any process: who it is, the policy that applies, and the state that it goes on from."""

from typing import Generic, TypeVar

from canonical.carried import Carried
from canonical.model import Frozen
from canonical.policy import Policy
from canonical.run import RunContext

S = TypeVar("S", bound=Frozen)


class Start(Frozen, Generic[S]):
    """`closing` comes from a run that has closed; with `carried` it comes from this very run, which had grown long."""

    context: RunContext
    policy: Policy
    closing: S | None = None
    carried: Carried | None = None
