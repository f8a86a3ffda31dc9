"""The image pipeline's settings as a test sets them, and a store of the test's own."""

from tests.surroundings import configure, store

__all__ = ["configure", "store"]
