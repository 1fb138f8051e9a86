"""Docs: the API described from its own declarations, for people and for agents."""
