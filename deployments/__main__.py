"""Atelier's command line: `python -m deployments COMMAND`. Each command imports only what it needs."""

import argparse
import sys
from pathlib import Path

from deployments.catalog import POOLS


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status."""
    options = parser().parse_args(arguments)
    status: int = options.run(options)
    return status


def parser() -> argparse.ArgumentParser:
    """Return the parser of every command."""
    root = argparse.ArgumentParser(prog="python -m deployments", description="Words and pictures into jewelry.")
    commands = root.add_subparsers(metavar="COMMAND", required=True)

    up = commands.add_parser("up", help="start everything here, until Ctrl-C")
    up.add_argument("--pools", type=_pools, default=POOLS, metavar="A,B", help=f"pools that get a worker ({_names()})")
    up.add_argument("--port-base", type=int, metavar="PORT", help="Prefect, API and ring contract from here upwards")
    up.set_defaults(run=_up)

    down = commands.add_parser("down", help="stop what runs here")
    down.set_defaults(run=_down)

    status = commands.add_parser("status", help="what runs, and what waits")
    status.set_defaults(run=_status)

    doctor = commands.add_parser("doctor", help="what is missing on this machine, and how to mend it")
    doctor.add_argument("--system", action="store_true", help="only what a system package has to give")
    doctor.set_defaults(run=_doctor)

    demo = commands.add_parser("demo", help="one ring from a prompt, through the whole house")
    demo.add_argument("prompt")
    demo.add_argument("--out", type=Path, default=Path("out/demo"), metavar="DIR")
    demo.add_argument("--model", default=None, help="claude, claude-sonnet, claude-opus, gemini; default: by the keys")
    demo.add_argument("--keep", action="store_true", help="leave the stack running")
    demo.set_defaults(run=_demo)

    demo_try_on = commands.add_parser("demo-tryon", help="a photo of jewelry and some clicks to pictures of it worn")
    demo_try_on.add_argument("photo", type=_file, nargs="?", help="with its clicks beside it, as .json; else a sample")
    demo_try_on.add_argument("--out", type=Path, default=Path("out/demo-tryon"), metavar="DIR")
    demo_try_on.add_argument("--keep", action="store_true", help="leave the stack running")
    demo_try_on.set_defaults(run=_demo_try_on)

    demo_3d = commands.add_parser("demo-3d", help="a picture of a piece to a mesh, and that to a print of 40 mm")
    demo_3d.add_argument("picture", type=_file, nargs="?", help="one piece on a plain ground; else a sample")
    demo_3d.add_argument("--out", type=Path, default=Path("out/demo-3d"), metavar="DIR")
    demo_3d.add_argument("--keep", action="store_true", help="leave the stack running")
    demo_3d.set_defaults(run=_demo_3d)

    demo_images = commands.add_parser("demo-images", help="an idea to rounds of pictures; a photo to a scene")
    demo_images.add_argument("concept", nargs="?", help="what the pictures are to be about")
    demo_images.add_argument("--photo", type=_file, help="to be described and imagined anew; else a sample")
    demo_images.add_argument("--out", type=Path, default=Path("out/demo-images"), metavar="DIR")
    demo_images.add_argument("--keep", action="store_true", help="leave the stack running")
    demo_images.set_defaults(run=_demo_images)

    _add_workbench(commands)
    return root


def _add_workbench(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    design = commands.add_parser("design", help="prompt to ring, without any server")
    design.add_argument("prompt")
    design.add_argument("--out", type=Path, required=True, metavar="DIR")
    design.add_argument("--views", action="store_true", help="the eight named views beside the hero picture")
    design.set_defaults(run=_design)

    build = commands.add_parser("build", help="any Blender script to GLB, under the lockdown")
    build.add_argument("script", type=_file)
    build.add_argument("--out", type=Path, required=True, metavar="DIR")
    build.set_defaults(run=_build)

    prove = commands.add_parser("prove", help="a ring's measurements from its GLB, as JSON")
    prove.add_argument("glb", type=_file)
    prove.set_defaults(run=_prove)


def _names() -> str:
    return ", ".join(POOLS)


def _pools(text: str) -> tuple[str, ...]:
    pools = tuple(name.strip() for name in text.split(","))
    if unknown := [name for name in pools if name not in POOLS]:
        raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: pools are {_names()}")
    return pools


def _file(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"{text}: no such file")
    return path


def _up(options: argparse.Namespace) -> int:
    from deployments.up import up

    return up(options.pools, options.port_base)


def _down(options: argparse.Namespace) -> int:
    from deployments.background import down

    return down()


def _status(options: argparse.Namespace) -> int:
    from deployments.status import status

    return status()


def _doctor(options: argparse.Namespace) -> int:
    from deployments.doctor import doctor

    return doctor(system_only=options.system)


def _demo(options: argparse.Namespace) -> int:
    from deployments.demo import demo

    return demo(options.prompt, options.out, model=options.model, keep=options.keep)


def _demo_3d(options: argparse.Namespace) -> int:
    from deployments.demo_models3d import SAMPLE, demo_models3d

    return demo_models3d(options.picture or SAMPLE, options.out, keep=options.keep)


def _demo_images(options: argparse.Namespace) -> int:
    from deployments.demo_images import CONCEPT, SAMPLE, demo_images

    return demo_images(options.concept or CONCEPT, options.photo or SAMPLE, options.out, keep=options.keep)


def _demo_try_on(options: argparse.Namespace) -> int:
    from deployments.demo_try_on import SAMPLE, demo_try_on

    return demo_try_on(options.photo or SAMPLE, options.out, keep=options.keep)


def _design(options: argparse.Namespace) -> int:
    from deployments.workbench import design

    return design(options.prompt, options.out, views=options.views)


def _build(options: argparse.Namespace) -> int:
    from deployments.workbench import build

    return build(options.script, options.out)


def _prove(options: argparse.Namespace) -> int:
    from deployments.workbench import prove

    return prove(options.glb)


if __name__ == "__main__":
    sys.exit(main())
