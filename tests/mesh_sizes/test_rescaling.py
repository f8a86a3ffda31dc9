"""Rescaling: by factor, to one, two or three dimensions, exactly or in proportion."""

import numpy as np
import pytest

from tasks.domain.errors import InvalidInput
from tasks.domain.meshes.model import Model, Part
from tasks.domain.meshes.rescaling import rescaled
from tasks.domain.meshes.sizes import TargetDimensions
from tests.mesh_sizes.models import box, painted_box

BOX = Model((box(1.0, 0.5, 0.8),), {"normalization": {"scale": 2.0}})  # glTF x, y, z: width, height, depth


def test_one_dimension_scales_all():
    """100 mm of width on a box of 1.0 × 0.5 × 0.8 is a factor of 0.1: 0.100 × 0.050 × 0.080 m."""
    result = rescaled(BOX, target=TargetDimensions(x=100, unit="mm"))
    assert result.model.extents == pytest.approx([0.100, 0.050, 0.080])
    assert result.factors.model_dump() == pytest.approx({"x": 0.1, "y": 0.1, "z": 0.1})
    assert result.warnings == []


@pytest.mark.parametrize(
    ("target", "factor"),
    [
        ({"z": 100, "unit": "mm"}, 0.2),
        ({"y": 8, "unit": "cm"}, 0.1),
        ({"z": 1, "unit": "m"}, 2),
        ({"x": 2, "unit": "in"}, 0.0508),
    ],
)
def test_print_axes_and_units(target, factor):
    """z is the height, which glTF calls y; y is the depth, glTF's z; mm, cm, m and inches become metres."""
    result = rescaled(BOX, target=TargetDimensions(**target))
    assert result.model.extents == pytest.approx(np.array([1.0, 0.5, 0.8]) * factor)


def test_three_dimensions_are_met_exactly_with_a_warning():
    """Each named axis gets its length; the warning names which axis grew most and by how much."""
    result = rescaled(BOX, target=TargetDimensions(x=100, y=50, z=80))
    assert result.model.extents == pytest.approx([0.100, 0.080, 0.050])
    (warning,) = result.warnings
    assert "height grows 156.0% more than the depth" in warning


def test_two_dimensions_leave_the_third_between_them():
    """The third axis grows by the geometric mean of the two factors."""
    result = rescaled(BOX, target=TargetDimensions(x=400, z=50))
    assert result.factors.model_dump() == pytest.approx({"x": 0.4, "z": 0.1, "y": 0.2})
    assert result.model.extents == pytest.approx([0.4, 0.05, 0.16])
    assert len(result.warnings) == 1


def test_proportions_within_one_percent_need_no_warning():
    """Rounded millimetres are no distortion."""
    assert rescaled(BOX, target=TargetDimensions(x=100, y=80.5, z=50)).warnings == []


def test_keep_aspect_fits_the_tightest():
    """All axes grow alike, as far as the tightest dimension allows, and what stays smaller is said."""
    result = rescaled(BOX, target=TargetDimensions(x=100, y=100, z=100), keep_aspect=True)
    assert result.model.extents == pytest.approx([0.100, 0.050, 0.080])
    assert len(result.warnings) == 2
    assert "depth is 80 mm instead of 100 mm" in result.warnings[0]


def test_by_factor():
    """A factor scales all axes."""
    assert rescaled(BOX, scale_factor=0.04).model.extents == pytest.approx([0.04, 0.02, 0.032])


def test_centre_and_extras_stay():
    """A centred model stays centred; what the file says of itself stays, with the factors added."""
    result = rescaled(BOX, scale_factor=0.04)
    assert result.model.bounds.sum(axis=0) == pytest.approx(np.zeros(3))
    assert result.model.extras == {"normalization": {"scale": 2.0}, "rescale": {"x": 0.04, "y": 0.04, "z": 0.04}}


def test_looks_are_untouched():
    """Texture coordinates and material are the same objects, and faces stay wound outwards."""
    source = painted_box()
    (part,) = rescaled(Model((source,)), target=TargetDimensions(x=3, y=2, z=9)).model.parts
    assert part.uv is source.uv
    assert part.material is source.material
    assert part.faces is source.faces


@pytest.mark.parametrize(
    ("sizes", "field"),
    [
        ({}, "target_dimensions"),
        ({"scale_factor": 1.0, "target": TargetDimensions(x=1)}, "target_dimensions"),
        ({"scale_factor": 0.0}, "scale_factor"),
        ({"scale_factor": float("nan")}, "scale_factor"),
        ({"scale_factor": -2.0}, "scale_factor"),
        ({"scale_factor": 1e9}, "scale_factor"),
        ({"target": TargetDimensions(x=1e6, unit="m")}, "target_dimensions"),
    ],
)
def test_impossible_sizes_are_refused(sizes, field):
    """Neither or both ways, factors that are no sizes, and sizes that no file can hold."""
    with pytest.raises(InvalidInput) as caught:
        rescaled(BOX, **sizes)
    assert caught.value.field == field


def test_a_flat_axis_cannot_be_scaled_to_a_length():
    """A sheet has no height that could become 10 mm; its width can."""
    sheet = Model((Part("sheet", np.array([[0.0, 0, 0], [1, 0, 0], [0, 0, 1]]), np.array([[0, 1, 2]])),))
    with pytest.raises(InvalidInput, match="z: the model has no extent"):
        rescaled(sheet, target=TargetDimensions(z=10))
    assert rescaled(sheet, target=TargetDimensions(x=10)).model.extents == pytest.approx([0.01, 0, 0.01])
