"""Delivery: who may write to whom, how often, and whether a message is delivered or held."""
