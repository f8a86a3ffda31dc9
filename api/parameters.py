"""What may become a flow run's parameters: checked before Prefect sees it, since some of it would break Prefect."""

import json
from typing import Any

from tasks.domain.errors import InvalidInput

MAX_PARAMETER_BYTES = 400_000  # Prefect refuses more than 524,288, its own frame included


def check_parameters(request: dict[str, Any]) -> None:
    """Raise InvalidInput naming the place in `request` that Prefect or its database cannot take.

    `__prefect_kind` makes Prefect expand a template, PostgreSQL has no NUL, and JSON has no NaN and no infinity.
    """
    try:
        size = len(json.dumps(request, allow_nan=False).encode())
    except RecursionError as error:
        raise InvalidInput("request", "is nested too deeply") from error
    except ValueError as error:
        raise InvalidInput("request", "holds a number that JSON cannot say (NaN or infinity)") from error
    if size > MAX_PARAMETER_BYTES:
        raise InvalidInput("request", f"{size} bytes; at most {MAX_PARAMETER_BYTES} are taken")
    _check(request, "request")


def _check(value: Any, place: str) -> None:
    if isinstance(value, str):
        _check_text(value, place)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "__prefect_kind":
                raise InvalidInput("__prefect_kind", "is not taken as a key")
            _check_text(key, place)
            _check(item, f"{place}.{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _check(item, f"{place}.{index}")


def _check_text(text: str, place: str) -> None:
    if "\0" in text:
        raise InvalidInput(place, "holds a NUL character")
    if not text.isprintable() and any("\ud800" <= character <= "\udfff" for character in text):
        raise InvalidInput(place, "holds half of a character (a lone surrogate)")
