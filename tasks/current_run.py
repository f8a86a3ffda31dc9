"""The flow run that this code works for."""

from prefect.client.schemas.objects import FlowRun
from prefect.context import FlowRunContext


def current_run() -> FlowRun:
    """Return the flow run, from a flow's body or from one of its tasks; raises RuntimeError outside of any."""
    context = FlowRunContext.get()
    if context is None or context.flow_run is None:
        raise RuntimeError("this works only inside a flow run")
    return context.flow_run
