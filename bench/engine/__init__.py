"""The engine, measured. Nothing is imported here: runs load their flow from this package, and that is timed."""
