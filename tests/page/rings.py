"""A real GLB for the page: a gold hoop, a stone with facets, and a bare part without a material."""

import io
import json

import trimesh
from PIL import Image
from trimesh.visual import TextureVisuals
from trimesh.visual.material import PBRMaterial

from blocks.artifacts import ArtifactStore
from flows.contracts import RingResult
from tasks.domain.rings.proof import prove
from tests.api.rings import a_ring

GOLD = PBRMaterial(
    name="18k yellow gold", baseColorFactor=[255, 180, 74, 255], metallicFactor=1.0, roughnessFactor=0.12
)
DIAMOND = PBRMaterial(name="diamond", baseColorFactor=[255, 255, 255, 255], metallicFactor=0.0, roughnessFactor=0.0)


def glb() -> bytes:
    """Return a ring of 17 mm: the hoop lies in the glTF xy plane, the stone on top of it."""
    hoop = trimesh.creation.torus(0.0095, 0.001, major_sections=96, minor_sections=24)
    hoop.visual = TextureVisuals(material=GOLD)
    stone = trimesh.creation.icosahedron().apply_scale(0.0035).apply_translation([0, 0.0135, 0])
    stone.unmerge_vertices()
    stone.visual = TextureVisuals(material=DIAMOND)
    scene = trimesh.Scene()
    scene.add_geometry(hoop, node_name="shank", geom_name="shank")
    scene.add_geometry(stone, node_name="center_diamond", geom_name="center_diamond")
    return bytes(scene.export(file_type="glb"))


def hero_png() -> bytes:
    """Return a picture that stands for the studio's."""
    out = io.BytesIO()
    Image.radial_gradient("L").resize((480, 360)).save(out, "PNG")
    return out.getvalue()


async def a_shown_ring(store: ArtifactStore) -> RingResult:
    """Return a success with that GLB, filed under its session as the flow files it."""
    plain = await a_ring(store)
    picture = await store.write(hero_png())
    ring = plain.model_copy(
        update={
            "glb": await store.write(glb()),
            "proof": prove(glb()),
            "previews": {"hero": picture},
            "warnings": ["the stone stands proud"],
            "not_honoured": ["engraving: the kit cannot engrave"],
        }
    )
    assert ring.glb is not None
    record = {"artifacts": {"glb": ring.glb.model_dump(), "previews": {"hero": picture.model_dump()}}}
    await store.write_named(f"sessions/{ring.session_id}/session.json", json.dumps(record).encode())
    return ring
