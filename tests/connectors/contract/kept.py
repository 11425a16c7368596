"""A ledger under test: writes, looks up and takes back under keys of the test's own."""

from datetime import date
from hashlib import sha256
from uuid import uuid4

from canonical.effect import Found, Posted
from canonical.identity import undo_key, wire_key
from canonical.ports import System
from canonical.standing import Traced, next_to_take_back, trace
from tests.connectors.contract.ledgers import ledger_of
from tests.connectors.contract.peer import Peer, Sample, Variant, Verb
from tests.connectors.contract.trouble import Trouble

RUN = uuid4().hex
"""A system that outlives the tests knows the keys and numbers of earlier ones."""

ON = date(2026, 12, 1)
"""The day on which everything is taken back."""


class Kept:
    """Keys are named by what they are for; `key` and `undo` make them as the engine does."""

    def __init__(self, peer: Peer, system: System, ledger: str, *, test: str) -> None:
        self.peer = peer
        self.system = system
        self.name = ledger
        self.book = ledger_of(system, ledger)
        self._test = sha256(f"{RUN}:{test}".encode()).hexdigest()[:10].upper()

    def key(self, of: str) -> str:
        """The idempotency key of a write."""
        return f"{self._test}:{of}:1"

    async def sample(self, of: str = "x", variant: Variant = Variant.plain) -> Sample:
        """A document that nobody else has."""
        return await self.peer.sample(self.system, self.name, f"N{self._test}{of}", variant)

    async def write(self, sample: Sample, of: str = "x") -> Posted:
        """Write it under the key of this name."""
        return await self.book.write(sample.document, wire_key(self.key(of)))

    async def written(self, of: str = "x") -> tuple[Sample, Posted]:
        """A plain document that is written, and posted by now."""
        sample = await self.sample(of)
        posted = await self.write(sample, of)
        await self.peer.settle()
        return sample, posted

    async def undo(self, posted: Posted | Found) -> Posted:
        """Take it back under the key that belongs to it."""
        return await self.book.undo(posted.reference, ON, wire_key(undo_key(self.key("x"), posted.reference)))

    async def find(self, *of: str) -> tuple[Found, ...]:
        """What is found under the keys of these names."""
        return await self.book.find([wire_key(self.key(each)) for each in of or ("x",)])

    async def traced(self) -> tuple[Traced, ...]:
        """The documents under the key, each with what took it back, as the engine ties them together."""
        found: list[Found] = []
        asked = [self.key("x")]
        while asked:
            known = {wire_key(key): key for key in asked}
            some = await self.book.find(list(known))
            found += some
            asked = [undo_key(known[one.wire_key], one.reference) for one in some] if self.book.beside else []
        return trace([self.key("x")], found)

    async def counts(self) -> int:
        """How many documents count under the key."""
        return sum(one.counts for one in await self.traced())

    async def mend(self, *, expected: int) -> None:
        """Take back, as the engine does, whatever must go so that so many stand."""
        while one := next_to_take_back(await self.traced(), key=self.key("x"), expected=expected):
            await self.book.undo(one.found.reference, ON, wire_key(one.undo))

    async def trouble(self, verb: Verb, trouble: Trouble) -> None:
        """Let the next such call meet with trouble."""
        self.peer.troubled = True
        await self.peer.trouble(self.name, verb, trouble)
