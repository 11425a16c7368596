"""Starting: the payload of a new run, with the route and the policy that hold for its facility on the event's day."""

from datetime import datetime
from zoneinfo import ZoneInfo

from canonical.documents.usage_run import UsageRun, UsageStart
from canonical.identity import RunName
from canonical.run import RunContext
from suture.settings import Settings


class Starter:
    """Builds start payloads; raises `LookupError` for a facility or a day without a route."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __call__(self, name: RunName, correlation_id: str, closing: str | None, at: datetime) -> UsageStart:
        """The start of a run for an event of this time; a run that continues another keeps its route."""
        facility = self._settings.facilities[name.facility]
        day = at.astimezone(ZoneInfo(facility.timezone)).date()
        state = None if closing is None else UsageRun.model_validate_json(closing)
        route = state.route if state is not None and state.route else self._settings.route(name.facility, day)
        context = RunContext(
            name=name,
            correlation_id=correlation_id,
            currency=facility.currency,
            route=route,
        )
        return UsageStart(context=context, policy=self._settings.policy_for(name.facility), closing=state)
