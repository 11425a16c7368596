"""Which policy a facility's runs go by, as the configuration of this process knows it."""

from canonical.policy import Policy
from suture.settings import Settings


class Policies:
    """`canonical.memory.Policies` over the settings."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def policy(self, facility: str, process: str) -> Policy | None:
        """The slice of a facility and a process; none where the configuration has no such facility."""
        return self._settings.policy_for(facility, process) if facility in self._settings.facilities else None
