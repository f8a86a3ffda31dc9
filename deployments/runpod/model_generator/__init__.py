"""Worker 2."""
