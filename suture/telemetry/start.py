"""Start: logs, traces and metrics of one process, in the order that they need: before any client is connected."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from temporalio.runtime import Runtime

from suture.tables import Telemetry
from suture.telemetry.logs import start_logs
from suture.telemetry.runtime import start_runtime
from suture.telemetry.traces import Traces, start_traces

Service = Literal["gateway", "worker", "transactions", "systems", "heavy"]


@dataclass(frozen=True)
class Running:
    """The telemetry of this process; `runtime` is what clients are connected with."""

    runtime: Runtime
    traces: Traces | None

    def stop(self) -> None:
        """Send the last spans."""
        if self.traces is not None:
            self.traces.stop()


def start_telemetry(configured: Telemetry, *, service: Service, mask: Iterable[str] = ()) -> Running:
    """Start all three for a process that serves, by the table `[telemetry]`; `mask` as `start_logs` has it."""
    name = f"suture-{service}"
    start_logs(name, mask=mask)
    traces = start_traces(configured.otlp_endpoint, service=name)
    return Running(start_runtime(getattr(configured.prometheus, service), service=name), traces)
