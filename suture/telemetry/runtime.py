"""Runtime: Temporal's core for this process, its metrics and ours on one Prometheus endpoint, its logs among ours."""

import logging

from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    PrometheusConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)

from suture.telemetry import metrics


class EndpointTaken(Exception):
    """The address of the Prometheus endpoint cannot be had."""


def start_runtime(bind: str | None, *, service: str) -> Runtime:
    """The runtime to connect clients with: one a process. Without an address nothing is measured."""
    prometheus = bind and PrometheusConfig(
        bind_address=bind,
        counters_total_suffix=True,
        unit_suffix=True,
        durations_as_seconds=True,
        histogram_bucket_overrides={metrics.END_TO_END: metrics.BUCKETS},
    )
    telemetry = TelemetryConfig(
        logging=LoggingConfig(
            filter=TelemetryFilter(core_level="WARN", other_level="ERROR"),
            forwarding=LogForwardingConfig(
                logger=logging.getLogger("temporal.core"),
                append_target_to_name=False,
                prepend_target_on_message=False,
            ),
        ),
        metrics=prometheus or None,
        global_tags={"service_name": service},
        attach_service_name=False,
    )
    try:
        runtime = Runtime(telemetry=telemetry)
    except ValueError as refused:
        raise EndpointTaken(f"telemetry.prometheus: cannot listen on {bind}: {refused}") from None
    metrics.use(runtime.metric_meter)
    return runtime
