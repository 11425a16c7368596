"""Faults set by control: queued by operation, each used once, in order."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal[
    "refuse", "stall_before", "stall_after", "apply_late", "429", "500_before", "500", "503", "malformed",
    "cut_before", "cut", "refuse_unauthorized",
]  # fmt: skip


class Fault(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    operation: str
    kind: Kind
    count: Annotated[int, Field(ge=1, le=100_000)] = 1
    seconds: Annotated[float, Field(ge=0, le=3600)] | None = None
    status: Annotated[int, Field(ge=400, le=599)] | None = None
    retry_after: Annotated[int, Field(ge=0, le=3600)] | None = None
    key_contains: str | None = None
    text: Annotated[str, Field(max_length=2000)] | None = None
    """What a refusal says, in place of its usual words."""

    def hits(self, operation: str | None, key: str | None) -> bool:
        return operation == self.operation and (self.key_contains is None or self.key_contains in (key or ""))


class Faults:
    def __init__(self) -> None:
        self.left: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self.left.append(fault)

    def take(self, operation: str | None, key: str | None) -> Fault | None:
        for place, fault in enumerate(self.left):
            if fault.hits(operation, key):
                left = [fault.model_copy(update={"count": fault.count - 1})] if fault.count > 1 else []
                self.left[place : place + 1] = left
                return fault
        return None

    def clear(self) -> None:
        self.left.clear()
