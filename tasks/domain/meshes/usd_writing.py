"""Write USDZ, which phones show in a room: metres, y up, colours and textures as UsdPreviewSurface."""

import tempfile
from pathlib import Path

from pxr import Gf, Sdf, Usd, UsdGeom, UsdShade, UsdUtils, Vt

from tasks.domain.meshes.looks import base_colour, metallic, roughness, texture_of, unique_names
from tasks.domain.meshes.model import Model, Part
from tasks.domain.meshes.obj_writing import png
from tasks.domain.meshes.print_frame import filled_parts
from tasks.domain.meshes.seams import welded_at_seams

_ROOT = "/model"


def as_usdz(model: Model) -> bytes:
    """The model as USDZ in metres, y up, each part a mesh with a material of its own.

    Works in a private folder that is gone afterwards. Raises InvalidInput when there are no triangles.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        stage = Usd.Stage.CreateNew(str(folder / "model.usdc"))
        UsdGeom.SetStageMetersPerUnit(stage, 1.0)
        UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.y)
        stage.SetDefaultPrim(UsdGeom.Xform.Define(stage, _ROOT).GetPrim())
        parts = filled_parts(model)
        for number, (title, part) in enumerate(zip(unique_names(p.name for p in parts), parts, strict=True)):
            _add_part(stage, folder, number, title, welded_at_seams(part))
        stage.GetRootLayer().Save()
        UsdUtils.CreateNewUsdzPackage(Sdf.AssetPath(str(folder / "model.usdc")), str(folder / "model.usdz"))
        return (folder / "model.usdz").read_bytes()


def _add_part(stage: Usd.Stage, folder: Path, number: int, title: str, part: Part) -> None:
    mesh = UsdGeom.Mesh.Define(stage, f"{_ROOT}/part_{number}")  # names may hold what no USD path can
    mesh.GetPrim().SetDisplayName(title)
    mesh.CreatePointsAttr(Vt.Vec3fArray.FromNumpy(part.vertices.astype("float32")))
    mesh.CreateFaceVertexIndicesAttr(Vt.IntArray.FromNumpy(part.faces.ravel().astype("int32")))
    mesh.CreateFaceVertexCountsAttr(Vt.IntArray([3]) * len(part.faces))
    mesh.CreateSubdivisionSchemeAttr(UsdGeom.Tokens.none)  # or it would be rounded off as a control cage
    mesh.CreateExtentAttr(UsdGeom.PointBased.ComputeExtent(mesh.GetPointsAttr().Get()))
    material = UsdShade.Material.Define(stage, f"{_ROOT}/look_{number}")
    _shade(stage, folder, number, part, mesh, material)
    UsdShade.MaterialBindingAPI.Apply(mesh.GetPrim()).Bind(material)


def _shade(
    stage: Usd.Stage, folder: Path, number: int, part: Part, mesh: UsdGeom.Mesh, material: UsdShade.Material
) -> None:
    surface = _shader(stage, f"{_ROOT}/look_{number}/surface", "UsdPreviewSurface")
    surface.CreateInput("metallic", Sdf.ValueTypeNames.Float).Set(metallic(part.material))
    surface.CreateInput("roughness", Sdf.ValueTypeNames.Float).Set(roughness(part.material))
    colour = surface.CreateInput("diffuseColor", Sdf.ValueTypeNames.Color3f)
    colour.Set(Gf.Vec3f(*base_colour(part)[:3].tolist()))
    source = _colour_source(stage, folder, number, part, mesh)
    if source is not None:
        colour.ConnectToSource(source)
    material.CreateSurfaceOutput().ConnectToSource(surface.CreateOutput("surface", Sdf.ValueTypeNames.Token))


def _colour_source(
    stage: Usd.Stage, folder: Path, number: int, part: Part, mesh: UsdGeom.Mesh
) -> UsdShade.Output | None:
    """What gives the surface its colour point by point: a texture, else vertex colours, else nothing."""
    where = f"{_ROOT}/look_{number}"
    primvars = UsdGeom.PrimvarsAPI(mesh)
    texture = texture_of(part)
    if texture is not None and part.uv is not None:
        picture = folder / f"texture_{number}.png"
        picture.write_bytes(png(texture))
        st = primvars.CreatePrimvar("st", Sdf.ValueTypeNames.TexCoord2fArray, UsdGeom.Tokens.vertex)
        st.Set(Vt.Vec2fArray.FromNumpy(part.uv[:, :2].astype("float32")))
        reader = _reader(stage, f"{where}/st", "float2", "st", Sdf.ValueTypeNames.Float2)
        sampler = _shader(stage, f"{where}/texture", "UsdUVTexture")
        sampler.CreateInput("file", Sdf.ValueTypeNames.Asset).Set(picture.name)
        sampler.CreateInput("sourceColorSpace", Sdf.ValueTypeNames.Token).Set("sRGB")
        for side in ("wrapS", "wrapT"):
            sampler.CreateInput(side, Sdf.ValueTypeNames.Token).Set("repeat")
        tint = Gf.Vec4f(*base_colour(part)[:3].tolist(), 1.0)
        sampler.CreateInput("scale", Sdf.ValueTypeNames.Float4).Set(tint)
        sampler.CreateInput("st", Sdf.ValueTypeNames.Float2).ConnectToSource(reader)
        return sampler.CreateOutput("rgb", Sdf.ValueTypeNames.Float3)
    if part.colours is not None:
        shown = primvars.CreatePrimvar("displayColor", Sdf.ValueTypeNames.Color3fArray, UsdGeom.Tokens.vertex)
        shown.Set(Vt.Vec3fArray.FromNumpy((part.colours[:, :3] / 255).astype("float32")))
        return _reader(stage, f"{where}/colour", "float3", "displayColor", Sdf.ValueTypeNames.Float3)
    return None


def _reader(stage: Usd.Stage, path: str, kind: str, primvar: str, output: Sdf.ValueTypeName) -> UsdShade.Output:
    """A node that hands a mesh's values to its material."""
    reader = _shader(stage, path, f"UsdPrimvarReader_{kind}")
    reader.CreateInput("varname", Sdf.ValueTypeNames.String).Set(primvar)
    return reader.CreateOutput("result", output)


def _shader(stage: Usd.Stage, path: str, kind: str) -> UsdShade.Shader:
    shader = UsdShade.Shader.Define(stage, path)
    shader.CreateIdAttr(kind)
    return shader
