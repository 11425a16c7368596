"""The vault: keyed tokens that stand for patients' numbers, and the sealed values behind; every look is audited."""

import unicodedata
from base64 import b32encode
from collections.abc import Sequence as Many
from datetime import UTC, datetime

from pydantic import SecretStr
from sqlalchemy import Connection, bindparam, select
from sqlmodel import Field

from canonical.memory import TokenKind
from canonical.model import Frozen
from suture.keys import Keyring
from suture.store.audit import Audit
from suture.store.columns import UtcTime
from suture.store.database import Database
from suture.store.row import Row, table_of


class VaultRow(Row, table=True):
    """A token and its value, sealed."""

    __tablename__ = "vault"

    token: str = Field(primary_key=True)
    kind: str
    sealed: bytes
    made_at: datetime = Field(sa_type=UtcTime)


VAULT = table_of(VaultRow)


class Tokenised(Frozen):
    """A token just made, with the value that it stands for, until both are stored."""

    token: str
    kind: TokenKind
    value: SecretStr


class Vault:
    """Makes tokens and turns them back."""

    def __init__(self, database: Database, keyring: Keyring, audit: Audit) -> None:
        self._database = database
        self._keyring = keyring
        self._audit = audit
        add = database.insert(VAULT).on_conflict_do_nothing()
        self._add = database.prepare(add, ("token", "kind", "sealed", "made_at"))
        self._find = database.prepare(select(VAULT.c.sealed).where(VAULT.c.token == bindparam("token")))

    def token(self, kind: TokenKind, value: str) -> Tokenised:
        """The token of a value, not stored yet.

        Only the form of writing is made one (Unicode compatibility form, outer blanks). Letter case is kept: two tokens
        for one patient cost a question, one token for two patients would charge the wrong one.
        """
        clear = unicodedata.normalize("NFKC", value).strip()
        if not clear:
            raise ValueError("expected a value to make a token of")
        digest = self._keyring.token_digest(f"{kind}:{clear}")
        return Tokenised(token=f"{kind}_{b32encode(digest).decode()[:26]}", kind=kind, value=SecretStr(clear))

    def keep(self, connection: Connection, made: Tokenised, *, at: datetime) -> None:
        """Store what a token stands for, within a transaction of others."""
        sealed = self._keyring.seal(made.value.get_secret_value().encode(), _place(made.token))
        self._add.run(connection, {"token": made.token, "kind": made.kind, "sealed": sealed, "made_at": at})

    async def tokenise(self, kind: TokenKind, value: str) -> str:
        """The token of a value, made (keyed hash) and kept sealed where it is new."""
        made = self.token(kind, value)
        await self._database.write(lambda connection: self.keep(connection, made, at=datetime.now(UTC)))
        return made.token

    async def reveal(self, token: str, *, purpose: str, correlation_id: str) -> str:
        """The clear value; `KeyError` for a token that the vault never made. Audited before it is answered."""
        (clear,) = await self.reveal_all((token,), purpose=purpose, correlation_id=correlation_id)
        return clear

    async def reveal_all(self, tokens: Many[str], *, purpose: str, correlation_id: str) -> tuple[str, ...]:
        """The clear values in the same order, looked up and audited in one transaction: all of them or none."""

        def look(connection: Connection) -> list[bytes]:
            return [self._look(connection, token, who=purpose, correlation_id=correlation_id) for token in tokens]

        found = zip(tokens, await self._database.write(look), strict=True)
        return tuple(self._keyring.open(sealed, _place(token)).decode() for token, sealed in found)

    def _look(self, connection: Connection, token: str, *, who: str, correlation_id: str) -> bytes:
        found = self._find.first(connection, {"token": token})
        if found is None:
            raise KeyError("the vault never made this token")
        self._audit.write(
            connection,
            who=who,
            action="vault.reveal",
            subject=token,
            correlation_id=correlation_id,
            at=datetime.now(UTC),
        )
        return bytes(found[0])


def _place(token: str) -> bytes:
    return f"vault:{token}".encode()
