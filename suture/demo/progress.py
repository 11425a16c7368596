"""How far the day is, in one line: renewed in place on a terminal, now and then a new one where it is piped."""

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.status import Status

from suture.demo.standing import Seen

EVERY = 5.0


class ProgressLine:
    """Use as `with ProgressLine(console, of="uses") as progress:`; call it with the standings and the seconds spent."""

    def __init__(self, console: Console, *, of: str) -> None:
        self._console = console
        self._of = of
        self._status: Status | None = None
        self._told_at = -EVERY
        self._all_rest = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.pause()

    def __call__(self, standings: Sequence[Seen], spent: float) -> None:
        """Tell how many are closed, wait for a person, or are on their way."""
        closed = sum(standing.closed for standing in standings)
        waiting = sum(standing.quiet for standing in standings) - closed
        under_way = len(standings) - closed - waiting
        line = f"{self._of}: {closed} closed, {waiting} wait for a person, {under_way} on their way ({spent:.0f} s)"
        if self._console.is_terminal:
            if self._status is None:
                self._status = self._console.status(line)
                self._status.start()
            self._status.update(line)
        elif spent - self._told_at >= EVERY or spent < self._told_at or (under_way == 0 and not self._all_rest):
            self._told_at = spent
            self._console.print(f"  {line}")
        self._all_rest = under_way == 0

    def pause(self) -> None:
        """Take the line away, so that something else can be printed."""
        if self._status is not None:
            self._status.stop()
            self._status = None
