"""Plugin: how client, worker and replayer all read and write payloads, sandbox workflows, and carry what goes along."""

from collections.abc import Sequence

import temporalio.client
import temporalio.worker
from opentelemetry import trace
from pydantic import ValidationError
from temporalio.contrib.opentelemetry import OpenTelemetryInterceptor, ReplaySafeTracerProvider
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes
from temporalio.plugin import SimplePlugin
from temporalio.worker.workflow_sandbox import SandboxRestrictions

from suture.keys import Keyring
from suture.temporal.codec import Codec
from suture.temporal.converter import Converter, PlainPayloadRefused
from suture.temporal.interceptors.correlation import CorrelationInterceptor
from suture.temporal.interceptors.logging import LoggingInterceptor
from suture.temporal.interceptors.metrics import MetricsInterceptor
from suture.temporal.runner import Runner

Interceptor = temporalio.client.Interceptor | temporalio.worker.Interceptor

PASSED_THROUGH = (
    # A hundred models, reloaded for every run, cost 1.2 MB and 100 ms each time.
    "canonical",
    # Reached by workflows as signatures only; the ports that they name come along.
    "activities",
    "connectors",
    "workflows.kit",
    # The interceptors, the converter and the metrics of this process, which are not a workflow's own.
    "suture",
    # Chooses its context by loading an entry point, which the sandbox forbids.
    "opentelemetry",
)


def suture_plugin(
    keyring: Keyring | None, *, permissive: bool = False, interceptors: Sequence[Interceptor] | None = None
) -> SimplePlugin:
    """The plugin for `Client.connect(plugins=[...])`, from which workers inherit it, and for `Replayer(plugins=[...])`.

    With a keyring every payload and failure text is sealed, and a payload in clear is refused, unless `permissive`.
    Without one (None, said aloud) everything is in clear: for kept histories, and for the scan that must find plants.
    Spans are made where `suture.telemetry.traces` was started before.
    """
    return SimplePlugin(
        "suture",
        data_converter=data_converter(keyring, permissive=permissive),
        interceptors=standard_interceptors() if interceptors is None else interceptors,
        workflow_runner=Runner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)),
        # Of a start payload: else the run would try to read it for ever. See `converter` for answers of activities.
        workflow_failure_exception_types=[ValidationError, PlainPayloadRefused],
    )


def data_converter(keyring: Keyring | None, *, permissive: bool = False) -> DataConverter:
    """How payloads are read and written."""
    if keyring is None:
        return DataConverter(payload_converter_class=Converter)
    return DataConverter(
        payload_converter_class=Converter,
        payload_codec=Codec(keyring, permissive=permissive),
        # Else messages and stack traces, which may quote a vendor, stand in history in clear.
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )


def standard_interceptors() -> list[Interceptor]:
    """Correlation first, so that spans, logs and metrics inside it know where they are."""
    tracing: list[Interceptor] = []
    if isinstance(trace.get_tracer_provider(), ReplaySafeTracerProvider):
        tracing.append(OpenTelemetryInterceptor(add_temporal_spans=True))
    return [CorrelationInterceptor(), *tracing, LoggingInterceptor(), MetricsInterceptor()]
