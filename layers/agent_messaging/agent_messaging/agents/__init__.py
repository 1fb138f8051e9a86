"""Agents: who exists, what they offer, and which keys are theirs."""
