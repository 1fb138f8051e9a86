"""Docs: the description of the API, for people and for agents."""
