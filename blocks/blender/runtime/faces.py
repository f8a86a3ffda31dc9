"""Faces for scripts that repeat or leave out corners: what `x.faces.new(…)` becomes before a script runs."""

from collections.abc import Callable, Iterable
from typing import Any

skipped = 0


def safe_face(new: Callable[..., Any], corners: Iterable[Any], *rest: Any) -> Any:
    """Return `new(corners, *rest)`, or None where bmesh refuses: < 3 or repeated corners, or the face exists.

    `new` is the `new` of any `faces`; other things than a bmesh's are called as they are.
    """
    global skipped
    if type(getattr(new, "__self__", None)).__name__ != "BMFaceSeq":
        return new(corners, *rest)
    corners = list(corners)
    if len(corners) >= 3 and len(set(corners)) == len(corners):
        try:
            return new(corners, *rest)
        except ValueError:  # bmesh's word for a face that is already there
            pass
    skipped += 1
    return None
