"""Who stands behind a token, as the configuration knows it."""

from collections.abc import Mapping
from hashlib import sha256
from hmac import compare_digest

from canonical.memory import Person
from suture.tables import Someone


def digest(token: str) -> str:
    """What is kept of a token: its SHA-256, hex."""
    return sha256(token.encode()).hexdigest()


class People:
    """The register of people: `canonical.memory.Register` over the table `[people]`."""

    def __init__(self, people: Mapping[str, Someone]) -> None:
        self._people = dict(people)

    async def person(self, credential: str) -> Person | None:
        """The person whose token has this digest; every entry is compared, so that time tells nothing."""
        found = None
        for name, someone in self._people.items():
            if compare_digest(someone.token_sha256.encode(), credential.encode()):
                found = Person(person=name, roles=tuple(map(str, someone.roles)), limit=someone.limit)
        return found
