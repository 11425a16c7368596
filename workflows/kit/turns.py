"""Turns: the ways in which the telling of a run is interrupted, and how what was begun is brought to its end."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

from temporalio import workflow

from canonical.documents.work_item import Resolution


class Turned(Exception):
    """Something heard or corrected changed what is to be done: the run tells its story again from what it now knows."""


class Abandoned(Exception):
    """A person gave up a step: what is posted stays, the rest is left to a work item."""

    def __init__(self, step: str, resolution: Resolution) -> None:
        super().__init__(step)
        self.step = step
        self.resolution = resolution


class DoneByHand(Exception):
    """A person did the step by hand, under the reference given."""

    def __init__(self, reference: str, reason: str) -> None:
        super().__init__(reference)
        self.reference = reference
        self.reason = reason


async def together(*steps: Awaitable[None]) -> None:
    """Run steps side by side; when one ends badly, wait for its siblings to settle, then raise the gravest."""
    outcomes = await asyncio.gather(*steps, return_exceptions=True)
    failures = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    for kind in (asyncio.CancelledError, Abandoned, Turned, BaseException):
        for failure in failures:
            if isinstance(failure, kind):
                raise failure


async def joined(work: Callable[[], Mapping[str, Callable[[], Coroutine[Any, Any, None]]]]) -> None:
    """Run what there is to do side by side, by name, and what is added meanwhile; ends as `together` does."""
    begun: dict[str, asyncio.Task[None]] = {}

    def ended_badly() -> bool:
        return any(task.done() and (task.cancelled() or task.exception() is not None) for task in begun.values())

    def added() -> bool:
        return any(name not in begun for name in work())

    while added() and not ended_badly():
        begun.update({name: asyncio.create_task(do()) for name, do in work().items() if name not in begun})
        try:
            await workflow.wait_condition(
                lambda: added() or ended_badly() or all(task.done() for task in begun.values())
            )
        except asyncio.CancelledError:
            for task in begun.values():
                task.cancel()
            break
    await together(*begun.values())


async def to_the_end(work: Coroutine[Any, Any, None]) -> None:
    """Finish the work whatever cancels us meanwhile: a cancel must not cut an undo list short."""
    task = asyncio.create_task(work)
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.done():
                break
    task.result()
