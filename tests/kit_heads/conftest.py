"""Rings built in real Blender, once for the folder, and their proofs."""

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from tasks.domain.rings.proof import prove
from tasks.domain.rings.report import RingProof
from tests.kit_runner import RUNTIME, make_pure_kit_importable, printed_in_blender

make_pure_kit_importable()

PREAMBLE = f"""
import sys
sys.path.insert(0, {str(RUNTIME)!r})
import bpy
import ring_kit as kit

def save(path, *, opening_mm=0.0, width_mm=2.2, thickness_mm=1.8, profile="comfort"):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    metal, stone = kit.metal("platinum"), kit.stone("diamond")
    shank = kit.shank(17.3, width_mm, thickness_mm, metal=metal, opening_mm=opening_mm, profile=profile)
    yield shank, metal, stone
    bpy.ops.export_scene.gltf(filepath=path, export_format="GLB", export_apply=True)
"""


@pytest.fixture(scope="package")
def provers():
    """A process for each core, since proving takes longer than building."""
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as provers:
        yield provers


@pytest.fixture
def proofs(tmp_path, provers):
    """A function that runs a script in Blender and proves every GLB it left in `folder`, by file stem."""

    def run(script: str) -> dict[str, RingProof]:
        printed_in_blender(f"{PREAMBLE}\nfolder = {str(tmp_path)!r}\n{script}")
        made = {path.stem: path.read_bytes() for path in sorted(tmp_path.glob("*.glb"))}
        return dict(zip(made, provers.map(prove, made.values()), strict=True))

    return run


@pytest.fixture
def run_refused():
    """A function that runs each line of a script and returns the ValueError that each one raised."""

    def run(script: str) -> list[str]:
        lines = [line for line in script.splitlines() if line]
        code = f"""{PREAMBLE}
shank, metal, stone = next(save("unused.glb"))
for line in {lines!r}:
    try:
        exec(line)
    except ValueError as error:
        print("REFUSED", error)
"""
        printed = printed_in_blender(code).splitlines()
        return [line.removeprefix("REFUSED ") for line in printed if line.startswith("REFUSED")]

    return run
