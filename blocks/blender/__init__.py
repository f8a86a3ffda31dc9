"""Blender: untrusted scripts in, GLBs and pictures out."""

from blocks.blender.block import Blender
from blocks.blender.client import start_server
from blocks.blender.kit import kit_reference
from blocks.blender.outcome import BlenderStatus, BuildError, BuildOutcome, MissingLockdown

__all__ = ["Blender", "BlenderStatus", "BuildError", "BuildOutcome", "MissingLockdown", "kit_reference", "start_server"]
