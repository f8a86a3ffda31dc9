"""Masks: which pixels are jewelry, and which are background."""
