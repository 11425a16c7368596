"""Takes what identifies a patient out of one event, and keeps it apart until the event is stored."""

from collections.abc import Mapping
from re import compile as pattern
from typing import Any

from pydantic import TypeAdapter, ValidationError

from canonical.documents.document import Token
from canonical.identity import OUTSIDE_ID
from canonical.inbound import InvalidEvent
from canonical.memory import TokenKind
from suture.store.vault import Tokenised, Vault
from suture.telemetry.scrub import Mask

FIELDS: dict[str, TokenKind] = {"surgical_case": "case", "account": "acct"}
"""The fields of a document that hold a patient's numbers, wherever they stand."""

ON_GOODS = ("lot", "serial")
"""The fields that hold what is printed on the goods, unless a wristband was scanned in place of the label."""

LISTS = ("lines", "lots")
"""The lists of a paper whose entries name goods: its lines, and what a line holds by lot or serial."""

LONGEST = 200
SHORTEST = 6
"""Characters: a shorter account or case number may well be part of a lot by chance."""

_TOKEN = TypeAdapter(Token)
_OUTSIDE_ID = pattern(OUTSIDE_ID.rstrip("$") + r"\Z")


class Tokeniser:
    """Tokenises one event; `made` are the tokens with their values. `mask` knows the forms of patients' numbers."""

    def __init__(self, vault: Vault, *, mask: Mask | None = None) -> None:
        self._vault = vault
        self._mask = mask or Mask()
        self.made: list[Tokenised] = []

    def data(self, clear: Mapping[str, Any], *, at: str = "data") -> dict[str, Any]:
        """The data with tokens in the place of numbers."""
        answer = dict(clear)
        for field, kind in FIELDS.items():
            if answer.get(field) is not None:
                answer[field] = self.token(kind, answer[field], field=f"{at}.{field}")
        patient = [number for number in (clear.get(field) for field in FIELDS) if isinstance(number, str)]
        answer |= self._goods(answer, patient, at=at)
        if isinstance(answer.get("scan"), Mapping):
            answer["scan"] = dict(answer["scan"]) | self._goods(answer["scan"], patient, at=f"{at}.scan")
        answer |= self._listed(answer, patient, at=at)
        if isinstance(answer.get("replacement"), Mapping):
            answer["replacement"] = self.data(answer["replacement"], at=f"{at}.replacement")
        return answer

    def token(self, kind: TokenKind, value: object, *, field: str) -> str:
        """The token of a number; what is a token of this kind already stays."""
        if not isinstance(value, str) or len(value) > LONGEST:
            raise InvalidEvent(field, "a number as text")
        try:
            known = _TOKEN.validate_python(value)
        except ValidationError:
            return self._make(kind, value, field=field)
        if not known.startswith(f"{kind}_"):
            raise InvalidEvent(field, "a number, or a token of its own kind")
        return known

    def outside_id(self, value: str, *, field: str) -> str:
        """An id from outside as it is, if it looks like one and not like a patient's number; else a keyed hash."""
        plain = _OUTSIDE_ID.match(value) and self._mask(value) == value
        return value if plain else self._make("id", value, field=field)

    def _goods(self, said: Mapping[str, Any], patient: list[str], *, at: str) -> dict[str, str]:
        """A token for each lot and serial that is a patient's number: it posts as one that nobody knows (rule 3)."""
        return {
            field: self._make("id", said[field], field=f"{at}.{field}")
            for field in ON_GOODS
            if isinstance(said.get(field), str) and self._is_of_a_patient(said[field], patient)
        }

    def _listed(self, said: Mapping[str, Any], patient: list[str], *, at: str) -> dict[str, list[Any]]:
        """The lines of a paper and the lots of each line, whose goods are looked at as well."""
        return {
            name: [self._one(entry, patient, at=f"{at}.{name}.{place}") for place, entry in enumerate(said[name])]
            for name in LISTS
            if isinstance(said.get(name), list | tuple)
        }

    def _one(self, entry: Any, patient: list[str], *, at: str) -> Any:
        if not isinstance(entry, Mapping):
            return entry
        return dict(entry) | self._goods(entry, patient, at=at) | self._listed(entry, patient, at=at)

    def _is_of_a_patient(self, text: str, patient: list[str]) -> bool:
        """Whether it has the form of a patient's number, or is the very number that the event names as one."""
        known = any(number.casefold() in text.casefold() for number in patient if len(number) >= SHORTEST)
        return known or self._mask(text) != text

    def _make(self, kind: TokenKind, value: str, *, field: str) -> str:
        try:
            made = self._vault.token(kind, value)
        except ValueError:
            # Blank, or not encodable: half a surrogate pair is a string to Python, but no text.
            raise InvalidEvent(field, "text that is not blank") from None
        self.made.append(made)
        return made.token
