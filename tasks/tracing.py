"""Log lines of flows and tasks say for which request they work."""

import logging

from blocks.tracing import current_trace

RUN_LOGGERS = ("prefect.flow_runs", "prefect.task_runs")


class CorrelationFilter(logging.Filter):
    """Adds the correlation id to the record, and to its text: Prefect's server keeps nothing else of a record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let everything pass."""
        trace = current_trace()
        if trace is not None and not hasattr(record, "correlation_id"):
            record.correlation_id = trace.correlation_id
            record.msg = f"{record.getMessage()} [correlation_id={trace.correlation_id}]"
            record.args = None
        return True


def install_correlation_filter() -> None:
    """Let every run's log lines in this process carry the correlation id; once is enough."""
    for name in RUN_LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(known, CorrelationFilter) for known in logger.filters):
            logger.addFilter(CorrelationFilter())
