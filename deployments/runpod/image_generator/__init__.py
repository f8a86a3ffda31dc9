"""Worker 1."""
