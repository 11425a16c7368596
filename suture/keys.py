"""The engine's own keys: AES-256-GCM keys that rotate, two HMAC keys that stay, in a file only its owner can read."""

import base64
import binascii
import fcntl
import hmac
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import AwareDatetime, Field, PlainSerializer, PrivateAttr, SecretBytes, ValidationError, model_validator
from pydantic import BeforeValidator as Before

from canonical.model import Frozen
from suture.secret_files import UnfitSecretFile, check_secret_file

KEY_BYTES = 32
NONCE_BYTES = 12
FORM = 1
LOST = "is its volume mounted? else restore it from its backup; only for a new installation: suture keys make"


class KeysError(Exception):
    """The key file is missing, unfit or damaged: what is wrong with it, and what to do."""

    def __init__(self, what: str, *, do: str = "") -> None:
        super().__init__("; ".join(filter(None, (what, do))))
        self.what = what
        self.do = do


class SealBroken(Exception):
    """Sealed bytes that no key of ours opens: changed, cut, moved to another place, or their key is gone."""


def _from_text(value: object) -> object:
    try:
        return base64.b64decode(value, validate=True) if isinstance(value, str) else value
    except binascii.Error:
        raise ValueError("expected base64") from None


def _to_text(value: SecretBytes) -> str:
    return base64.b64encode(value.get_secret_value()).decode()


Key = Annotated[
    SecretBytes,
    Field(min_length=KEY_BYTES, max_length=KEY_BYTES),
    Before(_from_text),
    PlainSerializer(_to_text, when_used="json"),
]


class SealingKey(Frozen):
    """One AES-256-GCM key. Its id stands in clear in whatever it sealed."""

    id: str = Field(pattern=r"^[0-9a-f]{8}$")
    made: AwareDatetime
    key: Key

    @classmethod
    def make(cls) -> Self:
        """A new random key."""
        return cls(id=secrets.token_hex(4), made=datetime.now(UTC), key=SecretBytes(secrets.token_bytes(KEY_BYTES)))


class Keyring(Frozen):
    """All keys of one installation. Sealing uses `current`; opening uses whichever key sealed.

    The token and fingerprint keys never rotate: a token must stay the same for the same value, for as long as any
    document carries it.
    """

    current: str
    sealing: tuple[SealingKey, ...] = Field(min_length=1)
    tokens: Key
    fingerprints: Key

    _path: Path | None = PrivateAttr(default=None)
    _ciphers: dict[str, AESGCM] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _current_is_there(self) -> Self:
        ids = [key.id for key in self.sealing]
        if self.current not in ids or len(set(ids)) < len(ids):
            raise ValueError("expected key ids to differ, and current to be one of them")
        return self

    def model_post_init(self, _context: object) -> None:
        """Prepare one cipher per key."""
        self._ciphers.update({key.id: AESGCM(key.key.get_secret_value()) for key in self.sealing})

    @classmethod
    def make(cls) -> Self:
        """A keyring of new random keys."""
        first = SealingKey.make()
        tokens, fingerprints = (SecretBytes(secrets.token_bytes(KEY_BYTES)) for _ in range(2))
        return cls(current=first.id, sealing=(first,), tokens=tokens, fingerprints=fingerprints)

    def rotated(self) -> Self:
        """The keyring with a new current key; the older ones still open what they sealed."""
        new = SealingKey.make()
        sealing = (*self.sealing, new)
        return type(self)(current=new.id, sealing=sealing, tokens=self.tokens, fingerprints=self.fingerprints)

    def seal(self, clear: bytes, aad: bytes) -> bytes:
        """Form, key id, nonce, ciphertext with tag. `aad` names the place, so that a sealed value cannot be moved."""
        head = bytes([FORM]) + bytes.fromhex(self.current)
        nonce = secrets.token_bytes(NONCE_BYTES)
        return head + nonce + self._ciphers[self.current].encrypt(nonce, clear, head + aad)

    def open(self, sealed: bytes, aad: bytes) -> bytes:
        """The clear bytes; `SealBroken` if no key of ours opens them in this place."""
        head, nonce, text = sealed[:5], sealed[5 : 5 + NONCE_BYTES], sealed[5 + NONCE_BYTES :]
        if len(text) < 16 or head[0] != FORM:
            raise SealBroken("expected bytes that this engine sealed")
        try:
            return self.cipher(head[1:].hex()).decrypt(nonce, text, head + aad)
        except InvalidTag:
            raise SealBroken("the sealed bytes were changed, or belong to another place") from None

    def cipher(self, key_id: str) -> AESGCM:
        """The cipher of a key id. One that is unknown is looked for in the file: another process may have rotated."""
        if key_id not in self._ciphers and self._path is not None:
            self._ciphers.update(load(self._path)._ciphers)
        if key_id not in self._ciphers:
            raise SealBroken("sealed under a key that the key file no longer holds")
        return self._ciphers[key_id]

    def token_digest(self, text: str) -> bytes:
        """HMAC-SHA-256 under the token key."""
        return hmac.digest(self.tokens.get_secret_value(), text.encode(), "sha256")

    def fingerprint(self, content: bytes) -> str:
        """HMAC-SHA-256 under the fingerprint key, in hex."""
        return hmac.digest(self.fingerprints.get_secret_value(), content, "sha256").hex()


def load(path: Path) -> Keyring:
    """Read the key file; `KeysError` where it is missing, readable by others, or damaged."""
    try:
        check_secret_file(path)
    except UnfitSecretFile as unfit:
        # New keys beside what older ones sealed would close all of it for good: making some is never the first advice.
        raise KeysError(f"the engine's keys: {unfit}", do="" if path.exists() else LOST) from None
    try:
        keyring = Keyring.model_validate_json(path.read_bytes())
    except ValidationError as invalid:
        # Locations only: the input of a validation error here is key material.
        where = ", ".join(sorted({".".join(map(str, error["loc"])) or "file" for error in invalid.errors()}))
        raise KeysError(f"the engine's keys: {path} is damaged ({where})", do="restore it from its backup") from None
    keyring._path = path
    return keyring


def make_keys(path: Path) -> Keyring:
    """Write a new key file; `KeysError` where there is one, because what it sealed could never be opened again."""
    _check_absent(path)
    with _rewriting(path):
        _check_absent(path)
        _write(path, Keyring.make())
    return load(path)


def _check_absent(path: Path) -> None:
    if path.is_dir():
        raise KeysError(
            f"expected the name of a new key file, {path} is a folder", do=f"name a file in it: {path}/NAME"
        )
    if path.exists():
        raise KeysError(f"{path} exists", do="to add a key to it: suture keys rotate")


def rotate(path: Path) -> Keyring:
    """Add a key and make it current. Processes that run already seal under the old one until they start again."""
    load(path)
    with _rewriting(path):
        _write(path, load(path).rotated())
    return load(path)


def _beside(path: Path, what: str) -> Path:
    return path.with_name(f"{path.name}.{what}")


@contextmanager
def _rewriting(path: Path) -> Iterator[None]:
    """Hold the right to rewrite the file: two rotations at once would lose one's key."""
    try:
        lock = os.open(_beside(path, "lock"), os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise KeysError(f"cannot write beside {path}: {error.strerror}") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _write(path: Path, keyring: Keyring) -> None:
    """Replace the file as a whole, and be sure that it reached the disk: losing a key loses all that it sealed."""
    new = _beside(path, "new")
    new.unlink(missing_ok=True)
    with open(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(keyring.model_dump_json(indent=1).encode())
        file.flush()
        os.fsync(file.fileno())
    os.replace(new, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
