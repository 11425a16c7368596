"""Who is at the keyboard: the person behind the token presented, and whether their roles allow what they ask."""

import os
from pathlib import Path

from canonical.documents.work_item import WorkItem
from canonical.memory import Person
from canonical.replenishing.approving import authority
from suture.cli.failures import Ending, Failed
from suture.people import Deputies, People, digest
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


async def person(settings: Settings, token_file: Path | None, deputies: Deputies | None = None) -> Person:
    """The person who asks, and whom they stand in for where that counts; refused where nobody has the token."""
    found = await People(settings.people, deputies).person(credential(settings, token_file))
    if found is None:
        raise Failed("no person has this token", do="ask whoever keeps [people] in hospital.toml")
    return found


async def entitled(settings: Settings, token_file: Path | None, *, role: str = OPERATOR) -> Person:
    """The person who asks, with this role; a supervisor may do all."""
    found = await person(settings, token_file)
    if role not in found.roles and SUPERVISOR not in found.roles:
        raise Failed(f"{found.person} lacks the role {role}", do="ask whoever keeps [people] in hospital.toml")
    return found


def may_decide(asks: Person, item: WorkItem) -> bool:
    """Whether a person has authority over what is to be approved; else the item's role, or a supervisor's, and the limit."""
    if item.to_approve is not None:
        return not authority(asks, item.to_approve).why_not
    at_risk = max((risk.amount for risk in item.at_risk), default=None)
    in_role = item.owner in asks.roles or SUPERVISOR in asks.roles
    return in_role and (asks.limit is None or at_risk is None or at_risk <= asks.limit)


def check_may_decide(asks: Person, item: WorkItem) -> None:
    """Refuse a person who may not decide the item, where no run is left to do so."""
    if item.to_approve is not None and (why_not := authority(asks, item.to_approve).why_not):
        raise Failed(why_not, do="suture approvals list --mine")
    if not may_decide(asks, item):
        raise Failed(f"deciding this needs the role {item.owner}, and a limit that covers what is at risk")
