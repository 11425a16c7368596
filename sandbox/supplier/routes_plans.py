"""The control of the partners: what they are to do, when they go on, and what they sent. Not part of the exchange's API."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from sandbox.supplier.errors import VendorError
from sandbox.supplier.papers import Dealing
from sandbox.supplier.plan import Form, MessageKind, Plan, Step, Word
from sandbox.supplier.system import System


class Advance(Form):
    """Carry out the next steps about the message of a number now, whenever they were due."""

    number: Word
    message: MessageKind = "orders"
    steps: Annotated[int, Field(ge=1, le=1000)] = 1


class StepNow(Form):
    """One step now: about the message of a number, or about none, from a partner to an account."""

    step: Step
    message: MessageKind = "orders"
    number: Word | None = None
    partner: Word | None = None
    account: Word = "70010"


class Pace(Form):
    """Seconds before each step that names none; none: nothing goes on by itself."""

    seconds: Annotated[float, Field(ge=0, le=3600)] | None


class KeyLife(Form):
    """How long a key is kept."""

    seconds: Annotated[float, Field(ge=0, le=1e9)]


def plan_routes(system: System) -> APIRouter:
    router = APIRouter(prefix="/_control", include_in_schema=False)

    @router.post("/plans", status_code=201)
    async def set_plan(plan: Plan) -> dict[str, Any]:
        """For the next message that it fits; where it names one that is here already, in place of the steps left."""
        with system.database.transaction():
            row = system.dealings.standing(plan.number, kind=plan.message) if plan.number else None
            if row is None:
                system.plans.add(plan)
                return {"for": None}
            system.plans.drop(row["ref"])
            system.plans.plan(row["ref"], plan.steps)
            return {"for": row["ref"]}

    @router.get("/plans")
    async def list_steps() -> dict[str, Any]:
        return {"steps": system.plans.listing()}

    @router.post("/advance")
    async def advance(body: Advance) -> dict[str, Any]:
        row = _standing(system, body.message, body.number)
        return {"papers": system.player.advance(row["ref"], steps=body.steps)}

    @router.post("/steps", status_code=201)
    async def step_now(body: StepNow) -> dict[str, Any]:
        if body.number is not None:
            dealing = system.player.dealing(_standing(system, body.message, body.number)["ref"])
        elif body.partner is not None:
            dealing = Dealing(partner=body.partner, account=body.account)
            system.papers.parties(dealing)
        else:
            raise VendorError(422, "not-valid", "a number or a partner is needed", "number")
        with system.database.transaction():
            return {"paper": system.player.carry_out(body.step, dealing)}

    @router.post("/pace")
    async def set_pace(body: Pace) -> dict[str, Any]:
        with system.database.transaction():
            system.plans.set_pace(body.seconds)
        return {"seconds": body.seconds}

    @router.post("/keys")
    async def set_key_life(body: KeyLife) -> dict[str, Any]:
        with system.database.transaction():
            system.desk.set_key_life(body.seconds)
        return {"seconds": body.seconds}

    @router.get("/papers")
    async def list_papers(
        number: Annotated[str | None, Query()] = None, kind: Annotated[str | None, Query()] = None
    ) -> dict[str, Any]:
        """What was sent, and what shipments really hold, by the buyer's number or the kind of paper."""
        return {"papers": system.papers.listing(number=number, kind=kind)}

    return router


def _standing(system: System, kind: str, number: str) -> dict[str, Any]:
    row = system.dealings.standing(number, kind=kind)
    if row is None:
        raise VendorError(404, "not-there", f"there is no message {number} that stands among the {kind}", "number")
    return row
