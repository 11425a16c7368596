"""Who stands behind a token, as the configuration knows it, and for whom they decide now."""

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from hmac import compare_digest
from typing import Protocol

from canonical.memory import Person
from suture.tables import Someone


def digest(token: str) -> str:
    """What is kept of a token: its SHA-256, hex."""
    return sha256(token.encode()).hexdigest()


class Deputies(Protocol):
    """Who decides for somebody that is absent; the store has it."""

    async def absent_for(self, deputy: str, *, at: datetime) -> tuple[str, ...]: ...


class People:
    """The register of people: `canonical.memory.Register` over the table `[people]`, and the store's delegations."""

    def __init__(self, people: Mapping[str, Someone], deputies: Deputies | None = None) -> None:
        self._people = dict(people)
        self._deputies = deputies

    async def person(self, credential: str) -> Person | None:
        """The person whose token has this digest; every entry is compared, so that time tells nothing."""
        found = None
        for name, someone in self._people.items():
            if compare_digest(someone.token_sha256.encode(), credential.encode()):
                found = _person(name, someone)
        if found is None or self._deputies is None:
            return found
        absent = await self._deputies.absent_for(found.person, at=datetime.now(UTC))
        in_place_of = tuple(_person(name, self._people[name]) for name in absent if name in self._people)
        return found.model_copy(update={"in_place_of": in_place_of})


def _person(name: str, someone: Someone) -> Person:
    return Person(
        person=name,
        roles=tuple(map(str, someone.roles)),
        limit=someone.limit,
        cost_centres=someone.cost_centres,
        approval_limit=someone.approval_limit,
    )
