"""What a sandbox system was asked, in order, from its own log of requests."""

from collections.abc import Iterable
from dataclasses import dataclass

from tests.chaos.uses import SEARCHES
from tests.support.engine import Engine
from tests.support.sandbox import SandboxSystem


@dataclass(frozen=True)
class Request:
    """One request as its system logged it; `at` in seconds, `status` none where no answer was sent."""

    sequence: int
    at: float
    operation: str
    key: str
    query: str
    fault: str
    status: int | None

    def writes(self, operation: str, wire: str) -> bool:
        """Whether it is this write, under this key."""
        return self.operation == operation and self.key == wire


async def requests(engine: Engine, system: SandboxSystem) -> list[Request]:
    """Everything that the system was asked so far."""
    answer = await engine.order(system, "requests", method="GET")
    return [
        Request(
            sequence=row["seq"] if "seq" in row else row["sequence"],
            at=row["receivedAt"] if "receivedAt" in row else row["received_at"],
            operation=row["operation"] or "",
            key=row["key"] or "",
            query=row["query"],
            fault=row["fault"] or "",
            status=row["status"],
        )
        for row in answer["requests"]
    ]


def told_of(log: Iterable[Request], *, system: str, operation: str, wire: str, sought: str) -> list[str]:
    """The story of one key: `write`, and each `look-up` that was answered, in the order in which they came."""
    story = []
    for request in log:
        if request.writes(operation, wire):
            story.append("write")
        elif request.operation == SEARCHES[system] and sought in request.query and request.status == 200:
            story.append("look-up")
    return story


def repeated_blindly(story: list[str]) -> bool:
    """Whether a write was sent again without a look-up in between."""
    return any(story[place : place + 2] == ["write", "write"] for place in range(len(story)))
