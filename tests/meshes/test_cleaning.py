"""Cleaning: each defect of the corpus ends watertight, or with the reason why it cannot be."""

import pytest
import trimesh

from tasks.domain.errors import InvalidInput
from tasks.domain.meshes.cleaning import clean
from tests.meshes.defects import DEFECTS, Defect


def whole(model) -> trimesh.Trimesh:
    """All parts as one mesh, equal positions merged within each component but not where components touch."""
    meshes = [trimesh.Trimesh(part.vertices, part.faces, process=False) for part in model.parts]
    return trimesh.util.concatenate(meshes)


def merged(mesh: trimesh.Trimesh) -> trimesh.Trimesh:
    mesh = mesh.copy()
    mesh.merge_vertices(merge_tex=True, merge_norm=True)
    return mesh


@pytest.mark.parametrize("case", DEFECTS.values(), ids=lambda case: case.name)
def test_every_defect_ends_watertight_or_with_a_reason(case: Defect):
    """What can be mended is mended, strictly and to the true volume; of the rest the reason is told."""
    if case.reason == "holds no solid":
        with pytest.raises(InvalidInput, match=case.reason):
            clean(case.build())
        return
    model, report = clean(case.build())
    if case.reason:
        assert not report.watertight
        assert case.reason in "; ".join(part.reason for part in report.parts)
        return
    assert [part.reason for part in report.parts] == [""] * len(model.parts)
    assert report.watertight
    mesh = whole(model)
    tight = mesh if mesh.is_watertight else merged(mesh)
    assert tight.is_watertight
    assert tight.is_winding_consistent
    if case.volume is not None:
        assert tight.volume == pytest.approx(case.volume, rel=case.within)


def test_the_corpus_has_at_least_forty_defects():
    """The corpus is as large as was asked for."""
    assert len(DEFECTS) >= 40
