"""FHIR over REST: read, search through all pages, count, create once under a key, change what nobody changed since."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from canonical.errors import Misread
from connectors.protocols.answer import Answer
from connectors.protocols.fhir_json import Resource, encoded
from connectors.protocols.fhir_outcome import REFUSED, refusal
from connectors.protocols.rest import RestClient

_JSON = {"accept": "application/fhir+json"}
# HAPI answers a search again from memory for a minute: a look-up after a lost answer must see what is there now.
_FRESH = _JSON | {"cache-control": "no-cache"}
_FEW = 500
_UNKEPT = _JSON | {"cache-control": f"no-store, max-results={_FEW}"}
_SENT = _JSON | {"content-type": "application/fhir+json", "prefer": "return=representation"}
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_MOST_PAGES = 1000


@dataclass(frozen=True)
class Stored:
    """A resource as the server answers it after a write; `created` is false where the key had made it before."""

    resource: Resource = field(repr=False)
    created: bool
    answer: Answer = field(repr=False)


def is_id(text: str) -> bool:
    """Whether a text can be the id of a resource, by FHIR's own rule. No id is `.` or `..`, which a path would follow."""
    return _ID.fullmatch(text) is not None and text.strip(".") != ""


def token(system: str, value: str) -> str:
    """A search value of a system and a code or identifier, with what would separate values escaped."""
    return f"{_escaped(system)}|{_escaped(value)}"


class FhirClient:
    """One FHIR server. A reference that it answers is relative: `ChargeItem/12`."""

    def __init__(self, rest: RestClient, *, base_url: str) -> None:
        self._rest = rest
        self._base = base_url.rstrip("/")

    async def capabilities(self) -> Resource:
        """The server's CapabilityStatement."""
        return _resource(await self._rest.read("capabilities", f"{self._base}/metadata", headers=_JSON))

    async def read(self, kind: str, id: str) -> Resource | None:
        """A resource by its id; none where it is not there, or was deleted."""
        if not is_id(id):
            return None
        answer = await self._rest.read(f"read {kind}", self._at(kind, id), headers=_JSON, also=REFUSED)
        return None if answer.status in (404, 410) else _resource(answer.accepted(refusal), kind)

    async def search(self, kind: str, params: Sequence[tuple[str, str]]) -> tuple[Resource, ...]:
        """All resources that a search finds, with what it includes, through all its pages."""
        return tuple([resource async for page in self._pages(kind, params) for resource in _entries(page)])

    async def look_up(self, kind: str, params: Sequence[tuple[str, str]]) -> tuple[Resource, ...]:
        """What a question with few answers finds, in one page that the server need not keep: `Misread` where it is full.

        HAPI writes every other search down, to answer its next page; that takes longer than to search.
        """
        asked = [*params, ("_count", str(_FEW))]
        answer = await self._search(kind, asked, headers=_UNKEPT)
        found = tuple(_entries(answer))
        if len(found) >= _FEW or _next(_bundle(answer)) is not None:
            raise answer.failure(Misread, "the look-up has more answers than it may have")
        return found

    async def count(self, kind: str, params: Sequence[tuple[str, str]]) -> int:
        """How many resources a search would find."""
        asked = [*params, ("_summary", "count")]
        answer = await self._search(kind, asked)
        total = _bundle(answer).get("total")
        if not isinstance(total, int):
            raise answer.unreadable()
        return total

    async def create(self, resource: Resource, *, key: tuple[str, str]) -> Stored:
        """Create the resource, unless one carries the identifier `key` (system, value): then that one is answered."""
        kind = str(resource["resourceType"])
        system, value = (quote(part, safe="") for part in key)
        headers = _SENT | {"if-none-exist": f"identifier={system}%7C{value}"}
        answer = await self._rest.write(
            f"create {kind}", f"{self._base}/{kind}", content=encoded(resource), headers=headers, also=REFUSED
        )
        return Stored(_resource(answer.accepted(refusal), kind), created=answer.status == 201, answer=answer)

    async def update(self, resource: Resource) -> Stored | None:
        """Put the resource in the place of the version that its `meta` names; none where that is not the last any more."""
        kind, id, version = str(resource["resourceType"]), str(resource["id"]), resource["meta"]["versionId"]
        headers = _SENT | {"if-match": f'W/"{version}"'}
        answer = await self._rest.write(
            f"update {kind}",
            self._at(kind, id),
            method="PUT",
            content=encoded(resource),
            headers=headers,
            also=REFUSED,
        )
        # FHIR says 412 for a version that is stale; HAPI says 409.
        if answer.status in (409, 412):
            return None
        return Stored(_resource(answer.accepted(refusal), kind), created=answer.status == 201, answer=answer)

    async def close(self) -> None:
        """Give back the connections."""
        await self._rest.close()

    def _at(self, kind: str, id: str) -> str:
        return f"{self._base}/{kind}/{quote(id, safe='')}"

    async def _search(
        self, kind: str, params: Sequence[tuple[str, str]], *, headers: Mapping[str, str] = _FRESH
    ) -> Answer:
        answer = await self._rest.read(
            f"search {kind}", f"{self._base}/{kind}", params=params, headers=headers, also=REFUSED
        )
        return answer.accepted(refusal)

    async def _pages(self, kind: str, params: Sequence[tuple[str, str]]) -> AsyncIterator[Answer]:
        answer = await self._search(kind, params)
        yield answer
        for _ in range(_MOST_PAGES):
            address = _next(_bundle(answer))
            if address is None:
                return
            # The credential goes where the configuration says, and nowhere that an answer says.
            if not _within(address, self._base):
                raise answer.failure(Misread, "the next page is at another address than the server's")
            page, query = address.partition("?")[::2]
            asked = parse_qsl(query, keep_blank_values=True)
            answer = await self._rest.read(f"search {kind}", page, params=asked, headers=_JSON, also=REFUSED)
            if answer.status in (404, 410):
                raise answer.not_yet("the server has forgotten the search")
            yield answer.accepted(refusal)
        raise answer.failure(Misread, "the search has no end")


def _resource(answer: Answer, kind: str | None = None) -> Resource:
    body = answer.body
    named = body.get("resourceType") if isinstance(body, dict) else None
    if not isinstance(named, str) or kind not in (None, named):
        raise answer.unreadable()
    return dict(body)


def _bundle(answer: Answer) -> Resource:
    return _resource(answer, "Bundle")


def _entries(answer: Answer) -> list[Resource]:
    entries = _bundle(answer).get("entry", [])
    try:
        found = [entry["resource"] for entry in entries]
    except (TypeError, KeyError):
        raise answer.unreadable() from None
    # Some servers say in an OperationOutcome what they made of the question.
    return [each for each in found if each.get("resourceType") != "OperationOutcome"]


def _next(bundle: Mapping[str, Any]) -> str | None:
    links = [link.get("url") for link in bundle.get("link", []) if link.get("relation") == "next"]
    return str(links[0]) if links and links[0] else None


def _within(address: str, base: str) -> bool:
    there, ours = urlsplit(address), urlsplit(base)
    same = (there.scheme, there.netloc) == (ours.scheme, ours.netloc)
    return same and (there.path == ours.path or there.path.startswith(ours.path + "/")) and "/.." not in there.path


def _escaped(text: str) -> str:
    for mark in ("\\", "$", ",", "|"):
        text = text.replace(mark, f"\\{mark}")
    return text
