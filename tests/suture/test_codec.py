"""The codec: everything of a payload is sealed, nothing can be altered, old keys go on opening, plain is refused."""

import base64
import gc
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from temporalio.api.common.v1 import Payload
from temporalio.exceptions import ApplicationError

from suture.keys import Keyring, SealBroken, load, make_keys, rotate
from suture.temporal.codec import ENCODING, KEY_ID, Codec, is_sealed
from suture.temporal.converter import PlainPayloadRefused
from suture.temporal.plugin import data_converter

KEYRING = Keyring.make()
PLAIN = Payload(metadata={"encoding": b"json/protobuf", "messageType": b"x.Secret"}, data=b'"acct 4711"')


@given(data=st.binary(max_size=300), kind=st.binary(max_size=20))
async def test_a_payload_comes_back_as_it_was(data: bytes, kind: bytes) -> None:
    payload = Payload(metadata={"encoding": b"json/plain", "messageType": kind}, data=data)
    codec = Codec(KEYRING)
    assert await codec.decode(await codec.encode([payload, PLAIN])) == [payload, PLAIN]


async def test_only_the_encoding_and_the_key_id_are_told() -> None:
    (sealed,) = await Codec(KEYRING).encode([PLAIN])
    assert dict(sealed.metadata) == {"encoding": ENCODING, KEY_ID: KEYRING.current.encode()}
    wire = sealed.SerializeToString()
    assert b"4711" not in wire and b"Secret" not in wire and base64.b64encode(b"acct 4711") not in wire


def _relabelled(sealed: Payload) -> None:
    sealed.metadata[KEY_ID] = b"00000000"


def _added(sealed: Payload) -> None:
    sealed.metadata["more"] = b"1"


def _cut(sealed: Payload) -> None:
    sealed.data = sealed.data[:-1]


def _emptied(sealed: Payload) -> None:
    sealed.data = b""


@pytest.mark.parametrize("alter", [_relabelled, _added, _cut, _emptied])
async def test_an_altered_payload_is_not_opened(alter: Callable[[Payload], None]) -> None:
    (sealed,) = await Codec(KEYRING).encode([PLAIN])
    alter(sealed)
    with pytest.raises(SealBroken):
        await Codec(KEYRING).decode([sealed])


async def test_the_same_payload_is_never_sealed_the_same() -> None:
    first, second = await Codec(KEYRING).encode([PLAIN, PLAIN])
    assert first.data != second.data


async def test_what_was_sealed_before_a_rotation_opens_after_it(tmp_path: Path) -> None:
    running = make_keys(tmp_path / "keys")
    old = await Codec(running).encode([PLAIN])
    rotated = rotate(tmp_path / "keys")
    new = await Codec(rotated).encode([PLAIN])
    assert new[0].metadata[KEY_ID] != old[0].metadata[KEY_ID]
    assert await Codec(load(tmp_path / "keys")).decode([*old, *new]) == [PLAIN, PLAIN]
    # A process that started before the rotation reads what the others seal from now on.
    assert await Codec(running).decode(new) == [PLAIN]


async def test_a_payload_under_a_key_that_is_gone_says_so() -> None:
    sealed = await Codec(Keyring.make()).encode([PLAIN])
    with pytest.raises(SealBroken, match="no longer holds"):
        await Codec(KEYRING).decode(sealed)


async def test_a_plain_payload_is_refused_where_it_is_used() -> None:
    plain = await data_converter(None).encode(["4711"])
    with pytest.raises(PlainPayloadRefused, match="in clear"):
        await data_converter(KEYRING).decode(plain)


async def test_a_permissive_codec_takes_plain_and_sealed() -> None:
    plain, sealed = await data_converter(None).encode(["a"]), await data_converter(KEYRING).encode(["b"])
    assert not is_sealed(plain[0]) and is_sealed(sealed[0])
    assert await data_converter(KEYRING, permissive=True).decode([*plain, *sealed]) == ["a", "b"]


async def test_the_text_of_a_failure_is_sealed_too() -> None:
    from temporalio.api.failure.v1 import Failure

    failure = Failure()
    converter = data_converter(KEYRING)
    error = ApplicationError("patient 4711", {"vendor": "said 4711"}, type="rejected")
    await converter.encode_failure(error, failure)
    wire = failure.SerializeToString()
    assert b"4711" not in wire
    decoded = await converter.decode_failure(failure)
    assert isinstance(decoded, ApplicationError) and decoded.message == "patient 4711"
    assert decoded.details == ({"vendor": "said 4711"},)


async def test_sealing_costs_little() -> None:
    payload = Payload(metadata={"encoding": b"json/plain"}, data=b"x" * 2048)
    codec, many = Codec(KEYRING), 2000
    gc.collect()
    began = time.process_time()
    for _ in range(many):
        await codec.decode(await codec.encode([payload]))
    each = (time.process_time() - began) / many * 1e6
    print(f"seal and open 2 KiB: {each:.1f} us")
    assert each < 500
