"""What lists are narrowed by: a misspelt name must never read as an all-clear."""

from canonical.identity import OWN_DOCUMENTS
from suture.cli import output
from suture.cli.failures import Ending, Failed
from suture.settings import Settings
from suture.store.store import Store


def check_facility(settings: Settings, facility: str | None) -> None:
    """Refuse a facility that the configuration does not have."""
    if facility is not None and facility not in settings.facilities:
        raise Failed(f"--facility: expected one of {', '.join(sorted(settings.facilities))}", ending=Ending.usage)


def check_process(process: str | None) -> None:
    """Refuse a process that there is not."""
    if process is not None and process not in OWN_DOCUMENTS:
        raise Failed(f"--process: expected one of {', '.join(OWN_DOCUMENTS)}", ending=Ending.usage)


async def remark_stage(store: Store, stage: str | None, *, open_only: bool) -> None:
    """Say so where no run is at the stage: each process has its own, so that none can be called wrong."""
    if stage is None or await store.runs.find(stage=stage, open_only=open_only, limit=1):
        return
    there = sorted({run.stage for run in await store.runs.find(open_only=open_only)})
    output.remark(f"no run is at the stage {stage}; there are: {', '.join(there) or 'none'}")
