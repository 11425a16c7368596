"""Where people see a run, and what they type about it."""

from shlex import quote as shell
from urllib.parse import quote

from canonical.documents.work_item import Decision, WorkItem
from suture.settings import Settings


def web_ui(settings: Settings, workflow_id: str) -> str:
    """The run's page in Temporal's Web UI."""
    temporal = settings.temporal
    return f"{temporal.ui_url}/namespaces/{quote(temporal.namespace, safe='')}/workflows/{quote(workflow_id, safe='')}"


def ways(item: WorkItem) -> list[str]:
    """The options of `work resolve` that the item takes, the mildest first."""
    fields = "|".join(item.correctable) or "FIELD"
    option = {
        Decision.retry: "--retry",
        Decision.acknowledge: "--acknowledge",
        Decision.correct: f"--correct {fields}=VALUE",
        Decision.accept: "--accept REFERENCE",
        Decision.abandon: "--abandon",
    }
    return [words for decision, words in option.items() if decision in item.decisions]


def to_resolve(item: WorkItem) -> str:
    """The command that resolves a work item by the mildest thing that it takes."""
    return " ".join(["suture work resolve", shell(item.item_id), *ways(item)[:1]])
