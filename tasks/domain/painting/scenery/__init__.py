"""Scenes: skies, land, sea, towns, rooms, people and flowers, painted layer upon layer in linear light."""
