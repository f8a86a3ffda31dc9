"""Hostile GLBs: whatever the bytes, there is a proof or InvalidInput, and soon."""

import json
import struct
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tasks.domain.errors import InvalidInput
from tasks.domain.meshes.glb import open_glb
from tasks.domain.rings.proof import prove
from tests.domain.rings_proof import bodies

Json = dict[str, Any]
MUTATIONS = 300
MAX_S = 5.0


@pytest.fixture(scope="module")
def sound() -> bytes:
    """A small ring with claws and a stone."""
    parts = bodies.solitaire()
    parts["shank"] = bodies.torus(sections=24)
    return bodies.glb(parts)


def packed(document: Json | bytes, binary: bytes) -> bytes:
    """A GLB with correct lengths around any JSON."""
    text = document if isinstance(document, bytes) else json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    body = struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(binary), b"BIN\0") + binary
    return b"glTF" + struct.pack("<II", 2, 12 + len(body)) + body


def unpacked(data: bytes) -> tuple[Json, bytes]:
    (length,) = struct.unpack_from("<I", data, 12)
    return json.loads(data[20 : 20 + length]), data[28 + length :]


def outcome(data: bytes) -> str:
    """'proof' or 'refused'; any other exception passes through, and slowness and wrong blame fail."""
    started = time.perf_counter()
    try:
        prove(data)
        told = "proof"
    except InvalidInput as error:
        told = "refused" if error.field == "glb" else f"blamed on {error.field}"
    assert time.perf_counter() - started < MAX_S
    assert told in ("proof", "refused")
    return told


