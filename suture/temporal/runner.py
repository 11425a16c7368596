"""The workflow runner: the SDK's sandbox, which is not entered again for every payload that is sealed."""

from typing import Any

from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.converter import SerializationContext, StorageDriverStoreContext, WorkflowSerializationContext
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner
from temporalio.workflow import Info


class Runner(SandboxedWorkflowRunner):
    """Runs each run in a sandbox of its own."""

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """As the SDK does it, with the shortcut below."""
        return _Instance(super().create_instance(det), det.info)


class _Instance(WorkflowInstance):
    """A run in its sandbox.

    For each payload the worker asks the run which command it belongs to, three times, and the SDK enters the sandbox for
    each answer: a fifth of a worker's CPU. Our codec seals alike whatever a payload belongs to, and payloads are not
    stored elsewhere, so the run itself is answer enough. What the run converts inside, it does with its own contexts.
    """

    def __init__(self, sandboxed: WorkflowInstance, info: Info) -> None:
        self._sandboxed = sandboxed
        self._context = WorkflowSerializationContext(namespace=info.namespace, workflow_id=info.workflow_id)
        self._nowhere = StorageDriverStoreContext(target=None)

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        return self._sandboxed.activate(act)

    def get_serialization_context(self, command_info: Any) -> SerializationContext:
        return self._context

    def get_external_store_context(self, command_info: Any) -> StorageDriverStoreContext:
        return self._nowhere

    def get_info(self) -> Info:
        return self._sandboxed.get_info()

    def get_thread_id(self) -> int | None:
        return self._sandboxed.get_thread_id()
