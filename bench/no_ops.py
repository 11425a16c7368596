"""What the bare workflow carries and calls: parcels of the sizes of usage-to-charge, activities that do nothing."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from pydantic import BaseModel, ConfigDict
from temporalio import activity

SYSTEMS = ("inventory", "billing", "erp")
QUEUE = "bare-transactions"


_TEXT = "".join(
    f"facility: NORTH, number: {line * 7919 % 10007}, location: OR-{line % 9}, lot: L{line * 31 % 977}, "
    f"cost centre: {4100 + line % 70}, token: {sha256(str(line).encode()).hexdigest()[:26]}; "
    for line in range(30)
)
"""Compresses as documents do: the SDK compresses what it sends, and a row of equal letters would cost nothing."""


class Parcel(BaseModel):
    """A payload of a plausible size that says nothing."""

    model_config = ConfigDict(frozen=True)

    number: str
    filler: str


def parcel(number: str, size: int) -> Parcel:
    """A parcel of about so many bytes of JSON."""
    return Parcel(number=number, filler=_TEXT[: max(0, size - len(number) - 25)])


def bare_queue(system: str) -> str:
    """The queue of a system's calls, in the bare workflow."""
    return f"bare-system-{system}"


@activity.defn(name="bare.look-up")
async def look_up(order: Parcel) -> Parcel:
    """Answer what a look-up answers, in size."""
    return parcel(order.number, 300)


@activity.defn(name="bare.write")
async def write(order: Parcel) -> Parcel:
    """Answer what a write answers, in size."""
    return parcel(order.number, 85)


@activity.defn(name="bare.note")
async def note(order: Parcel) -> Parcel:
    """Answer what a note to the store answers, in size."""
    return parcel(order.number, 75)


def calls() -> tuple[Callable[..., Any], ...]:
    """What the worker of one system's queue registers."""
    return (look_up, write)