@pytest.mark.parametrize("seed", range(4))
def test_flipped_bytes_never_break_the_proof(sound, seed):
    """Random bytes anywhere in the file: only a proof or InvalidInput comes out."""
    random = np.random.default_rng(seed)
    for _ in range(MUTATIONS // 4):
        data = bytearray(sound)
        for place in random.integers(0, len(data), random.integers(1, 40)):
            data[place] = random.integers(0, 256)
        outcome(bytes(data))


def test_cut_off_files_are_refused(sound):
    """A file that ends early, anywhere, is refused."""
    for end in np.random.default_rng(7).integers(0, len(sound), 60):
        assert outcome(sound[:end]) == "refused"


STRANGE = [-1, 0, 1, 2**31, 2**63, 10**400, 1e308, -0.5, True, None, "", "x", [], [0], {}, [[[]]], "\ud800", 1e-320]


@pytest.mark.parametrize("seed", range(4))
def test_strange_values_in_the_json_never_break_the_proof(sound, seed):
    """Any value of the JSON replaced by one of the wrong type, sign or size."""
    random = np.random.default_rng(100 + seed)
    for _ in range(MUTATIONS // 4):
        document, binary = unpacked(sound)
        for _ in range(random.integers(1, 4)):
            holder, key = _random_place(document, random)
            holder[key] = STRANGE[random.integers(len(STRANGE))]
        outcome(packed(document, binary))


def _random_place(document: Json, random: np.random.Generator) -> tuple[Any, Any]:
    """A random entry of a random object or list."""
    places: list[tuple[Any, Any]] = []
    stack: list[Any] = [document]
    while stack:
        holder = stack.pop()
        for key, value in holder.items() if isinstance(holder, dict) else enumerate(holder):
            places.append((holder, key))
            if isinstance(value, dict | list) and value:
                stack.append(value)
    return places[random.integers(len(places))]


def test_strange_coordinates_never_break_the_proof(sound):
    """Huge, tiny, infinite and equal coordinates, and corners at random."""
    document, binary = unpacked(sound)
    words = len(binary) // 4
    random = np.random.default_rng(11)
    for value in (np.inf, -np.inf, np.nan, 3e38, 1e4, 1e-44, 0.0, -0.0):
        floats = np.frombuffer(binary[: 4 * words], "<f4").copy()
        floats[random.integers(0, words, 50)] = value
        outcome(packed(document, floats.tobytes()))
    for value in (0.0, 1e-3, 1e30):
        outcome(packed(document, np.full(words, value, "<f4").tobytes()))
    outcome(packed(document, bytes(len(binary))))


def _cycle(document: Json) -> None:
    document["nodes"][0]["children"] = [0]


def _deep(document: Json) -> None:
    document["nodes"] = [{"children": [index + 1]} for index in range(5000)] + [{"mesh": 0}]
    document["scenes"] = [{"nodes": [0]}]


def _instanced(document: Json) -> None:
    document["nodes"] = [{"mesh": 0} for _ in range(15_000)]
    document["scenes"] = [{"nodes": list(range(15_000))}]


def _shared_child(document: Json) -> None:
    document["nodes"] = [{"children": [2, 2]}, {"children": [2]}, {"mesh": 0}]
    document["scenes"] = [{"nodes": [0, 1]}]


def _outside_file(document: Json) -> None:
    document["buffers"][0]["uri"] = "file:///etc/passwd"


def _outside_picture(document: Json) -> None:
    document["images"] = [{"uri": "https://example.org/a.png"}]


def _compressed(document: Json) -> None:
    document["extensionsRequired"] = ["KHR_draco_mesh_compression"]


def _sparse(document: Json) -> None:
    document["accessors"][0]["sparse"] = {"count": 1}


def _without_data(document: Json) -> None:
    del document["accessors"][0]["bufferView"]


def _beyond_the_buffer(document: Json) -> None:
    document["bufferViews"][0]["byteLength"] = 2**40
    document["buffers"][0]["byteLength"] = 2**41


def _billions_of_corners(document: Json) -> None:
    for accessor in document["accessors"]:
        accessor["count"] = 3 * 2**40


def _no_triangles(document: Json) -> None:
    document["scenes"] = [{"nodes": []}]


def _strips(document: Json) -> None:
    document["meshes"][0]["primitives"][0]["mode"] = 5


def _old_version(document: Json) -> None:
    document["asset"]["version"] = "1.0"


def _overflowing_transforms(document: Json) -> None:
    for node in document["nodes"]:
        node["matrix"] = [1e300] * 16


ATTACKS = [
    _cycle, _deep, _instanced, _shared_child, _outside_file, _outside_picture, _compressed, _sparse, _without_data,
    _beyond_the_buffer, _billions_of_corners, _no_triangles, _strips, _old_version, _overflowing_transforms,
]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__.strip("_"))
def test_known_attacks_are_refused(sound, attack: Callable[[Json], None]):
    """Cycles, bombs, other files, compression, data beyond its bounds: refused before any geometry is built."""
    document, binary = unpacked(sound)
    attack(document)
    with pytest.raises(InvalidInput):
        open_glb(packed(document, binary))


@pytest.mark.parametrize("text", [b"[" * 100_000, b'{"a":' * 50_000, b"\xff\xfe", b"", b"null", b'{"asset":NaN}'])
def test_json_that_is_none_is_refused(text):
    """Nesting bombs, wrong encodings and wrong roots."""
    assert outcome(packed(text, b"")) == "refused"


def test_a_mirrored_node_is_not_inside_out(sound):
    """A node scaled by -1 mirrors its mesh; its faces are turned back, so the part is sound."""
    document, binary = unpacked(sound)
    for node in document["nodes"]:
        node.pop("matrix", None)
        if "mesh" in node:
            node["scale"] = [-1, 1, 1]
    proof = prove(packed(document, binary))

    assert not any(part.inverted for part in proof.parts)


def test_names_of_nodes_are_made_plain(sound):
    """What a file calls its parts cannot carry markup or control characters into reports."""
    document, binary = unpacked(sound)
    next(node for node in document["nodes"] if "mesh" in node)["name"] = "a\n# <script>" + "x" * 500
    names = [part.name for part in prove(packed(document, binary)).parts]

    assert not any(set(name) & set("\n<>#`|") or len(name) > 64 for name in names)
