"""Converter: pydantic models to payloads and back, and what happens to a payload that cannot be taken."""

import asyncio
from collections.abc import Sequence
from typing import Any, Self

from pydantic import ValidationError
from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import (
    ActivitySerializationContext,
    CompositePayloadConverter,
    EncodingPayloadConverter,
    PayloadConverter,
    SerializationContext,
)

from suture.temporal.codec import REFUSED


class PlainPayloadRefused(Exception):
    """A payload came in clear to a process that takes sealed ones only."""


class UnfitAnswer(Exception):
    """An activity's answer does not have the form that the run expects: the run pauses until a fix is deployed."""


class _Refused(EncodingPayloadConverter):
    """Raises where a payload that the codec has refused is about to be used."""

    @property
    def encoding(self) -> str:
        """The encoding that marks a refused payload."""
        return REFUSED.decode()

    def to_payload(self, value: Any) -> Payload | None:
        """Nothing is ever written in this encoding."""
        return None

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:
        """Refuse."""
        raise PlainPayloadRefused(payload.data.decode())


class _OfAnActivity(PayloadConverter):
    """What passes between a run and an activity. An unfit answer must not fail the run: nothing would be undone."""

    def __init__(self, inner: PayloadConverter) -> None:
        self._inner = inner

    def to_payloads(self, values: Sequence[Any]) -> list[Payload]:
        """As for every payload."""
        return self._inner.to_payloads(values)

    def from_payloads(self, payloads: Sequence[Payload], type_hints: list[type] | None = None) -> list[Any]:
        """As for every payload, but with an error that stops the task and not the run."""
        try:
            return self._inner.from_payloads(payloads, type_hints)
        except (ValidationError, PlainPayloadRefused) as unfit:
            raise UnfitAnswer("an activity's answer does not have the form that the run expects") from unfit


_CONVERTERS = (*PydanticPayloadConverter().converters.values(), _Refused())
"""Shared: the SDK makes a converter for every task, and each would prepare the models' type adapters anew."""


class Converter(CompositePayloadConverter):
    """Pydantic's converter, with the two rules above."""

    def __init__(self) -> None:
        super().__init__(*_CONVERTERS)

    def with_context(self, context: SerializationContext) -> Self:
        """In a run, answers of activities are taken by their own rule; everywhere else nothing depends on context."""
        if isinstance(context, ActivitySerializationContext) and _for_a_run():
            return _OfAnActivity(self)  # type: ignore[return-value]  # the SDK uses it as a PayloadConverter only
        return self


def _for_a_run() -> bool:
    """Whether a run asks, and not the worker's loop on behalf of the activity itself: there an unfit order just fails.

    Answers are converted while an activation is applied: in a thread of its own, before the run's loop turns.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return True
    return workflow.in_workflow()
