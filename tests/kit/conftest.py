"""The kit's pure modules for tests without Blender, and Blender itself in a child process."""

import pytest

from tests.kit_runner import RUNTIME, make_pure_kit_importable, printed_in_blender

make_pure_kit_importable()

PREAMBLE = """
import sys
sys.path.insert(0, {runtime!r})
import bpy
import ring_kit as kit

def export(path):
    bpy.ops.export_scene.gltf(filepath=path, export_format="GLB", export_apply=True)

def clear():
    for thing in list(bpy.data.objects):
        bpy.data.objects.remove(thing, do_unlink=True)

clear()
"""


@pytest.fixture(scope="session")
def run_in_blender():
    """A function that runs a script after `import ring_kit as kit` in real Blender and returns what it printed."""

    def run(script: str) -> str:
        return printed_in_blender(PREAMBLE.format(runtime=str(RUNTIME)) + script)

    return run
