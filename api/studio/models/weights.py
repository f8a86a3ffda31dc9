"""Where a model's weights lie on this machine; they are never downloaded from here."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from tasks.domain.errors import AtelierError

INDEX = "*.safetensors.index.json"


class EngineMissing(AtelierError):
    """The operator's: a model cannot run here; the message says what is missing, and how to get it."""


def find(model: str, revision: str | None, needed: tuple[str, ...], cache: Path | None = None) -> Path:
    """Return the folder of `model`, which is one, or a repository whose `revision` is in Hugging Face's cache.

    Raises EngineMissing when it is not there or lacks a file: one of `needed`, or a part that an index names.
    """
    folder = Path(model)
    if not folder.is_dir():
        folder = _snapshot(model, revision, cache)
    need(folder, [*needed, *_parts(folder)], how(model, revision))
    return folder


def need(folder: Path, names: Iterable[str], remedy: str) -> None:
    """Raise EngineMissing, which ends in `remedy`, unless `folder` has everything of `names`."""
    missing = [name for name in names if not (folder / name).exists()]
    if missing:
        raise EngineMissing(f"{folder} lacks {', '.join(missing[:3])}{' …' if missing[3:] else ''}; {remedy}")


def how(model: str, revision: str | None) -> str:
    """Return what brings a model here."""
    pinned = f" --revision {revision}" if revision else ""
    return f"get it with: .venv-gpu/bin/hf download {model}{pinned} (its licence may want `hf auth login` first)"


def _snapshot(model: str, revision: str | None, cache: Path | None) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(model, revision=revision, cache_dir=cache, local_files_only=True))
    except HFValidationError as error:
        raise EngineMissing(f"{model} is neither a folder nor a repository's name") from error
    except LocalEntryNotFoundError as error:
        raise EngineMissing(f"the weights of {model} are not on this machine; {how(model, revision)}") from error


def _parts(folder: Path) -> Iterator[str]:
    """Name every file that the folder's indices say the weights are spread over."""
    for index in sorted(folder.rglob(INDEX)):
        place = index.parent.relative_to(folder)
        yield from sorted({str(place / name) for name in json.loads(index.read_text())["weight_map"].values()})
