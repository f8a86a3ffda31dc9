"""Jewelry as bodies, one kind a module; lengths in radii of a finger."""
