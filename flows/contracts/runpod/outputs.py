"""What stands in a job's `output`: links, and what a client may want to know of a model."""

from collections.abc import Callable
from typing import Any

from blocks.artifacts import Artifact
from flows.contracts.models3d import ConceptsResult, ModelResult
from flows.contracts.runpod.inputs import Result
from tasks.domain.meshes.proof import MeshProof
from tasks.domain.meshes.sizes import MM_PER_M

LINK_TTL_S = 24 * 3600.0

Link = Callable[[Artifact], str]


def output_of(result: Result, link: Link) -> dict[str, Any]:
    """Return the output of a job that succeeded; `link` makes an address of a stored file."""
    if isinstance(result, ConceptsResult):
        return _with_warnings({"concept_urls": [link(concept) for concept in result.concepts]}, result.warnings)
    if result.model is None:
        raise ValueError("a result without a model is no success")
    key = "normalized_model_url" if isinstance(result, ModelResult) else "rescaled_model_url"
    output: dict[str, Any] = {key: link(result.model)}
    if result.proof is not None:
        output["stats"] = stats(result.proof)
    return _with_warnings(output, result.warnings)


def stats(proof: MeshProof) -> dict[str, Any]:
    """Return the proof's figures as the contract has them: extents as in the file, in metres with y up."""
    width, depth, height = proof.extents_mm
    return {
        "vertices": proof.vertices,
        "faces": proof.triangles,
        "watertight": proof.watertight,
        "extents": [round(length / MM_PER_M, 9) for length in (width, height, depth)],
    }


def _with_warnings(output: dict[str, Any], warnings: list[str]) -> dict[str, Any]:
    return output | ({"warnings": warnings} if warnings else {})
