"""Meter: count the units that each agent spends in a minute, and refuse agents over the quota."""
