"""Policy of ordering, receiving and paying: what a run of these processes carries."""

from canonical.model import Frozen
from canonical.purchasing.paying import PayingPolicy
from canonical.purchasing.receiving import ReceivingPolicy
from canonical.purchasing.replenishing import ReplenishingPolicy


class PurchasingPolicy(Frozen):
    """One part a process."""

    receiving: ReceivingPolicy = ReceivingPolicy()
    paying: PayingPolicy = PayingPolicy()
    replenishing: ReplenishingPolicy = ReplenishingPolicy()
