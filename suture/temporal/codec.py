"""Codec: what Temporal keeps of a payload is sealed with AES-256-GCM; a worker refuses a payload that came in clear.

The whole payload is sealed, its own metadata included. What stays outside (the encoding and the key's id) is
authenticated, so that a sealed payload can neither be altered nor relabelled.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec

from suture.keys import Keyring

ENCODING = b"binary/encrypted"
REFUSED = b"binary/refused"
KEY_ID = "encryption-key-id"
REASON = b"a payload in clear is refused here: send it through a codec that has this installation's keys"


class Codec(PayloadCodec):
    """Seals under the current key, opens under whichever key sealed.

    A payload in clear is marked as refused, not raised here: an error while an activation is decoded stops the whole
    run, so that anybody's plain signal would. Marked, it fails only what it was meant for, when that is converted.
    `permissive` takes it as it is: for the replayer, whose kept histories are in clear.
    """

    def __init__(self, keyring: Keyring, *, permissive: bool = False) -> None:
        self._keyring = keyring
        self._permissive = permissive

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Seal each payload."""
        return [seal(self._keyring, payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Open each payload; `SealBroken` where it was altered, or its key is gone."""
        return [self._opened(payload) for payload in payloads]

    def _opened(self, payload: Payload) -> Payload:
        if is_sealed(payload):
            return unseal(self._keyring, payload)
        return payload if self._permissive else Payload(metadata={"encoding": REFUSED}, data=REASON)


def is_sealed(payload: Payload) -> bool:
    """Whether this codec sealed it."""
    return payload.metadata.get("encoding") == ENCODING


def seal(keyring: Keyring, payload: Payload) -> Payload:
    """The payload sealed under the current key."""
    metadata = {"encoding": ENCODING, KEY_ID: keyring.current.encode()}
    return Payload(metadata=metadata, data=keyring.seal(payload.SerializeToString(), _place(metadata)))


def unseal(keyring: Keyring, payload: Payload) -> Payload:
    """The payload as it was before it was sealed; `SealBroken` where it cannot be opened."""
    return Payload.FromString(keyring.open(payload.data, _place(payload.metadata)))


def _place(metadata: Mapping[str, bytes]) -> bytes:
    """The metadata that stays outside, in one form."""
    return _joined(tuple(sorted(metadata.items())))


@lru_cache(maxsize=64)
def _joined(metadata: tuple[tuple[str, bytes], ...]) -> bytes:
    """Each part with its length. All that one key sealed has the same metadata."""
    parts = [part for key, value in metadata for part in (key.encode(), value)]
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)
