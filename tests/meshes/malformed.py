"""Models that are cut off, damaged, lie or explode. Run as a program, it opens them all.

`python -m tests.meshes.malformed` prints one JSON object per file, opened with 1 GB of memory to spare: {"name",
"refused" (what the InvalidInput says, null if the file was taken), "sound" (whether the taken model is), "seconds"
(of CPU)}. Another error ends it.
"""

import json
import resource
import struct
import time
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import numpy as np

from tests.meshes.good_files import GOOD, glb_coloured, glb_draco, glb_of, glb_textured, opened, stl_binary

MEMORY_BYTES = 1 << 30
CONTROL = "more memory than there is"
FLIPS = 12
SMEARS = 6
MUST_BE_REFUSED = ("texts: ", "glb json: ", "glb container: ", "stl: ", "obj: ", "ply: ")


def truncated() -> dict[str, bytes]:
    """Every good file, cut off at eight places."""
    return {
        f"cut: {name} after {eighth}/8": data[: len(data) * eighth // 8]
        for name, build in GOOD.items()
        for data in [build()]
        for eighth in range(8)
    }


def flipped() -> dict[str, bytes]:
    """Every good file with a few bits turned over, half of the time near its beginning."""
    files = {}
    for name, build in GOOD.items():
        for seed in range(FLIPS):
            random = np.random.default_rng(seed)
            data = bytearray(build())
            reach = len(data) if seed % 2 else min(400, len(data))
            for place in random.integers(0, reach, 1 + seed % 4):
                data[place] ^= 1 << int(random.integers(8))
            files[f"flip: {name} {seed}"] = bytes(data)
    return files


def smeared() -> dict[str, bytes]:
    """Every good file with a run of bytes set to 0x00 or 0xFF, repeated, or taken out."""
    files = {}
    for name, build in GOOD.items():
        for seed in range(SMEARS):
            random = np.random.default_rng(100 + seed)
            data = build()
            start = int(random.integers(0, len(data)))
            end = start + int(random.integers(1, 64))
            middle = (b"\xff" * (end - start), b"\0" * (end - start), data[start:end] * 2, b"")[seed % 4]
            files[f"smear: {name} {seed}"] = data[:start] + middle + data[end:]
    return files


def texts() -> dict[str, bytes]:
    """What is no model at all."""
    return {
        "texts: nothing": b"",
        "texts: one byte": b"g",
        "texts: prose": b"a ring of gold, please",
        "texts: HTML": b"<!doctype html><title>404</title>",
        "texts: JSON": b'{"asset": {"version": "2.0"}}',
        "texts: zip": b"PK\x03\x04" + bytes(200),
        "texts: PNG": b"\x89PNG\r\n\x1a\n" + bytes(200),
        "texts: zeros": bytes(4096),
        "texts: a long line": b"v" * 5_000_000,
        "texts: many empty lines": b"\n" * 5_000_000 + b"f 1 2 3",
        "texts: random bytes": np.random.default_rng(3).bytes(50_000),
    }


def containers() -> dict[str, bytes]:
    """GLB headers and chunks that do not fit."""
    good = glb_coloured()
    document, binary = opened(good)
    text = json.dumps(document).encode()

    def header(version: int, length: int, json_length: int) -> bytes:
        return b"glTF" + struct.pack("<III", version, length, json_length) + good[16:]

    json_length = struct.unpack_from("<I", good, 12)[0]
    return {
        "glb container: version 1": header(1, len(good), json_length),
        "glb container: length too large": header(2, len(good) + 1, json_length),
        "glb container: length of 4 GB": header(2, 2**32 - 1, json_length),
        "glb container: JSON of 4 GB": header(2, len(good), 2**32 - 1),
        "glb container: JSON of nothing": header(2, len(good), 0),
        "glb container: JSON reaches into the bytes": header(2, len(good), json_length + 40),
        "glb container: trailing bytes": good + b"more",
        "glb container: chunks the wrong way round": good.replace(b"JSON", b"BIN\0", 1),
        "glb container: no JSON": glb_of({}, binary),
        "glb container: JSON is a list": _glb_text(b"[]"),
        "glb container: JSON is text": _glb_text(b'"glTF"'),
        "glb container: JSON is cut off": _glb_text(text[: len(text) // 2]),
        "glb container: JSON is no UTF-8": _glb_text(b'{"asset": "\xff\xfe"}'),
        "glb container: a million brackets": _glb_text(b"[" * 1_000_000),
        "glb container: objects nested 100000 deep": _glb_text(b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
        "glb container: 17 MB of JSON": _glb_text(b'{"a":"' + b"x" * (17 << 20) + b'"}'),
        "glb container: no BIN chunk": glb_of(document),
    }


def _glb_text(text: bytes) -> bytes:
    return b"glTF" + struct.pack("<III", 2, 20 + len(text), len(text)) + b"JSON" + text


Change = Callable[[dict], None]


def _set(*path: str | int, to: object) -> Change:
    def change(document: dict) -> None:
        for key in path[:-1]:
            document = document[key]
        document[path[-1]] = to

    return change


LIES_ABOUT_THE_SCENE: dict[str, Change] = {
    "a node that is its own child": _set("nodes", 0, "children", to=[0]),
    "a cycle of nodes": _set("nodes", to=[{"children": [1]}, {"children": [2]}, {"children": [0], "mesh": 0}]),
    "a chain of 5000 nodes": _set("nodes", to=[*({"children": [i + 1]} for i in range(4999)), {"mesh": 0}]),
    "a mesh that is not there": _set("nodes", to=[{"mesh": 3}]),
    "a child that is not there": _set("nodes", to=[{"children": [8], "mesh": 0}]),
    "a matrix of 15": _set("nodes", to=[{"mesh": 0, "matrix": [1.0] * 15}]),
    "a matrix that overflows": _set("nodes", to=[{"mesh": 0, "matrix": [1e308] * 16}]),
    "a scale that overflows": _set("nodes", to=[{"mesh": 0, "scale": [1e200, 1e200, 1e200]}]),
    "a scale of text": _set("nodes", to=[{"mesh": 0, "scale": "large"}]),
    "a node placed twice": _set("scenes", to=[{"nodes": [0, 0]}]),
    "21000 nodes": _set("nodes", to=[{"mesh": 0}] * 21_000),
    "no scenes": _set("scenes", to=[]),
    "an empty scene": _set("scenes", to=[{"nodes": []}]),
    "no asset": _set("asset", to=None),
    "version 1.0": _set("asset", to={"version": "1.0"}),
    "meshopt": _set("extensionsRequired", to=["EXT_meshopt_compression"]),
    "an extension of 1 MB": _set("extensionsRequired", to=["x" * 1_000_000]),
}


def documents() -> dict[str, bytes]:
    """A textured GLB whose JSON lies in one place each."""
    good, binary = opened(glb_textured())
    files = {}
    for name, change in {**_lies_about_data(good), **LIES_ABOUT_THE_SCENE}.items():
        document = deepcopy(good)
        if name.startswith(("a node that", "a cycle", "a chain", "a mesh", "a child", "a matrix", "a scale")):
            document["scenes"], document["scene"] = [{"nodes": [0]}], 0
        change(document)
        files[f"glb json: {name}"] = glb_of(document, binary)
    return files


def _lies_about_data(good: dict) -> dict[str, Change]:
    """Accessors, views, buffers, materials and pictures that are not as they say."""
    primitive = ("meshes", 0, "primitives", 0)
    indices = good["meshes"][0]["primitives"][0]["indices"]
    position = good["meshes"][0]["primitives"][0]["attributes"]["POSITION"]
    uv = good["meshes"][0]["primitives"][0]["attributes"]["TEXCOORD_0"]
    return {
        **{f"count {count!r}": _set("accessors", position, "count", to=count) for count in _WILD},
        **{f"index count {count!r}": _set("accessors", indices, "count", to=count) for count in (2, *_WILD)},
        **{f"view offset {value!r}": _set("bufferViews", 0, "byteOffset", to=value) for value in _WILD[1:]},
        **{f"view length {value!r}": _set("bufferViews", 0, "byteLength", to=value) for value in _WILD},
        **{f"accessor offset {value!r}": _set("accessors", position, "byteOffset", to=value) for value in _WILD[1:]},
        **{f"component type {value!r}": _set("accessors", position, "componentType", to=value) for value in _ODD},
        **{f"type {value!r}": _set("accessors", position, "type", to=value) for value in ("VEC2", "MAT4", "", 3, None)},
        **{f"stride {value!r}": _set("bufferViews", 0, "byteStride", to=value) for value in (-4, 1, 3, 10**6, "4")},
        **{f"position is accessor {value!r}": _set(*primitive, "attributes", "POSITION", to=value) for value in _AWAY},
        **{f"material {value!r}": _set(*primitive, "material", to=value) for value in _AWAY[:-1]},
        **{f"mode {value!r}": _set(*primitive, "mode", to=value) for value in (0, 1, 7, -1, "4")},
        **{f"scene {value!r}": _set("scene", to=value) for value in _AWAY},
        "indices are floats": _set("accessors", indices, "componentType", to=5126),
        "indices are positions": _set(*primitive, "indices", to=position),
        "texture coordinates are positions": _set(*primitive, "attributes", "TEXCOORD_0", to=position),
        "texture coordinates are too few": _set("accessors", uv, "count", to=1),
        "sparse": _set("accessors", position, "sparse", to={"count": 1}),
        "accessor without a view": _set("accessors", position, "bufferView", to=None),
        "second buffer": _set("bufferViews", 0, "buffer", to=1),
        "a buffer outside": _set("buffers", 0, "uri", to="../../etc/passwd"),
        "a buffer on the web": _set("buffers", 0, "uri", to="http://169.254.169.254/"),
        "a picture outside": _set("images", 0, to={"uri": "/etc/passwd"}),
        "a picture that is none": _set("images", 0, "bufferView", to=0),
        "a picture in bad base64": _set("images", 0, to={"uri": "data:image/png;base64,****"}),
        "a picture that is not there": _set("textures", 0, "source", to=77),
        "a texture that is not there": _set(
            "materials", 0, "pbrMetallicRoughness", "baseColorTexture", to={"index": 10**9}
        ),
        "a factor beyond one": _set("materials", 0, "pbrMetallicRoughness", "baseColorFactor", to=[9e99, 0, 0, 1]),
        "an alpha mode of its own": _set("materials", 0, "alphaMode", to="SOLID"),
    }


_WILD = (0, -1, 2**31 - 1, 2**63, 10**30, 1.5, "7", None, [1])
_ODD = (0, 5124, 5130, -1, "5126")
_AWAY = (-1, 99, 2**64, "0", 0.5)


def compressed() -> dict[str, bytes]:
    """Draco data with its bytes damaged one by one, and with lies about its counts."""
    document, binary = opened(glb_draco())
    extension = document["meshes"][0]["primitives"][0]["extensions"]["KHR_draco_mesh_compression"]
    start = document["bufferViews"][extension["bufferView"]].get("byteOffset", 0)
    files = {}
    for place in [*range(24), *range(24, len(binary) - start, 29)]:
        for value in (0x00, 0xFF):
            damaged = bytearray(binary)
            damaged[start + place] = value
            files[f"draco: byte {place} is {value}"] = glb_of(document, bytes(damaged))
    for name, attributes in {
        "no attribute": {},
        "another attribute": {"POSITION": 5},
        "text": {"POSITION": "0"},
    }.items():
        changed = deepcopy(document)
        changed["meshes"][0]["primitives"][0]["extensions"]["KHR_draco_mesh_compression"]["attributes"] = attributes
        files[f"glb json: draco with {name}"] = glb_of(changed, binary)
    return files


def stereolithographies() -> dict[str, bytes]:
    """STL files whose counts, words or numbers are wrong."""
    good = stl_binary()
    nan = bytearray(good)
    nan[84 + 12 : 84 + 16] = struct.pack("<f", float("nan"))
    facet = "facet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex 1 0 0\nvertex 0 1 0\nendloop\nendfacet\n"
    text = {
        "two corners": facet.replace("vertex 1 0 0\n", ""),
        "a word for a number": facet.replace("1 0 0", "one 0 0"),
        "two numbers": facet.replace("1 0 0", "1 0"),
        "four numbers": facet.replace("1 0 0", "1 0 0 0"),
        "numbers without end": facet.replace("1 0 0", "1" * 1_000_000 + " 0 0"),
        "not a number": facet.replace("1 0 0", "nan 0 0"),
        "infinity": facet.replace("1 0 0", "1e999 0 0"),
        "no facets": "",
        "20000 solids": "endsolid\nsolid\n" * 20_000,
        "a megabyte of spaces": "vertex" + " " * 1_000_000,
        "vertices without facets": "vertex 0 0 0\n" * 9,
    }
    return {
        "stl: NaN": bytes(nan),
        **{f"stl: count {n}": good[:80] + struct.pack("<I", n) + good[84:] for n in (0, 1, 13, 2**31, 2**32 - 1)},
        "stl: no triangles": good[:80] + bytes(4),
        "stl: text in a binary body": good[:84] + b"facet normal 0 0 0\n" * 20,
        **{f"stl: {name}": f"solid x\n{body}endsolid x\n".encode() for name, body in text.items()},
    }


def wavefronts() -> dict[str, bytes]:
    """OBJ files that name what is not there."""
    points = "v 0 0 0\nv 1 0 0\nv 0 1 0\n"
    texts = {
        "vertex 4 of 3": points + "f 1 2 4\n",
        "vertex 0": points + "f 0 1 2\n",
        "vertex -4 of 3": points + "f -4 -1 -2\n",
        "a face of two": points + "f 1 2\n",
        "a face of words": points + "f a b c\n",
        "a face of fractions": points + "f 1.5 2 3\n",
        "an endless number": points + "f 1 2 " + "9" * 100_000 + "\n",
        "a number beyond 64 bits": points + "f 1 2 99999999999999999999999\n",
        "a number below 64 bits": points + "f 1 2 -99999999999999999999999\n",
        "corners written in two ways": points + "vt 0 0\nf 1/1 2 3/1\n",
        "three slashes": points + "f 1/1/1/1 2/2/2/2 3/3/3/3\n",
        "only slashes": points + "f / / /\n",
        "a texture that is not there": points + "f 1/9 2/9 3/9\n",
        "a texture of words": points + "vt a b\nf 1/1 2/1 3/1\n",
        "two coordinates": points + "v 1 2\nf 1 2 3\n",
        "coordinates of words": points + "v x y z\nf 1 2 3\n",
        "not a number": points.replace("1 0 0", "nan 0 0") + "f 1 2 3\n",
        "infinity": points.replace("1 0 0", "inf 0 0") + "f 1 2 3\n",
        "colours on some vertices": points + "v 0 0 0 1 1 1\nf 1 2 3\n",
        "no faces": points,
        "no vertices": "f 1 2 3\n",
        "20000 objects": points + "".join(f"o {i}\nf 1 2 3\n" for i in range(20_000)),
        "polygons of 2000 sizes": points + "".join(f"f {'1 ' * n}\n" for n in range(3, 2003)),
        "a polygon of four million corners": points + "f" + " 1" * 4_000_000 + "\n",
        "four million faces": points + "f 1 2 3\n" * 4_000_000,
    }
    return {f"obj: {name}": text.encode() for name, text in texts.items()}


def polygons() -> dict[str, bytes]:
    """PLY files whose header or lists are wrong."""
    head = "ply\nformat {form} 1.0\nelement vertex {n}\nproperty float x\nproperty float y\nproperty float z\n"
    head += "element face {m}\nproperty list uchar int vertex_indices\nend_header\n"
    body = "0 0 0\n1 0 0\n0 1 0\n"

    def text(faces: str, n: object = 3, m: object = 1, form: str = "ascii") -> bytes:
        return (head.format(n=n, m=m, form=form) + body + faces).encode()

    return {
        "ply: vertex 3 of 3": text("3 0 1 3\n"),
        "ply: vertex -1": text("3 0 1 -1\n"),
        "ply: a list of two": text("2 0 1\n"),
        "ply: a list of 200": text("200 0 1 2\n"),
        "ply: words": text("3 a b c\n"),
        "ply: not a number": text("3 0 1 nan\n"),
        "ply: a billion vertices": text("3 0 1 2\n", n=10**9),
        "ply: a billion faces": text("3 0 1 2\n", m=10**9),
        "ply: a negative count": text("3 0 1 2\n", n=-3),
        "ply: a count of words": text("3 0 1 2\n", n="many"),
        "ply: an endless count": text("3 0 1 2\n", n="9" * 1000),
        "ply: no faces": text("", m=0),
        "ply: an unknown format": text("3 0 1 2\n", form="utf-8"),
        "ply: no end of the header": b"ply\nformat ascii 1.0\n" + b"comment x\n" * 10_000,
        "ply: an unknown type": text("3 0 1 2\n").replace(b"float y", b"quaternion y"),
        "ply: no z": text("3 0 1 2\n").replace(b"float z", b"float w"),
        "ply: x twice": text("3 0 1 2\n").replace(b"float y", b"float x"),
        "ply: binary, cut off": text("", form="binary_little_endian"),
    }


FAMILIES = (
    truncated,
    flipped,
    smeared,
    texts,
    containers,
    documents,
    compressed,
    stereolithographies,
    wavefronts,
    polygons,
)


def main() -> None:
    """Open every file, one after another, under the limit."""
    from tasks.domain.meshes.reading import open_model

    files = {name: data for family in FAMILIES for name, data in family().items()}
    open_model(glb_draco())  # Pillow and Draco load at first use
    status = Path("/proc/self/status").read_text().splitlines()
    in_use_kb = next(int(line.split()[1]) for line in status if line.startswith("VmData"))
    limit = in_use_kb * 1024 + MEMORY_BYTES
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    print(json.dumps({"name": CONTROL, "refused": _too_much(), "sound": False, "seconds": 0}))
    for name, data in files.items():
        start_s = time.process_time()
        refused, sound = _outcome(data)
        seconds = time.process_time() - start_s
        print(json.dumps({"name": name, "refused": refused, "sound": sound, "seconds": seconds}), flush=True)


def _outcome(data: bytes) -> tuple[str | None, bool]:
    from tasks.domain.errors import InvalidInput
    from tasks.domain.meshes.reading import open_model

    try:
        model = open_model(data, field="upload")
    except InvalidInput as problem:
        return str(problem), False
    return None, all(_sound(part) for part in model.parts) and bool(np.isfinite(model.bounds).all())


def _sound(part) -> bool:
    """Every number within its range, and every array as long as the vertices."""
    count = len(part.vertices)
    fits = [len(looks) == count for looks in (part.uv, part.colours) if looks is not None]
    return bool(len(part.faces) and part.faces.min() >= 0 and part.faces.max() < count and all(fits))


def _too_much() -> str | None:
    try:
        return str(len(bytearray(MEMORY_BYTES + 64 * 1024 * 1024)))
    except MemoryError:
        return CONTROL


if __name__ == "__main__":
    main()
