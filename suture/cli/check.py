"""One line of `suture doctor`: a dependency, what was found of it, and what to do about it."""

from temporalio.service import RPCError

from canonical.model import Frozen
from suture.cli.failures import Ending, Failed, one_line, told
from suture.store.errors import StoreUnavailable


class Check(Frozen):
    """What was found. Where it is not well, `ending` tells how grave that is; well with something to do is a remark."""

    what: str
    found: str
    do: str = ""
    ending: Ending = Ending.ok

    @property
    def well(self) -> bool:
        """Whether the engine can work with it."""
        return self.ending is Ending.ok

    @property
    def mark(self) -> str:
        """How the table shows it at a glance."""
        return ("--" if self.do else "ok") if self.well else "NO"


def failed(what: str, error: Exception, do: str) -> Check:
    """What an error says of a dependency. What others advise then, to run the doctor, is of no use here."""
    known = told(error)
    advice = do if isinstance(error, Failed | RPCError | StoreUnavailable) else known.do or do
    return Check(what=what, found=one_line(known.what), do=advice, ending=known.ending)
