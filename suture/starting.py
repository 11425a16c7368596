"""Starting: the payload of a new run, with the route and the policy that hold for its facility on the event's day."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from canonical.documents.basket_run import BasketRun, BasketStart
from canonical.documents.invoice_run import InvoiceRun
from canonical.documents.order_run import OrderRun
from canonical.documents.request_run import RequestRun, RequestStart
from canonical.documents.usage_run import UsageRun, UsageStart
from canonical.identity import (
    BASKET_PROCESS,
    INVOICE_PROCESS,
    ORDER_PROCESS,
    REQUEST_PROCESS,
    USE_PROCESS,
    RunName,
)
from canonical.run import RunContext
from canonical.start import Start
from suture.settings import Settings

STARTS: Mapping[str, tuple[type[BaseModel], type[BaseModel]]] = {
    USE_PROCESS: (UsageStart, UsageRun),
    ORDER_PROCESS: (Start[OrderRun], OrderRun),
    INVOICE_PROCESS: (Start[InvoiceRun], InvoiceRun),
    REQUEST_PROCESS: (RequestStart, RequestRun),
    BASKET_PROCESS: (BasketStart, BasketRun),
}
"""By process: what a run takes to start, and the closing state that the next run of its business key goes on from."""


class Starter:
    """Builds start payloads; raises `LookupError` for a facility or a day without a route."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __call__(
        self, name: RunName, correlation_id: str, closing: str | None, at: datetime, kept_in: str | None = None
    ) -> BaseModel:
        """The start of a run for an event of this time; a run that continues another keeps its route.

        What concerns an order that `kept_in` keeps goes by the routes of the last day on which that was the facility's.
        """
        facility = self._settings.facilities[name.facility]
        day = at.astimezone(ZoneInfo(facility.timezone)).date()
        if kept_in is not None:
            day = facility.served_last("procurement", kept_in, day) or day
        starts_with, goes_on_from = STARTS[name.process]
        state: Any = None if closing is None else goes_on_from.model_validate_json(closing)
        if isinstance(state, RequestRun) and not state.for_the_next_need().ledgers:
            # A need comes again under the same name for years. With nothing open it is a new one, and goes by its day.
            state = state.model_copy(update={"route": ()})
        route = state.route if state is not None and state.route else self._settings.route(name.facility, day)
        if isinstance(state, RequestRun):
            state = state.model_copy(update={"route": route})
        context = RunContext(
            name=name,
            correlation_id=correlation_id,
            currency=facility.currency,
            route=route,
        )
        policy = self._settings.policy_for(name.facility, name.process)
        return starts_with.model_validate({"context": context, "policy": policy, "closing": state})
