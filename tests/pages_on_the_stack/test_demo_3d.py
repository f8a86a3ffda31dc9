"""The 3D demo, from its sample picture to the files of a print, over the native API of a real stack."""

import io
import json
from pathlib import Path

import pytest
import trimesh
from PIL import Image
from rich.console import Console

from deployments.demo_models3d import FILES, SAMPLE, SIZE_MM, build
from deployments.native_client import NativeClient, RunFailed
from tests.stack import RunningStack


def test_a_picture_becomes_a_print(stack: RunningStack, tmp_path: Path) -> None:
    """Every promised file is there, and the longest side of the STL is as long as it should be; stale files go."""
    said = Console(file=io.StringIO(), width=200)
    (tmp_path / "proof.json").write_text("stale")
    build(NativeClient(stack.api_url, said), SAMPLE.read_bytes(), tmp_path, said)
    assert {path.name for path in tmp_path.iterdir()} == set(FILES)
    mesh = trimesh.load(tmp_path / "model.stl")
    assert max(mesh.extents) == pytest.approx(SIZE_MM, abs=0.01)
    assert mesh.is_watertight
    proof = json.loads((tmp_path / "proof.json").read_text())
    assert (proof["engine"], proof["proof"]["watertight"]) == ("inflation", True)
    assert Image.open(tmp_path / "views.png").format == "PNG"
    assert f"{SIZE_MM:.1f} mm" in said.file.getvalue()


def test_what_is_no_picture_is_refused_with_the_reason(stack: RunningStack, tmp_path: Path) -> None:
    """The API's own words reach the person at the command line, and no file is left."""
    said = Console(file=io.StringIO())
    with pytest.raises(RunFailed, match="model3d was refused"):
        build(NativeClient(stack.api_url, said), b"no picture", tmp_path, said)
    assert list(tmp_path.iterdir()) == []
