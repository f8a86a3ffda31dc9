"""The pipelines. Whichever flow a process runs, its log lines carry the id of the request that it works for."""

from tasks.tracing import install_correlation_filter

install_correlation_filter()
