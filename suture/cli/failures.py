"""How a command ends: the exit codes, and every known error as one line that says what, where, and what to do."""

from enum import IntEnum

SUPPORT = "set SUTURE_DEBUG=1 to see where"


class Ending(IntEnum):
    """Exit codes. Scripts rely on them: `suture --help` documents them."""

    ok = 0
    refused = 1
    usage = 2
    not_found = 3
    unreachable = 4
    stuck = 5
    drifted = 6


class Failed(Exception):
    """A command cannot go on: what is wrong, what to do about it, and the exit code."""

    def __init__(self, what: str, *, do: str = "", ending: Ending = Ending.refused) -> None:
        super().__init__(what)
        self.what = what
        self.do = do
        self.ending = ending

    @property
    def line(self) -> str:
        """All of it in one line, whatever the words hold."""
        return one_line("; ".join(filter(None, (self.what, self.do))))


def one_line(text: str) -> str:
    """The text without line breaks and control characters: it may come from a file, and goes to a terminal."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def told(error: BaseException) -> Failed:
    """A known error in the operator's terms; a bug is told as one, without its text, which may hold a value."""
    if isinstance(error, Failed):
        return error
    if isinstance(error, BaseExceptionGroup):
        return told(error.exceptions[0])
    # Imported only now: a command that goes well, and above all `--help`, never pays for these.
    from temporalio.service import RPCError

    from canonical.inbound import InvalidEvent
    from suture.keys import KeysError, SealBroken
    from suture.problems import ConfigurationError
    from suture.store.errors import StoreNotMigrated, StoreUnavailable
    from suture.temporal.client import TemporalUnreachable
    from suture.trouble import CannotGoOn, FolderRefused

    match error:
        case ConfigurationError():
            first, *more = error.problems
            do = f"{len(more)} more of these: suture doctor lists all" if more else ""
            return Failed(str(first), do=do, ending=Ending.usage)
        case FolderRefused():
            return Failed(str(error))
        case CannotGoOn() | TemporalUnreachable():
            return Failed(str(error), ending=Ending.unreachable)
        case KeysError() | StoreNotMigrated():
            return Failed(error.what, do=error.do, ending=Ending.usage)
        case SealBroken():
            return Failed(f"what is stored cannot be opened: {error}", do="run: suture keys list", ending=Ending.usage)
        case StoreUnavailable():
            return Failed(str(error), do="run: suture doctor", ending=Ending.unreachable)
        case InvalidEvent():
            return Failed(f"the document was not accepted: {error}", do="nothing was started", ending=Ending.usage)
        case RPCError():
            return Failed(f"Temporal answered {error.status.name}", do="run: suture doctor", ending=Ending.unreachable)
        case OSError():
            return Failed(": ".join(filter(None, (str(error.filename or ""), error.strerror or type(error).__name__))))
        case _:
            return Failed(f"a fault of suture itself: {type(error).__name__}", do=SUPPORT)
