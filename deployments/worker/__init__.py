"""The `warm-process` worker: each run is forked from a process that has imported Prefect and the project already."""
