"""Delivery: who may write to whom, how often, and what becomes of a message."""
