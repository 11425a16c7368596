"""Which plan a message gets, and which of its steps is due: set before the message comes, or after."""

import time
from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter

from sandbox.supplier.database import Database
from sandbox.supplier.plan import Plan, Step, usual
from sandbox.supplier.shapes import Message, OrderMessage

USUAL_PACE = 0.2
_STEP: TypeAdapter[Step] = TypeAdapter(Step)


class Plans:
    """Every verb is called inside a transaction. `pace`: seconds before a step that names none; without, it waits."""

    def __init__(self, database: Database) -> None:
        self._database = database
        said = database.value("SELECT value FROM settings WHERE name = 'pace'")
        self.pace: float | None = USUAL_PACE if said is None else float(said) if said else None

    def set_pace(self, seconds: float | None) -> None:
        """For the steps that are scheduled from now on."""
        text = "" if seconds is None else str(seconds)
        self._database.execute("INSERT OR REPLACE INTO settings VALUES ('pace', ?)", text)
        self.pace = seconds

    def add(self, plan: Plan) -> None:
        """For messages that come from now on."""
        self._database.insert("plans", {"plan": plan.model_dump_json(), "times": plan.times})

    def schedule(self, row: dict[str, Any], content: Message) -> None:
        """Take up the plan for a message that has come: the oldest that fits, else the usual one."""
        order_type = content.kind if isinstance(content, OrderMessage) else ""
        steps = usual(row["kind"], order_type)
        for kept in self._database.all("SELECT * FROM plans WHERE times > 0 ORDER BY n"):
            plan = Plan.model_validate_json(kept["plan"])
            if _fits(plan, row["kind"], content):
                self._database.execute("UPDATE plans SET times = times - 1 WHERE n = ?", kept["n"])
                steps = plan.steps
                break
        self.plan(row["ref"], steps)

    def plan(self, ref: str, steps: Sequence[Step]) -> None:
        """Put steps behind those that a message has."""
        for step in steps:
            self._database.insert("steps", {"ref": ref, "step": step.model_dump_json(), "due": None, "state": "open"})
        self._due(ref)

    def next(self, ref: str) -> tuple[int, Step] | None:
        """The next step of a message, whenever it is due."""
        return _read(self._database.one("SELECT * FROM steps WHERE ref = ? AND state = 'open' ORDER BY n", ref))

    def next_due(self) -> tuple[int, str, Step] | None:
        """The step that is due the longest."""
        row = self._database.one(
            "SELECT * FROM steps WHERE state = 'open' AND due IS NOT NULL AND due <= ? ORDER BY due, n", time.time()
        )
        found = _read(row)
        return (found[0], str(row["ref"]), found[1]) if row is not None and found is not None else None

    def done(self, n: int, ref: str) -> None:
        """A step was carried out; the one behind it has its time from now."""
        self._database.execute("UPDATE steps SET state = 'done' WHERE n = ?", n)
        self._due(ref)

    def fail(self, n: int, ref: str) -> None:
        """A step that cannot be carried out is passed over."""
        self._database.execute("UPDATE steps SET state = 'failed' WHERE n = ?", n)
        self._due(ref)

    def drop(self, ref: str) -> None:
        """Nothing more is done about a message."""
        self._database.execute("UPDATE steps SET state = 'dropped' WHERE ref = ? AND state = 'open'", ref)

    def listing(self) -> list[dict[str, Any]]:
        """Every step of every message."""
        return self._database.all("SELECT ref, step, due, state FROM steps ORDER BY n")

    def _due(self, ref: str) -> None:
        row = self._database.one("SELECT * FROM steps WHERE ref = ? AND state = 'open' ORDER BY n", ref)
        if row is None or row["due"] is not None:
            return
        after = _STEP.validate_json(row["step"]).after
        after = self.pace if after is None else after
        if after is not None:
            self._database.execute("UPDATE steps SET due = ? WHERE n = ?", time.time() + after, row["n"])


def _fits(plan: Plan, kind: str, content: Message) -> bool:
    parts = {line.buyer_part for line in content.lines}
    return (
        plan.message == kind
        and plan.number in (None, content.number)
        and plan.partner in (None, content.partner)
        and (plan.item is None or plan.item in parts)
    )


def _read(row: dict[str, Any] | None) -> tuple[int, Step] | None:
    return None if row is None else (int(row["n"]), _STEP.validate_json(row["step"]))
