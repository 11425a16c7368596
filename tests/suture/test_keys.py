"""The key file: readable by its owner only, never overwritten, rotated without losing what older keys sealed."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suture.keys import Keyring, KeysError, SealBroken, load, make_keys, rotate

KEYRING = Keyring.make()


@given(clear=st.binary(max_size=200), place=st.binary(max_size=40))
def test_what_was_sealed_opens_in_its_place(clear: bytes, place: bytes) -> None:
    assert KEYRING.open(KEYRING.seal(clear, place), place) == clear


@given(clear=st.binary(max_size=50), at=st.integers(min_value=0), flip=st.integers(min_value=1, max_value=255))
def test_one_changed_byte_breaks_the_seal(clear: bytes, at: int, flip: int) -> None:
    sealed = bytearray(KEYRING.seal(clear, b"here"))
    sealed[at % len(sealed)] ^= flip
    with pytest.raises(SealBroken):
        KEYRING.open(bytes(sealed), b"here")


@given(cut=st.binary(max_size=40))
def test_any_other_bytes_are_refused(cut: bytes) -> None:
    with pytest.raises(SealBroken):
        KEYRING.open(cut, b"")


def test_what_was_sealed_does_not_open_elsewhere() -> None:
    with pytest.raises(SealBroken):
        KEYRING.open(KEYRING.seal(b"x", b"vault:a"), b"vault:b")


def test_two_seals_of_the_same_differ() -> None:
    assert KEYRING.seal(b"x", b"") != KEYRING.seal(b"x", b"")


def test_the_file_is_for_its_owner_only_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        make_keys(tmp_path / "keys")
    finally:
        os.umask(before)
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    make_keys(tmp_path / "keys")
    (tmp_path / "keys").chmod(mode)
    with pytest.raises(KeysError, match="chmod 600"):
        load(tmp_path / "keys")


def test_a_missing_file_names_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(KeysError, match="suture keys make"):
        load(tmp_path / "keys")


def test_keys_are_never_overwritten(tmp_path: Path) -> None:
    first = make_keys(tmp_path / "keys")
    with pytest.raises(KeysError, match="suture keys rotate"):
        make_keys(tmp_path / "keys")
    assert load(tmp_path / "keys").tokens == first.tokens


def test_a_damaged_file_is_refused_without_showing_it(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    make_keys(path)
    secret = path.read_text().split('"key": "')[1].split('"')[0]
    path.write_text(path.read_text().replace(secret, secret[:-8]))
    with pytest.raises(KeysError, match="damaged") as refused:
        load(path)
    assert secret[:10] not in str(refused.value)
    assert refused.value.__cause__ is None


def test_rotation_keeps_what_was_sealed_readable_and_tokens_the_same(tmp_path: Path) -> None:
    before = make_keys(tmp_path / "keys")
    sealed = before.seal(b"old", b"")
    after = rotate(tmp_path / "keys")
    assert after.current != before.current
    assert after.open(sealed, b"") == b"old"
    assert after.token_digest("acct:1") == before.token_digest("acct:1")
    assert after.fingerprint(b"body") == before.fingerprint(b"body")


def test_a_process_that_runs_already_opens_what_a_newer_key_sealed(tmp_path: Path) -> None:
    running = make_keys(tmp_path / "keys")
    sealed = rotate(tmp_path / "keys").seal(b"new", b"")
    assert running.open(sealed, b"") == b"new"


def test_rotations_at_once_lose_no_key(tmp_path: Path) -> None:
    make_keys(tmp_path / "keys")
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: rotate(tmp_path / "keys"), range(8)))
    assert len(load(tmp_path / "keys").sealing) == 9


def test_no_key_shows_in_words_or_in_a_dump() -> None:
    shown = repr(KEYRING) + str(KEYRING) + str(KEYRING.model_dump())
    for key in (KEYRING.tokens, KEYRING.fingerprints, KEYRING.sealing[0].key):
        assert repr(key.get_secret_value())[2:20] not in shown
