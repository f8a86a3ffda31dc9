"""The session record: what `session.json` has held since the service that Atelier replaces."""

from typing import Any


def session_record(
    *,
    result: dict[str, Any],
    prompt: str,
    code: str,
    reference: dict[str, Any] | None,
    metadata: dict[str, Any],
    prompt_version: str,
    created: str,
) -> dict[str, Any]:
    """Return the record of a session; `result` is a dumped RingResult and `created` ISO 8601 in UTC.

    The first block of keys is the old contract's, in its order; what follows is ours.
    """
    contract = {
        "session_id": result["session_id"],
        "prompt": prompt,
        "llm_name": result["llm_used"],
        "code": code,
        "modules": result["modules"],
        "version": 1,
        "current_version": 1,
        "edits": [],
        "version_history": [_first_version(result, code, created)],
        "created": created,
        "retry_log": result["retry_log"],
        "cost": result["cost_summary"],
        "spatial_report": result["spatial_report"],
        "skip_validation": not result["needs_validation"],
        "blender_result": _blender_result(result),
    }
    ours = {key: result[key] for key in ("model_id", "warnings", "assumptions", "not_honoured")}
    artifacts = {key: result[key] for key in ("glb", "script", "previews")} | {"reference": reference}
    return contract | ours | {"prompt_version": prompt_version, "metadata": metadata, "artifacts": artifacts}


def _first_version(result: dict[str, Any], code: str, created: str) -> dict[str, Any]:
    return {
        "version": 1,
        "code": code,
        "modules": result["modules"],
        "timestamp": created,
        "description": "generated",
        "cost": result["cost_summary"]["total_usd"],
    }


def _blender_result(result: dict[str, Any]) -> dict[str, Any]:
    attempts = result["retry_log"]
    return {
        "success": result["success"],
        "returncode": 0 if result["success"] else 1,
        "glb_size": result["glb"]["size"] if result["glb"] else 0,
        "elapsed": result["blender_elapsed_s"],
        "pipeline_log": [f"attempt {attempt['attempt']}: {attempt['verdict']}" for attempt in attempts],
        "error_lines": [attempt["error_text"].splitlines()[0] for attempt in attempts if attempt["error_text"]],
    }
