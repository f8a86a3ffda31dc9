"""The house's rules about imports and files, held by reading the sources."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HOUSE = ("api", "flows", "tasks", "blocks", "deployments", "bench")

# Who may import what, most specific prefix first. Names are module prefixes of our own folders.
MAY_IMPORT = {
    "api.studio": {
        "api.studio", "tasks.domain", "blocks.artifacts", "blocks.fetching", "blocks.settings", "api.base64_bytes",
        "api.errors", "api.middleware", "blocks.try_on.uploads",
    },
    "api": {
        "api", "deployments.catalog", "flows.contracts", "blocks.artifacts", "blocks.fetching", "blocks.settings",
        "blocks.tracing", "blocks.try_on", "blocks.webhooks", "tasks.domain.images", "tasks.domain.masks.overlay",
        "tasks.domain.try_on",
        "tasks.domain.dags", "tasks.domain.errors", "tasks.domain.pictures", "tasks.domain.rings.report",
        "tasks.domain.trace_context", "tasks.domain.concepts.styles", "blocks.incoming", "blocks.models3d",
        "blocks.image_models.settings", "blocks.images", "tasks.domain.scenes",
    },
    "flows.contracts": {"flows.contracts", "blocks.artifacts", "tasks.domain"},
    "flows": {"flows.contracts", "flows", "tasks"},
    "tasks.domain": {"tasks.domain"},
    "tasks": {"tasks", "blocks", "flows.contracts"},
    "blocks": {"blocks", "tasks.domain"},
}  # fmt: skip
FOREIGN_TO_DOMAIN = {"prefect", "fastapi", "httpx", "starlette", "bpy", "anthropic", "google"}


def sources() -> list[Path]:
    """Every Python file of the house, but for what runs inside Blender."""
    files = [path for folder in HOUSE for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in files if "runtime" not in path.parts]


def module_of(path: Path) -> str:
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    return name.removesuffix(".__init__")


def imports_of(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
            found.update(
                f"{node.module}.{alias.name}"
                for alias in node.names
                if (ROOT / node.module.replace(".", "/") / f"{alias.name}.py").exists()
            )
    return found


def rule_for(module: str) -> set[str] | None:
    for prefix, allowed in MAY_IMPORT.items():
        if module == prefix or module.startswith(prefix + "."):
            return allowed
    return None


def is_within(name: str, prefixes: set[str]) -> bool:
    return any(name == prefix or name.startswith(prefix + ".") for prefix in prefixes)


@pytest.mark.parametrize("path", sources(), ids=module_of)
def test_imports_point_one_way(path: Path) -> None:
    """A module imports only those of our folders that the design lets it import."""
    allowed = rule_for(module_of(path))
    if allowed is None:
        return
    ours = {name for name in imports_of(path) if name.split(".")[0] in HOUSE}
    # `from blocks import artifacts` shows as blocks and blocks.artifacts: the longer name is the one that counts
    ours -= {name for name in ours if any(other.startswith(name + ".") for other in ours)}
    assert {name for name in ours if not is_within(name, allowed)} == set()


@pytest.mark.parametrize("path", [p for p in sources() if "domain" in p.parts], ids=module_of)
def test_the_domain_knows_no_framework(path: Path) -> None:
    """Pure code stays pure: no orchestrator, web framework, HTTP client or Blender in tasks/domain."""
    assert {name for name in imports_of(path) if name.split(".")[0] in FOREIGN_TO_DOMAIN} == set()


def test_one_module_knows_meshlab() -> None:
    """MeshLab is GPL-3: only one module imports it, so that whoever ships the rest can leave it out."""
    users = {
        module_of(path) for path in sources() if any(name.split(".")[0] == "pymeshlab" for name in imports_of(path))
    }
    assert users <= {"tasks.domain.meshes.meshlab"}


def test_nothing_imports_api_or_flows() -> None:
    """Flows are named by deployments and the shim by its server; only contracts are for others."""
    offenders = {
        (module_of(path), name)
        for path in sources()
        for name in imports_of(path)
        if name.split(".")[0] in {"api", "flows"}
        and name.split(".")[0] != module_of(path).split(".")[0]
        and not is_within(name, {"flows.contracts"})
        and name != "flows"
    }
    assert offenders == set()


def test_no_flow_file_hides_a_module() -> None:
    """Prefect puts flows/ first on sys.path for path entrypoints, so a flow file must not shadow a module."""
    names = {path.stem for path in (ROOT / "flows").glob("*.py")} - {"__init__"}
    assert names.isdisjoint(sys.stdlib_module_names)


@pytest.mark.parametrize("path", sources(), ids=module_of)
def test_no_broad_except(path: Path) -> None:
    """Errors are caught by name: no bare except, no except Exception or BaseException."""
    broad = [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}))
    ]
    assert broad == []


@pytest.mark.parametrize("path", sources(), ids=module_of)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    """A module with code begins with a docstring, so that a newcomer knows the file from its first line."""
    tree = ast.parse(path.read_text())
    assert not tree.body or ast.get_docstring(tree)
