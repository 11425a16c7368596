"""Who may look: people with a role that reads, and the tokens that may only look."""

from collections.abc import Iterable
from hmac import compare_digest

from canonical.memory import Register
from suture.gateway.problem import no_such_person, not_permitted
from suture.people import digest

READING = {"reader", "operator", "supervisor"}
"""The roles that may look at every transaction; to own work items is no reason to."""


class Readers:
    """Checks the token that a request presents."""

    def __init__(self, register: Register, read_tokens: Iterable[str]) -> None:
        self._register = register
        self._read_tokens = tuple(token.encode() for token in read_tokens)

    async def check(self, token: str | None) -> None:
        """Return if who holds the token may read; `Refused` with 401 or 403 otherwise."""
        if not token:
            raise no_such_person()
        presented = digest(token)
        may_look = False
        for known in self._read_tokens:
            may_look |= compare_digest(known, presented.encode())
        person = await self._register.person(presented)
        if not may_look and person is None:
            raise no_such_person()
        if not may_look and person is not None and not READING & set(person.roles):
            raise not_permitted()
