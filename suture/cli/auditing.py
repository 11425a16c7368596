"""Leaves a line in the audit for what is done to keys and store with no token asked for."""

import getpass
import os
from datetime import UTC, datetime

from suture.cli import output
from suture.cli.failures import Failed
from suture.cli.person import person
from suture.cli.session import opened
from suture.keys import KeysError
from suture.settings import Settings
from suture.store.errors import StoreError


async def audit(settings: Settings, *, action: str, subject: str) -> None:
    """Append the line; where the store is away the act stands all the same, and that is said."""
    try:
        async with opened(settings) as store:
            who = await _who(settings)
            await store.audit.append(who=who, action=f"cli.{action}", subject=subject, at=datetime.now(UTC))
    except (StoreError, KeysError) as away:
        output.remark(f"not in the audit: {away}")


async def _who(settings: Settings) -> str:
    """The person whose token lies ready, else the user of this machine."""
    try:
        return (await person(settings, None)).person
    except Failed:
        try:
            return f"system user {getpass.getuser()}"
        except (KeyError, OSError):
            # A container's user may have no name.
            return f"system user {os.getuid()}"
