"""Meter: what each agent spends in a minute, in units, and what happens when it is too much."""
