"""Figures of the image pipeline."""
