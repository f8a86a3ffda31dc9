"""What may become a flow run's parameters: checked before Prefect sees it, since some of it would break Prefect."""

import json
import math
from typing import Any

from tasks.domain.errors import InvalidInput

MAX_PARAMETER_BYTES = 400_000  # Prefect refuses more than 524,288, its own frame included
MAX_DEPTH = 64  # pydantic, with which Prefect reads it, gives up somewhat above 200


def check_parameters(request: dict[str, Any]) -> None:
    """Raise InvalidInput naming what in `request` Prefect or its database cannot take, its size included."""
    check_json(request)
    size = len(json.dumps(request).encode())
    if size > MAX_PARAMETER_BYTES:
        raise InvalidInput("request", f"{size} bytes; at most {MAX_PARAMETER_BYTES} are taken")


def check_json(value: Any, place: str = "request", depth: int = 0) -> None:
    """Raise InvalidInput naming the place in `value` that cannot be handed on.

    `__prefect_kind` makes Prefect expand a template, PostgreSQL has no NUL, and JSON has no NaN and no infinity. A
    run with a longer integer Prefect takes, and from then on answers every list that the run is in with an error.
    """
    if depth > MAX_DEPTH:
        raise InvalidInput("request", f"is nested more than {MAX_DEPTH} levels deep")
    if isinstance(value, str):
        _check_text(value, place)
    elif isinstance(value, float) and not math.isfinite(value):
        raise InvalidInput(place, "is a number that JSON cannot say")
    elif isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise InvalidInput(place, "is a whole number of more than 64 bits")
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_key(key, place)
            check_json(item, f"{place}.{key}", depth + 1)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            check_json(item, f"{place}.{index}", depth + 1)


def _check_key(key: str, place: str) -> None:
    if key == "__prefect_kind":
        raise InvalidInput("__prefect_kind", "is not taken as a key")
    _check_text(key, place)


def _check_text(text: str, place: str) -> None:
    if "\0" in text:
        raise InvalidInput(place, "holds a NUL character")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InvalidInput(place, "holds half of a character (a lone surrogate)") from error
