"""From a runner's reply to an outcome: what a child claims is quoted, never believed."""

import signal
import struct
from typing import Any

from blocks.blender.client import Reply
from blocks.blender.outcome import BuildError, BuildOutcome, Stage
from tasks.domain.scripts import ScriptError, excerpt

GLB = "ring.glb"
MIN_GLB_BYTES = 1025  # an empty export has 172; the contract asks for more than 1024
_LIMITS = {"wall clock": "Timeout", "memory": "OutOfMemory", "log size": "LogTooLong", "output size": "OutputTooLarge"}
_GLB_MAGIC, _GLB_VERSION = b"glTF", 2


def refuse(script: str, error: ScriptError) -> BuildOutcome:
    """Return the outcome of a script that cannot run at all."""
    told = BuildError(type=error.kind, message=error.problem, line=error.line, excerpt=excerpt(script, error.line))
    return BuildOutcome(ok=False, stage="advice", mode="none", elapsed_s=0, error=told)


def judge(script: str, notes: list[str], reply: Reply) -> BuildOutcome:
    """Return the outcome of a script that ran: ok only with exit 0, the end marker and a whole, fresh GLB."""
    glb = reply.files.get(GLB, b"")
    ended = reply.exit_status == 0 and not reply.stopped_by and reply.report.get("done") is True
    ok = ended and is_glb(glb)
    error = None
    if not ok:
        error = _no_glb(glb) if ended else explain(script, reply)
    return BuildOutcome(
        ok=ok,
        stage="done" if ok else "output" if ended else _stage(reply),
        mode=reply.mode,
        elapsed_s=reply.elapsed_s,
        glb=glb if ok else None,
        partial_glb=None if ok else glb or None,
        error=error,
        timed_out=reply.stopped_by == "wall clock",
        notes=notes,
        log_tail=reply.log,
        landlock_abi=reply.landlock_abi,
    )


def is_glb(content: bytes) -> bool:
    """Tell whether `content` is a whole glTF 2 binary of more than 1024 bytes."""
    if len(content) < MIN_GLB_BYTES:
        return False
    magic, version, length = struct.unpack_from("<4sII", content)
    return bool(magic == _GLB_MAGIC and version == _GLB_VERSION and length == len(content))


def explain(script: str, reply: Reply) -> BuildError:
    """Say why a job failed: what the keeper saw itself first, then what the child reported."""
    if reply.stopped_by:
        return BuildError(type=_LIMITS.get(reply.stopped_by, "Stopped"), message=f"stopped: {reply.stopped_by}")
    told = reply.report.get("error")
    if isinstance(told, dict):
        return _quoted(script, told)
    if reply.signal:
        name = signal.Signals(reply.signal).name
        return BuildError(type="Crash", message=f"Blender ended by {name}; the script asked for too much or hit a bug")
    return BuildError(type="Exit", message=f"the process ended with status {reply.exit_status} before it was done")


def _quoted(script: str, told: dict[str, Any]) -> BuildError:
    """Return the child's account, cut to size; its line only when the script has it."""
    line = told.get("line")
    if not isinstance(line, int) or not 1 <= line <= script.count("\n") + 1:
        line = None
    facts = told.get("facts")
    return BuildError(
        type=str(told.get("type") or "Error")[:100],
        message=str(told.get("message"))[:2000],
        line=line,
        excerpt=excerpt(script, line),
        facts=[str(fact)[:1000] for fact in facts[:20]] if isinstance(facts, list) else [],
    )


def _no_glb(glb: bytes) -> BuildError:
    if is_glb(glb.ljust(MIN_GLB_BYTES, b" ")) or glb[:4] == _GLB_MAGIC:
        return BuildError(
            type="NoGeometry", message=f"the exported file holds no geometry to speak of: {len(glb)} bytes"
        )
    return BuildError(type="NoGeometry", message="the script ended without a GLB")


def _stage(reply: Reply) -> Stage:
    told = reply.report.get("stage")
    return next((stage for stage in ("start", "build", "export") if stage == told), "script")
