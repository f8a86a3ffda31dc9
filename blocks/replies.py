"""A service's JSON reply, read field by field: what is missing, empty or of a wrong type is named."""

import math
from dataclasses import dataclass
from typing import Any

from tasks.domain.errors import UpstreamError

Path = str  # of a field, its parts joined by dots


@dataclass(frozen=True)
class Reply:
    """One reply of `service`. Every problem is an UpstreamError that no retry mends."""

    service: str
    body: dict[str, Any]

    def text(self, *paths: Path) -> str:
        """Return the first of `paths` that is there; it must be a string that is not empty."""
        found = self.optional_text(*paths)
        if found is None:
            raise self.wrong(paths[0], "is missing or empty")
        return found

    def optional_text(self, *paths: Path) -> str | None:
        """Return the first of `paths` that is there; None when all are missing, null or empty."""
        for path in paths:
            value = self.at(path)
            if value is not None and not isinstance(value, str):
                raise self.wrong(path, f"must be text, is {_kind(value)}")
            if value:
                return value
        return None

    def flag(self, *paths: Path) -> bool:
        """Return the first of `paths` that is there; False when none is."""
        for path in paths:
            value = self.at(path)
            if value is not None:
                if not isinstance(value, bool):
                    raise self.wrong(path, f"must be true or false, is {_kind(value)}")
                return value
        return False

    def optional_number(self, path: Path) -> float | None:
        """Return the finite number at `path`, None when there is none."""
        value = self.at(path)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise self.wrong(path, f"must be a number, is {_kind(value)}")
        return float(value)

    def number(self, path: Path, *, at_most: float = math.inf) -> float:
        """Return the number at `path`, which is not below 0."""
        value = self.optional_number(path)
        if value is None:
            raise self.wrong(path, "is missing")
        if not 0 <= value <= at_most:
            raise self.wrong(path, f"is {value:g}, out of range")
        return value

    def whole(self, path: Path) -> int:
        """Return the whole number at `path`, which is not below 0."""
        value = self.number(path)
        if value != int(value):
            raise self.wrong(path, f"must be a whole number, is {value:g}")
        return int(value)

    def at(self, path: Path) -> Any:
        """Return what lies at `path`, None when nothing does."""
        value: Any = self.body
        for part in path.split("."):
            if value is None:
                return None
            if not isinstance(value, dict):
                raise self.wrong(path, f"must lie in an object, lies in {_kind(value)}")
            value = value.get(part)
        return value

    def wrong(self, path: Path, problem: str) -> UpstreamError:
        """Return the error that says what is wrong with the field at `path`."""
        return UpstreamError(self.service, f"{path} {problem}")


def _kind(value: object) -> str:
    names = {bool: "true or false", int: "a number", float: "a number", str: "text", list: "a list", dict: "an object"}
    return names.get(type(value), type(value).__name__)
