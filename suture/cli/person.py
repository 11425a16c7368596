"""Who is at the keyboard: the person behind the token presented, and whether their roles allow what they ask."""

import os
from pathlib import Path

from canonical.memory import Person
from suture.cli.failures import Ending, Failed
from suture.people import People, digest
from suture.secret_files import UnfitSecretFile, check_secret_file
from suture.settings import Settings

VARIABLE = "SUTURE_TOKEN"
OPERATOR = "operator"
SUPERVISOR = "supervisor"


def credential(settings: Settings, token_file: Path | None) -> str:
    """The digest of the token: from the file named, SUTURE_TOKEN, or `.suture/token` beside the configuration."""
    named = os.environ.get(VARIABLE, "").strip()
    if token_file is None and named:
        return digest(named)
    file = token_file or settings.file.parent / ".suture" / "token"
    try:
        check_secret_file(file)
        token = file.read_text(encoding="utf-8").strip()
    except UnfitSecretFile as unfit:
        raise Failed(f"your token: {unfit}", do=f"give --token-file or set {VARIABLE}", ending=Ending.usage) from None
    except (OSError, UnicodeDecodeError) as error:
        raise Failed(f"your token: {file} cannot be read: {type(error).__name__}", ending=Ending.usage) from None
    if not token:
        raise Failed(f"your token: {file} is empty", ending=Ending.usage)
    return digest(token)


async def person(settings: Settings, token_file: Path | None) -> Person:
    """The person who asks; refused where nobody has the token."""
    found = await People(settings.people).person(credential(settings, token_file))
    if found is None:
        raise Failed("no person has this token", do="ask whoever keeps [people] in hospital.toml")
    return found


async def entitled(settings: Settings, token_file: Path | None, *, role: str = OPERATOR) -> Person:
    """The person who asks, with this role; a supervisor may do all."""
    found = await person(settings, token_file)
    if role not in found.roles and SUPERVISOR not in found.roles:
        raise Failed(f"{found.person} lacks the role {role}", do="ask whoever keeps [people] in hospital.toml")
    return found
