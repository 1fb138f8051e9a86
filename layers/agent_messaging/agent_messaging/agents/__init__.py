"""Agents: their records, their keys, and who may act."""
