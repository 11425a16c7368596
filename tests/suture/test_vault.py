"""The vault: one token for one number, nothing readable in the table, and no look without its line in the audit."""

import re

import pytest
from pydantic import SecretStr

from canonical.model import Frozen
from suture.keys import Keyring
from suture.store.store import Store
from suture.store.vault import VAULT
from tests.support.documents import ACCOUNT


async def test_a_number_has_one_token_however_it_is_written(store: Store) -> None:
    tokens = {await store.vault.tokenise("acct", written) for written in (ACCOUNT, f" {ACCOUNT}\n", "\uff21CC 88-1203")}
    assert len(tokens) == 1
    assert re.fullmatch("acct_[A-Z2-7]{26}", tokens.pop())


async def test_tokens_tell_kinds_letter_cases_and_installations_apart(store: Store) -> None:
    kinds = [await store.vault.tokenise(kind, "a1") for kind in ("acct", "case", "pat", "id")]
    assert len({token.split("_")[1] for token in kinds}) == 4
    assert await store.vault.tokenise("acct", "A1") != kinds[0]
    assert Keyring.make().token_digest("acct:a1") != store.keyring.token_digest("acct:a1")


async def test_a_look_is_audited(store: Store) -> None:
    token = await store.vault.tokenise("acct", ACCOUNT)
    assert await store.vault.reveal(token, purpose="billing.post-charge", correlation_id="c-1") == ACCOUNT
    [act] = await store.audit.acts(subject=token)
    assert (act.who, act.action, act.correlation_id) == ("billing.post-charge", "vault.reveal", "c-1")


async def test_a_token_nobody_made_is_a_key_error_and_no_look(store: Store) -> None:
    with pytest.raises(KeyError):
        await store.vault.reveal("acct_" + "A" * 26, purpose="p", correlation_id="c-1")
    assert await store.audit.acts() == ()


async def test_the_table_shows_no_number(store: Store) -> None:
    await store.vault.tokenise("acct", ACCOUNT)
    row = await store._database.read(lambda connection: connection.execute(VAULT.select()).one())
    assert ACCOUNT.encode() not in bytes(row.sealed) and ACCOUNT not in row.token


@pytest.mark.parametrize("value", ["", "  ", "\u3000"])
def test_a_blank_value_has_no_token(value: str, keyring: Keyring) -> None:
    from suture.store.vault import Vault

    vault = Vault.__new__(Vault)
    vault._keyring = keyring
    with pytest.raises(ValueError, match="a value"):
        vault.token("acct", value)


def test_a_token_in_the_making_hides_its_value(keyring: Keyring) -> None:
    from suture.store.vault import Tokenised

    made: Frozen = Tokenised(token="acct_" + "A" * 26, kind="acct", value=SecretStr(ACCOUNT))
    assert ACCOUNT not in repr(made) + str(made) + made.model_dump_json()
