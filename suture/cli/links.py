"""Where people see a run."""

from urllib.parse import quote

from suture.settings import Settings


def web_ui(settings: Settings, workflow_id: str) -> str:
    """The run's page in Temporal's Web UI."""
    temporal = settings.temporal
    return f"{temporal.ui_url}/namespaces/{quote(temporal.namespace, safe='')}/workflows/{quote(workflow_id, safe='')}"
