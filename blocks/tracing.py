"""The trace that this code works for: of the request in the API, of the run's labels in a flow.

Neither a flow nor a route has to do anything for it: the API's middleware says what it received, whoever starts a
run gives it `trace_labels()`, and in the run's process Prefect knows the run, hence its labels.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from prefect.context import FlowRunContext

from tasks.domain.trace_context import Trace

CORRELATION, TRACEPARENT = "atelier.correlation", "atelier.traceparent"

_received: ContextVar[Trace | None] = ContextVar("received", default=None)


@contextmanager
def tracing(trace: Trace | None) -> Iterator[None]:
    """Work for `trace` inside the block, where no flow run says otherwise."""
    token = _received.set(trace)
    try:
        yield
    finally:
        _received.reset(token)


def current_trace() -> Trace | None:
    """Return the trace of the flow run, or of the request, that this code works for; None for neither."""
    context = FlowRunContext.get()
    while context is not None:
        if context.flow_run and (trace := trace_of(context.flow_run.labels)):
            return trace
        context = _parent(context)
    return _received.get()


def trace_of(labels: Mapping[str, Any]) -> Trace | None:
    """Return the trace that a run's labels name, None when they name none."""
    if TRACEPARENT not in labels:
        return None
    return Trace.received(str(labels.get(CORRELATION, "")), str(labels[TRACEPARENT]))


def _parent(context: FlowRunContext) -> FlowRunContext | None:
    """Return the flow that `context`'s flow was called from: a subflow has no labels of its own."""
    outer = context._token.old_value if context._token else None
    return outer if isinstance(outer, FlowRunContext) else None


def outgoing_headers() -> dict[str, str]:
    """Return the headers of one call to an outside service: the trace goes on, with a span id of its own."""
    trace = current_trace()
    return trace.next_hop().headers if trace else {}


def trace_labels() -> dict[str, str]:
    """Return the labels of a run that is started from here, so that its calls belong to the same trace."""
    trace = current_trace()
    return {CORRELATION: trace.correlation_id, TRACEPARENT: trace.traceparent} if trace else {}
