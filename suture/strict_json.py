"""Reads an event or a document as JSON, and refuses what JSON parsers disagree about, before anybody acts on it."""

import json
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from canonical.inbound import InvalidEvent

DEEPEST = 32
_LONGEST_NUMBER = 64


def read_object(raw: bytes) -> dict[str, Any]:
    """The body's object, decimals exact; `InvalidEvent` says what is wrong, never with a piece of the body."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidEvent("body", "expected JSON in UTF-8") from None
    if _depth(raw) > DEEPEST:
        raise InvalidEvent("body", f"expected at most {DEEPEST} levels of nesting")
    try:
        body = _decoder.decode(text)
    except json.JSONDecodeError as error:
        # Its own message may quote the body; line and column do not.
        raise InvalidEvent(
            "body", f"expected JSON; it ends to be so in line {error.lineno}, column {error.colno}"
        ) from None
    if not isinstance(body, dict):
        raise InvalidEvent("body", "expected a JSON object")
    if b"\\u" in raw and not all(_is_text(each) for each in _texts(body)):
        raise InvalidEvent("body", "expected text without NUL and without halves of surrogate pairs")
    return body


def _depth(raw: bytes) -> int:
    """How deep the body is nested, found without recursion; 0 where it has too few brackets to be too deep."""
    if raw.count(b"{") + raw.count(b"[") <= DEEPEST:
        return 0
    deepest = depth = 0
    in_string = escaped = False
    for byte in raw:
        if in_string:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                in_string = False
        elif byte == 0x22:
            in_string = True
        elif byte in b"{[":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"}]":
            depth -= 1
    return deepest


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise InvalidEvent("body", "expected every key once in its object")
    return found


def _whole(digits: str) -> int:
    return int(_short(digits))


def _decimal(digits: str) -> Decimal:
    try:
        number = Decimal(_short(digits))
    except InvalidOperation:
        # An exponent that not even a decimal can hold.
        number = None
    if number is None or abs(number.adjusted()) > _LONGEST_NUMBER:
        raise InvalidEvent("body", "expected numbers of an ordinary size")
    return number


def _short(digits: str) -> str:
    if len(digits) > _LONGEST_NUMBER:
        raise InvalidEvent("body", f"expected numbers of at most {_LONGEST_NUMBER} digits")
    return digits


def _no_constant(_: str) -> NoReturn:
    raise InvalidEvent("body", "expected JSON, which has no NaN and no Infinity")


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, below in value.items():
            yield key
            yield from _texts(below)
    elif isinstance(value, list):
        for below in value:
            yield from _texts(below)


def _is_text(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


_decoder = json.JSONDecoder(
    object_pairs_hook=_once_each, parse_int=_whole, parse_float=_decimal, parse_constant=_no_constant
)
