"""The Blender block: builds and pictures from untrusted scripts, behind a lockdown."""

import sys
from collections.abc import Sequence
from pathlib import Path

from prefect.blocks.core import Block
from pydantic import Field

from blocks.blender.client import Reply, run_job
from blocks.blender.outcome import BlenderStatus, BuildOutcome
from blocks.blender.status import NO_BLENDER, look
from blocks.blender.verdict import GLB, explain, judge, refuse
from blocks.settings import settings
from tasks.domain.errors import UpstreamError
from tasks.domain.scripts import ScriptError, prepare

PNG = b"\x89PNG\r\n\x1a\n"


class Blender(Block):
    """Runs Blender scripts that nobody trusts: warm on a local server where one listens, cold otherwise."""

    _block_type_name = "Blender"
    _block_type_slug = "atelier-blender"

    python: Path = Field(default_factory=lambda: settings().blender_python, description="A Python with bpy")
    socket: Path | None = Field(default_factory=lambda: settings().blender_socket, description="The warm server")
    executable: Path | None = Field(
        default_factory=lambda: settings().blender_executable,
        description="An external Blender, used when there is no Python with bpy",
    )
    timeout_s: float = Field(default_factory=lambda: settings().blender_timeout_s, ge=1, le=3600)
    memory_mb: int = Field(4096, ge=256, description="Resident memory, and address space beyond what the runner maps")
    output_mb: int = Field(64, ge=1, le=256, description="Of all files that one job writes")
    log_kb: int = Field(2048, ge=16, description="Printed by one job")
    allow_unsandboxed: bool = Field(
        default_factory=lambda: settings().allow_unsandboxed,
        description="Accept running scripts where no lockdown is possible",
    )

    async def build(self, script: str, *, timeout_s: float | None = None) -> BuildOutcome:
        """Run `script` on an empty scene and return what came of it, the GLB of all its meshes included.

        A bad script is an outcome with `ok` False. Raises MissingLockdown, and UpstreamError when Blender is missing
        or the runner itself fails.
        """
        try:
            prepared = prepare(script)
        except ScriptError as error:
            return refuse(script, error)
        reply = await self._run("build", {}, {"script.py": prepared.script.encode()}, [GLB], timeout_s)
        return judge(script, prepared.notes, reply)

    async def render(
        self,
        glb: bytes,
        views: Sequence[str],
        *,
        size_px: int = 768,
        samples: int = 16,
        timeout_s: float | None = None,
    ) -> dict[str, bytes]:
        """Return a PNG per view of the ring in `glb`, rendered by a fresh child behind the same wall.

        Raises UpstreamError when a picture is missing.
        """
        pictures = {view: f"picture_{number}.png" for number, view in enumerate(views)}
        options = {"pictures": pictures, "size_px": size_px, "samples": samples}
        reply = await self._run("render", options, {GLB: glb}, list(pictures.values()), timeout_s)
        rendered = {view: reply.files.get(name, b"") for view, name in pictures.items()}
        if reply.exit_status != 0 or not all(picture.startswith(PNG) for picture in rendered.values()):
            raise UpstreamError("blender", f"rendering failed: {explain('', reply)}")
        return rendered

    def status(self) -> BlenderStatus:
        """Say what there is to run scripts with, and how to mend what is missing."""
        return look(self.python, self.socket, self.executable)

    async def _run(
        self,
        kind: str,
        options: dict[str, object],
        files: dict[str, bytes],
        outputs: list[str],
        timeout_s: float | None,
    ) -> Reply:
        job = {
            "kind": kind,
            "options": options,
            "outputs": outputs,
            "limits": {
                "timeout_s": timeout_s or self.timeout_s,
                "memory_mb": self.memory_mb,
                "output_mb": self.output_mb,
            },
            "log_bytes": self.log_kb << 10,
            "allow_unsandboxed": self.allow_unsandboxed,
        }
        if self.python.exists():
            return await run_job(job, files, python=self.python, server=self.socket)
        if self.executable:
            return await run_job(job, files, python=Path(sys.executable), server=None, executable=self.executable)
        raise UpstreamError("blender", NO_BLENDER)
