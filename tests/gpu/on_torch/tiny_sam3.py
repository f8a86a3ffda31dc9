"""A SAM3 of half a million random weights, as facebook/sam3 is laid out: a video model, the tracker within it."""

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from transformers import Sam3TrackerProcessor, Sam3VideoConfig, Sam3VideoModel
from transformers.models.sam3.image_processing_sam3 import Sam3ImageProcessor

SIZE_PX = 112
WIDTH = 32

LAYER = {"hidden_size": WIDTH, "num_attention_heads": 4, "intermediate_size": 37}
VIT = {
    **LAYER, "model_type": "sam3_vit_model", "num_hidden_layers": 2, "image_size": SIZE_PX, "patch_size": 14,
    "pretrain_image_size": SIZE_PX, "window_size": 4, "global_attn_indexes": [1],
}  # fmt: skip
VISION = {
    "model_type": "sam3_vision_model",
    "backbone_config": VIT,
    "fpn_hidden_size": WIDTH,
    "backbone_feature_sizes": [[32, 32], [16, 16], [8, 8]],
}
DETECTOR = {
    "model_type": "sam3",
    "vision_config": VISION,
    "text_config": {
        **LAYER, "vocab_size": 40, "num_hidden_layers": 1, "max_position_embeddings": 16, "projection_dim": WIDTH,
        "bos_token_id": None, "eos_token_id": None,
    },
    "geometry_encoder_config": {**LAYER, "num_layers": 1},
    "detr_encoder_config": {**LAYER, "num_layers": 1},
    "detr_decoder_config": {**LAYER, "num_layers": 1, "num_queries": 4},
    "mask_decoder_config": {"hidden_size": WIDTH, "num_attention_heads": 4, "num_upsampling_stages": 2},
}  # fmt: skip
TRACKER = {
    "model_type": "sam3_tracker_video",
    "vision_config": VISION,
    "prompt_encoder_config": {
        "hidden_size": WIDTH, "image_size": SIZE_PX, "patch_size": 14, "mask_input_channels": 8,
    },
    "mask_decoder_config": {
        "hidden_size": WIDTH, "mlp_dim": 64, "num_attention_heads": 4, "iou_head_hidden_dim": WIDTH,
    },
    "image_size": SIZE_PX,
    "memory_attention_hidden_size": WIDTH,
    "memory_attention_num_layers": 1,
    "memory_attention_feed_forward_hidden_size": WIDTH,
    "memory_attention_rope_feat_sizes": [8, 8],
    "memory_encoder_hidden_size": WIDTH,
    "memory_encoder_output_channels": 16,
    "mask_downsampler_embed_dim": WIDTH,
    "memory_fuser_embed_dim": WIDTH,
    "memory_fuser_intermediate_dim": WIDTH,
    "memory_fuser_num_layers": 1,
}  # fmt: skip


def model() -> Any:
    """Return the whole model, the same each time; fresh weights would hardly tell one click from another."""
    torch.manual_seed(3)
    whole = Sam3VideoModel(Sam3VideoConfig(detector_config=DETECTOR, tracker_config=TRACKER))
    with torch.no_grad():
        for name, weight in whole.named_parameters():
            if "norm" not in name:
                weight.normal_(std=3 if "point_embed" in name else 0.2)
    return whole.eval()


def save(folder: Path) -> Path:
    """Write the checkpoint, its names as they are in the published one, which save_pretrained would change."""
    whole = model()
    whole.config.save_pretrained(folder)
    size = {"height": SIZE_PX, "width": SIZE_PX}
    Sam3TrackerProcessor(Sam3ImageProcessor(size=size)).save_pretrained(folder)
    weights = {name: weight.contiguous().clone() for name, weight in whole.state_dict().items()}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    return folder
