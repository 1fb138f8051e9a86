"""Trim the layer, and check a build."""
