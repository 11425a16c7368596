"""How a system of others is told about in checks: whether it answers, and what each failure of it asks for."""

import asyncio

from canonical.errors import BusinessRefusal, Failure, Misread, NotPermitted, Transient
from canonical.ports import System
from suture.cli.check import Check
from suture.cli.failures import Ending, one_line
from suture.cli.session import ANSWERS_WITHIN

SECONDS = ANSWERS_WITHIN.total_seconds()
SHOWN = 200


async def ping(name: str, system: System) -> Check:
    """Whether a configured system answers to the configured credential, and with which version."""
    what = f"system {name}"
    try:
        async with asyncio.timeout(SECONDS):
            return Check(what=what, found=await system.ping())
    except TimeoutError:
        found, do = f"no answer within {SECONDS:g} s", f"is it running? see [systems.{name}]"
    except Failure as failure:
        found = told(failure)
        do = "renew its credential" if failure.status in (401, 403) else f"is it running? see [systems.{name}]"
    return Check(what=what, found=found, do=do, ending=Ending.unreachable)


def told(failure: Failure) -> str:
    """A failure in one line, without the vendor's words."""
    answered = f" ({failure.status})" if failure.status else ""
    return f"{failure.category}: {failure.summary}{answered}"


def of_read(what: str, failure: Failure, name: str) -> Check:
    """What came of a read that asked about nobody: here the vendor's words may be shown, for they tell of no patient."""
    found, ending = f"{failure.operation}: {told(failure)}", Ending.refused
    match failure:
        case NotPermitted() if failure.status == 401:
            found, do = _said(found, failure.evidence), f"renew the credential in [systems.{name}.settings]"
        case NotPermitted():
            found = _said(found, failure.evidence)
            do = f"give the login in [systems.{name}.settings] the right that it names, or that {failure.operation} needs"
        case Misread():
            # The field stands in front; what follows is the answer itself, which is nobody's business here.
            found = _said(found, failure.evidence.partition("\n")[0] if "\n" in failure.evidence else "")
            do = "the connector was written for another version: see what has drifted in its schema"
        case BusinessRefusal():
            do = f"correct [systems.{name}.settings], or ask for what it has: --facility, --location, --cost-centre"
        case Transient():
            ending, do = Ending.unreachable, "repeat this; if it goes on, ask whoever runs the system"
        case _:
            do = "a read is Transient or Rejected, nothing else: mend the connector"
    return Check(what=what, found=found, do=do, ending=ending)


def _said(found: str, words: str) -> str:
    words = one_line(words)
    shown = words if len(words) <= SHOWN else f"{words[:SHOWN]} ..."
    return f"{found}: {shown}" if shown else found
