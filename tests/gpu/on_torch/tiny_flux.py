"""A FLUX Fill of random weights: every part of the published pipeline, text encoders and tokenizers too, but small."""

from pathlib import Path
from string import ascii_lowercase

import torch
from diffusers import AutoencoderKL, FlowMatchEulerDiscreteScheduler, FluxFillPipeline, FluxTransformer2DModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer, T5Config, T5EncoderModel, T5TokenizerFast

WORDS = 64  # of both vocabularies
WIDTH = 32


def save(folder: Path) -> Path:
    """Write the pipeline."""
    torch.manual_seed(5)
    pipeline = FluxFillPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(),
        vae=autoencoder(),
        text_encoder=clip(),
        tokenizer=CLIPTokenizer(vocab=clip_words(), merges=[], model_max_length=77),
        text_encoder_2=T5EncoderModel(
            T5Config(vocab_size=WORDS, d_model=WIDTH, d_kv=8, d_ff=37, num_layers=1, num_heads=4)
        ),
        tokenizer_2=T5TokenizerFast(vocab=t5_words(), extra_ids=0),
        transformer=transformer(),
    )
    pipeline.save_pretrained(folder)
    return folder


def transformer() -> FluxTransformer2DModel:
    """8 channels of latents, 8 of the masked picture and 4 of the mask go in; 8 come out."""
    return FluxTransformer2DModel(
        patch_size=1, in_channels=20, out_channels=8, num_layers=1, num_single_layers=1, attention_head_dim=16,
        num_attention_heads=2, joint_attention_dim=WIDTH, pooled_projection_dim=WIDTH, axes_dims_rope=[4, 4, 8],
    )  # fmt: skip


def autoencoder() -> AutoencoderKL:
    """Latents of 2 channels, as large as the picture."""
    return AutoencoderKL(
        sample_size=32, in_channels=3, out_channels=3, block_out_channels=(4,), layers_per_block=1, latent_channels=2,
        norm_num_groups=1, use_quant_conv=False, use_post_quant_conv=False, shift_factor=0.0609, scaling_factor=1.5035,
    )  # fmt: skip


def clip() -> CLIPTextModel:
    """One layer."""
    config = CLIPTextConfig(
        vocab_size=WORDS, hidden_size=WIDTH, intermediate_size=37, num_hidden_layers=1, num_attention_heads=4,
        max_position_embeddings=77, projection_dim=WIDTH, bos_token_id=0, eos_token_id=1, pad_token_id=1,
    )  # fmt: skip
    return CLIPTextModel(config)


def clip_words() -> dict[str, int]:
    """Single letters, within a word and at its end."""
    words = ["<|startoftext|>", "<|endoftext|>", *ascii_lowercase, *(f"{letter}</w>" for letter in ascii_lowercase)]
    return {word: number for number, word in enumerate(words)}


def t5_words() -> list[tuple[str, float]]:
    """Single letters and the blank, each with its log-likelihood."""
    special = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
    return [*special, ("▁", -1.0), *((letter, -2.0) for letter in ascii_lowercase)]
