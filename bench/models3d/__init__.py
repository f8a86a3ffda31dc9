"""The 3D pipeline, measured."""
