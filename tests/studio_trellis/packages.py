"""Stand-ins for the packages trellis, trellis2 and o_voxel: their classes and signatures, with a box for a result.

They note down what they were called with. A picture without a piece makes their preprocessing fail as it does in the
originals; seed 13 finds no memory, and seed 14 breaks.
"""

from pathlib import Path

NAMES = ("trellis", "trellis2", "o_voxel", "noted_by_stand_ins")

NOTED = """
import threading
calls, loaded, working = [], [], []
lock = threading.Lock()
most = 0
"""

PREPARING = """
import time
import numpy as np
import trimesh
import noted_by_stand_ins as noted


class Pipeline:
    def __init__(self, path):
        self.device = "cpu"
        noted.loaded.append(path)

    @classmethod
    def from_pretrained(cls, path):
        return cls(path)

    def cuda(self):
        self.device = "cuda"

    def preprocess_image(self, input):
        noted.calls.append(("preprocess", input.mode, input.size))
        alpha = np.array(input)[:, :, 3] if input.mode == "RGBA" else np.array(input.convert("L"))
        box = np.argwhere(alpha > 0.8 * 255)
        low, high = np.min(box, axis=0), np.max(box, axis=0)
        return input.crop((low[1], low[0], high[1], high[0])).convert("RGB")

    def work(self, seed):
        assert self.device == "cuda"
        with noted.lock:
            noted.working.append(seed)
            noted.most = max(noted.most, len(noted.working))
        time.sleep(0.02)
        with noted.lock:
            noted.working.remove(seed)
        if seed == 13:
            raise RuntimeError("CUDA out of memory. Tried to allocate 20.00 GiB")
        if seed == 14:
            raise RuntimeError("a kernel of ours is broken")
"""

FILES = {
    "noted_by_stand_ins.py": NOTED,
    "trellis/__init__.py": "",
    "trellis/pipelines/__init__.py": PREPARING
    + """

class TrellisImageTo3DPipeline(Pipeline):
    def run(self, image, num_samples=1, seed=42, sparse_structure_sampler_params={}, slat_sampler_params={},
            formats=["mesh", "gaussian", "radiance_field"], preprocess_image=True):
        noted.calls.append(("trellis", image.size, seed, sparse_structure_sampler_params, slat_sampler_params,
                            preprocess_image))
        self.work(seed)
        return {"mesh": [trimesh.creation.box()], "gaussian": ["a Gaussian"]}
""",
    "trellis/utils/__init__.py": "",
    "trellis/utils/postprocessing_utils.py": """
import noted_by_stand_ins as noted


def to_glb(app_rep, mesh, simplify=0.95, fill_holes=True, fill_holes_max_size=0.04, texture_size=1024, debug=False,
           verbose=True):
    assert app_rep == "a Gaussian"
    noted.calls.append(("to_glb", simplify, texture_size))
    return mesh
""",
    "trellis2/__init__.py": "",
    "trellis2/pipelines/__init__.py": PREPARING
    + """

class Mesh:
    attrs, coords, layout, voxel_size = "attrs", "coords", {"base_color": slice(0, 3)}, 1 / 1024

    def __init__(self):
        box = trimesh.creation.icosphere(subdivisions=5)
        self.vertices, self.faces = box.vertices, box.faces

    def simplify(self, target):
        noted.calls.append(("simplify", target))


class Trellis2ImageTo3DPipeline(Pipeline):
    def run(self, image, num_samples=1, seed=42, sparse_structure_sampler_params={}, shape_slat_sampler_params={},
            tex_slat_sampler_params={}, preprocess_image=True, return_latent=False, pipeline_type=None,
            max_num_tokens=49152):
        noted.calls.append(("trellis2", image.size, seed, sparse_structure_sampler_params, shape_slat_sampler_params,
                            tex_slat_sampler_params, preprocess_image))
        self.work(seed)
        return [Mesh()]
""",
    "o_voxel/__init__.py": "",
    "o_voxel/postprocess.py": """
import trimesh
import noted_by_stand_ins as noted


def to_glb(vertices, faces, attr_volume, coords, attr_layout, aabb, voxel_size=None, grid_size=None,
           decimation_target=1000000, texture_size=2048, remesh=False, remesh_band=1, remesh_project=0.9,
           mesh_cluster_threshold_cone_half_angle_rad=1.57, mesh_cluster_refine_iterations=0,
           mesh_cluster_global_iterations=1, mesh_cluster_smooth_strength=1, verbose=False, use_tqdm=False):
    noted.calls.append(("to_glb", decimation_target, texture_size, aabb, attr_volume, coords, voxel_size, remesh))
    return trimesh.Trimesh(vertices, faces)
""",
}


def write(folder: Path) -> None:
    """Put the stand-ins into `folder`."""
    for name, source in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
