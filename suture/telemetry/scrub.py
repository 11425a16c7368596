"""Scrub: the last look at what leaves as a log line or a span. Values of documents do not belong in either."""

import re
from collections.abc import Iterable

MASK = "[masked]"
TOKEN = re.compile(r"\b(?:acct|case|pat|id)_[A-Z2-7]{26}\b")
"""What the intake puts in place of a patient's number: it may be told, and no pattern below takes it for a number."""

PATIENT_NUMBERS = (r"\b\d{3}-\d{2}-\d{4}\b", r"(?i)\bMRN[-:# ]*\d+\b")
"""Social security and medical record numbers; a hospital configures the forms of its own."""

_PARTS = re.compile(r"^(?:.*\d.*|[0-9a-fA-F-]{16,})$")
_VERSION = re.compile(r"^v\d{1,2}$")


class Mask:
    """Replaces whatever has the form of a patient's number."""

    def __init__(self, patterns: Iterable[str] = ()) -> None:
        self._numbers = re.compile("|".join(f"(?:{pattern})" for pattern in _flagged((*PATIENT_NUMBERS, *patterns))))

    def __call__(self, text: str) -> str:
        """The text with numbers masked; tokens stay."""
        masked, last = [], 0
        for token in TOKEN.finditer(text):
            masked += [self._numbers.sub(MASK, text[last : token.start()]), token.group()]
            last = token.end()
        return "".join([*masked, self._numbers.sub(MASK, text[last:])])


def bare(url: str) -> str:
    """A URL or path without its query, and with `{id}` for every part that names one thing."""
    address, _, _ = url.partition("?")
    scheme, separator, rest = address.rpartition("://")
    host, slash, path = rest.partition("/") if separator else ("", "", rest)
    parts = [part if _VERSION.match(part) or not _PARTS.match(part) else "{id}" for part in path.split("/")]
    return f"{scheme}{separator}{host}{slash}{'/'.join(parts)}"


def _flagged(patterns: Iterable[str]) -> Iterable[str]:
    """Flags in the middle of a joined pattern are an error: they are bound to their own part."""
    for pattern in patterns:
        flags = re.match(r"\(\?([a-z]+)\)", pattern)
        yield f"(?{flags[1]}:{pattern[flags.end() :]})" if flags else pattern
