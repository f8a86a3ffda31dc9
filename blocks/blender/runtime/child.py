"""One job inside the child process: lock down, then run the untrusted part, then report.

Exit status 0 and a report that ends with `"done": true` mean that everything asked for was done. Whatever the report
says comes from a process that ran untrusted code: it explains, it proves nothing.
"""

import contextlib
import gc
import io
import json
import os
import sys
import tempfile
import types
from pathlib import Path
from typing import Any

import lockdown

MAX_REPORT_BYTES = 64 << 10
KIT = Path(__file__).resolve().parent / "ring_kit"
preloaded_kit: dict[str, int] = {}


class Reporting:
    """Notes how far the job came, and takes in whatever the untrusted part raises, SystemExit included."""

    def __init__(self, report_fd: int) -> None:
        self.report_fd = report_fd
        self.report: dict[str, Any] = {"stage": "start", "error": None, "done": False}

    def __enter__(self) -> "Reporting":
        return self

    def stage(self, name: str) -> None:
        self.report["stage"] = name

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: Any) -> bool:
        if error is None:
            self.report["done"] = True
        else:
            self._describe(error)
        os.write(self.report_fd, json.dumps(self.report).encode()[:MAX_REPORT_BYTES])
        return True

    def _describe(self, error: BaseException) -> None:
        import facts

        self.report["error"] = facts.describe(error)
        if self.report["stage"] == "script" and facts.inside(error, "build"):
            self.stage("build")


def preload() -> None:
    """Load all that a job needs, the exporter too, which loads itself at its first export, and empty the scene."""
    global preloaded_kit
    preloaded_kit = kit_files()
    import faces  # noqa: F401
    import facts  # noqa: F401

    lockdown.missing()  # loads libseccomp; looking for it and for the files takes longer than the lockdown itself
    lockdown.runtime_files()
    start_blender(empty=False)
    import ring_kit  # noqa: F401

    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        export(Path(folder) / "cube.glb")
    start_blender()
    gc.collect()
    gc.freeze()  # the collector would touch, and so copy, every page in every child


def kit_files() -> dict[str, int]:
    """Return when each file of the ring kit was last changed, in ns."""
    return {str(path): path.stat().st_mtime_ns for path in KIT.glob("*.py")}


def forget_old_kit() -> None:
    """Have the ring kit imported anew, where its files have changed since it was preloaded."""
    if kit_files() != preloaded_kit:
        for name in [name for name in sys.modules if name.split(".")[0] == KIT.name]:
            del sys.modules[name]


def start_blender(*, empty: bool = True) -> None:
    """Import bpy where that is still to do, and load an empty scene with factory settings."""
    import bpy

    bpy.ops.wm.read_factory_settings(use_empty=empty)


def work(kind: str, options: dict[str, Any], folder: Path, report_fd: int) -> int:
    """Do the job of `kind` in `folder`, behind the wall already; return the exit status."""
    jobs = {"build": build, "render": render_views}
    with Reporting(report_fd) as reporting:
        if "bpy" not in sys.modules:
            start_blender()
        jobs[kind](reporting, options, folder)
    sys.stdout.flush()
    return 0 if reporting.report["done"] else 1


def build(reporting: Reporting, options: dict[str, Any], folder: Path) -> None:
    """Run script.py on an empty scene and export every mesh that it made to ring.glb."""
    import faces
    import facts

    forget_old_kit()
    source = options["script"]
    facts.remember(source)
    module = types.ModuleType("__main__")
    module.__dict__.update(_safe_face=faces.safe_face, __file__="script.py")
    sys.modules["__main__"] = module
    reporting.stage("script")
    exec(compile(source, "script.py", "exec"), module.__dict__)
    if faces.skipped:
        print(f"{faces.skipped} faces left out: fewer than three corners, repeated corners or already there")
    reporting.stage("export")
    export(folder / "ring.glb")


def export(path: Path) -> None:
    """Write the scene to `path` as GLB, modifiers applied, +Y up."""
    import bpy

    if not any(item.type == "MESH" for item in bpy.data.objects):
        raise RuntimeError("the script made no mesh object; define build() and link its objects to the scene")
    bpy.ops.export_scene.gltf(
        filepath=str(path),
        export_format="GLB",
        export_apply=True,
        export_yup=True,
        export_animations=False,
        export_cameras=False,
        export_lights=False,
    )


def render_views(reporting: Reporting, options: dict[str, Any], folder: Path) -> None:
    """Render the views in `options` from ring.glb, one PNG each."""
    import render

    reporting.stage("script")
    pictures = {view: str(folder / name) for view, name in options["pictures"].items()}
    render.render(str(folder / "ring.glb"), pictures, options["size_px"], options["samples"])


def wall(
    limits: lockdown.Limits,
    inputs: list[Path],
    outputs: list[Path],
    *,
    unsandboxed: bool,
    may_exec: Path | None = None,
) -> None:
    """Take on the wall; without one, only with the operator's word, keep to the rlimits."""
    if unsandboxed and lockdown.missing():
        limits.apply()
        return
    lockdown.lock(limits, [*lockdown.runtime_files(), *inputs], [*outputs, Path("/dev/null")], may_exec=may_exec)
