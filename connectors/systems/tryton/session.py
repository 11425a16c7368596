"""One login shared by all calls: opened when first needed, opened anew where Tryton has forgotten it."""

import asyncio
import base64
from collections.abc import Mapping
from typing import Any

from canonical.errors import Audience, NotPermitted
from connectors.protocols.answer import Answer
from connectors.protocols.rest import RestClient
from connectors.systems.tryton.settings import TrytonSettings
from connectors.systems.tryton.values import decoded

RPC = "rpc/"
_REFUSALS = 2
"""Tryton locks a login out after a few wrong passwords; a stale one is tried no more often than this."""


class Session:
    """`header` is sent with each call; `context` is what each call ends with: company, language, groups; `user` is its id."""

    def __init__(self, rest: RestClient, settings: TrytonSettings) -> None:
        self._rest = rest
        self._settings = settings
        self._opening = asyncio.Lock()
        self._header: Mapping[str, str] | None = None
        self._refused: tuple[str, int] = ("", 0)
        self.context: Mapping[str, Any] = {}
        self.user = 0

    async def header(self) -> Mapping[str, str]:
        """The header of the open session; `NotPermitted` where the login is refused."""
        if self._header is None:
            async with self._opening:
                if self._header is None:
                    self._header = await self._open()
        return self._header

    def forget(self, header: Mapping[str, str]) -> None:
        """This session is dead; another call may have opened the next one already."""
        if self._header is header:
            self._header = None

    async def _open(self) -> Mapping[str, str]:
        password = self._settings.password_file.read_text(encoding="utf-8").strip()
        tried, times = self._refused
        if tried == password and times >= _REFUSALS:
            raise NotPermitted(
                "the login was refused twice and is not tried again until its password file changes",
                system=self._rest.system,
                operation="login",
                audience=Audience.integration,
            )
        asked = {
            "id": 0,
            "method": "common.db.login",
            "params": [self._settings.login, {"password": password}, "en"],
        }
        answer = await self._rest.ask(
            "login", RPC, json=asked, bare=(401, 404, 503), within=self._settings.reads_within
        )
        if answer.status == 401:
            self._refused = (password, times + 1 if tried == password else 1)
            raise answer.refused("the login is refused", kind=NotPermitted, audience=Audience.integration)
        if answer.status == 404:
            raise answer.refused("there is no such database", kind=NotPermitted, audience=Audience.integration)
        if answer.status == 503:
            raise answer.not_yet("Tryton cannot reach its database for a moment")
        user, token = _opened(answer)
        told = base64.b64encode(f"{self._settings.login}:{user}:{token}".encode()).decode()
        header = {"authorization": f"Session {told}"}
        asked = {"id": 0, "method": "model.res.user.get_preferences", "params": [True, {}]}
        answer = await self._rest.ask(
            "get_preferences", RPC, json=asked, headers=header, within=self._settings.reads_within
        )
        if not isinstance(answer.body, dict) or not isinstance(answer.body.get("result"), dict):
            raise answer.unreadable()
        self.context = {**decoded(answer.body["result"]), "language": "en"}
        self.user = user
        self._refused = ("", 0)
        return header


def _opened(answer: Answer) -> tuple[int, str]:
    match answer.body:
        case {"result": [int(user), str(token), *_]}:
            return user, token
    raise answer.refused("the login is not answered with a session", kind=NotPermitted, audience=Audience.integration)
