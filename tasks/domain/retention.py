"""What may be forgotten: old documents, results that name missing bytes, and bytes that nothing names any more.

Bytes are shared by digest, so they go by mark and sweep: marked is what any document, cached result or run that
stays still names. A run under way may be about to name more, so unmarked bytes are condemned first, and swept only
when they have stayed unmarked and unwritten for a grace period that is longer than any run.
"""

import re
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

_ARTIFACT = re.compile(rb"/hashed/([0-9a-f]{64})(?![0-9a-f])")
DATED_FOLDERS = ("sessions", "image-endpoint")  # what is in them goes when it is old
# One document each, replaced and never grown; but the gallery is a collection, and stays until a person empties it.
OWN_FOLDERS = ("health", "nightly", "housekeeping", "probes", "gallery")


@dataclass(frozen=True)
class Stored:
    """One stored thing: its name, when it was last written, and its size in bytes."""

    name: str
    written: datetime
    size: int


@dataclass(frozen=True)
class CachedResult:
    """A cached task result and the artifacts that it names; None when its format does not let us see."""

    file: Stored
    artifacts: set[str] | None


@dataclass(frozen=True)
class Documents:
    """Named documents by what they belong to: runs by their id, sessions and pictures by theirs, and foreign ones."""

    runs: dict[UUID, list[Stored]]
    sessions: dict[str, list[Stored]]
    foreign: list[Stored]


def artifacts_named_in(document: bytes) -> set[str]:
    """Return the digest of every artifact whose URI stands in `document`, whatever its format."""
    return {digest.decode() for digest in _ARTIFACT.findall(document)}


def sorted_out(documents: Iterable[Stored]) -> Documents:
    """Group documents by the run or session that they belong to; what fits nowhere is foreign."""
    found = Documents(defaultdict(list), defaultdict(list), [])
    for document in documents:
        folder, _, rest = document.name.partition("/")
        owner = rest.partition("/")[0]
        if folder in DATED_FOLDERS and owner:
            found.sessions[owner].append(document)
        elif folder == "runs" and (run := _run_id(owner)):
            found.runs[run].append(document)
        elif folder not in OWN_FOLDERS:
            found.foreign.append(document)
    return found


def is_old(documents: Iterable[Stored], cutoff: datetime) -> bool:
    """Tell whether the newest of `documents` was written before `cutoff`."""
    return max(document.written for document in documents) < cutoff


def must_go(result: CachedResult, blobs: Container[str], cutoff: datetime) -> bool:
    """Tell whether a cached result is old, names an artifact that is gone, or could name one unseen.

    To lose one costs a repetition; to serve one without its bytes breaks a run.
    """
    if result.artifacts is None or result.file.written < cutoff:
        return True
    return any(digest not in blobs for digest in result.artifacts)


def condemn(unmarked: Iterable[str], before: Mapping[str, datetime], now: datetime) -> dict[str, datetime]:
    """Return when each unmarked digest was first seen so; one that is marked again starts afresh."""
    return {digest: before.get(digest, now) for digest in sorted(unmarked)}


def to_sweep(
    condemned: Mapping[str, datetime], blobs: Mapping[str, Stored], now: datetime, grace: timedelta
) -> list[str]:
    """Return the digests that have been condemned, and not been written again, for `grace`; oldest first."""
    since = {digest: max(moment, blobs[digest].written) for digest, moment in condemned.items() if digest in blobs}
    return sorted((digest for digest, moment in since.items() if now - moment >= grace), key=lambda d: (since[d], d))


def _run_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
